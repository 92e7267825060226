/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. The protocol settings of a segment: defaults, profiles, derived intervals and what is
 * not allowed. RFC 9776 section 8 (and RFC 3376, RFC 2236 section 8), with the project's decisions
 * where the RFCs leave a choice.
 */
#ifndef IGMPQ_PARAMS_H
#define IGMPQ_PARAMS_H

#include "igmpq/base.h"

#define PARAMS_AUTO      (-1) /* a duration or count that follows from others */
#define PARAMS_ADDRESSES 32   /* entries of the allow and of the deny list */

enum profile { PROFILE_DEFAULT, PROFILE_RFC9776, PROFILE_RFC3376, PROFILE_RFC2236, PROFILE_COUNT };

/** What to do with a query that has one odd property. */
enum policy { POLICY_ACCEPT, POLICY_WARN, POLICY_DROP, POLICY_COUNT };

enum mode {
    MODE_ACTIVE,       /* the RFCs' querier: starts as querier, lowest address wins */
    MODE_LISTEN_FIRST, /* active, but listens before its first query */
    MODE_BACKUP,  /* listens first and yields to any other querier, whatever its address */
    MODE_PASSIVE, /* never sends */
    MODE_COUNT
};

enum electing_queries { ELECTING_GENERAL, ELECTING_ANY, ELECTING_COUNT };                /* */
enum last_member_transition { TRANSITION_COMPLETE, TRANSITION_DEFER, TRANSITION_COUNT }; /* */
enum membership_formula { MEMBERSHIP_RFC9776, MEMBERSHIP_RFC3376, MEMBERSHIP_COUNT };    /* */
enum response_source { RESPONSE_HEARD, RESPONSE_OWN, RESPONSE_SOURCE_COUNT };            /* */

/* One name list each, in enum order; NULL beyond; static. For options, configuration and output
 * alike. */
const char *profile_name(enum profile profile);
const char *policy_name(enum policy policy);
const char *mode_name(enum mode mode);
const char *electing_queries_name(enum electing_queries which);
const char *last_member_transition_name(enum last_member_transition which);
const char *membership_formula_name(enum membership_formula which);

/**
 * Settings. As *asked* (params_default(), then overridden) durations and counts may be PARAMS_AUTO;
 * as *resolved* (params_resolve()) every value is final.
 */
struct params {
    enum profile profile;
    enum mode mode;
    unsigned version;    /* 1, 2 or 3: what is sent */
    bool follow_version; /* send the lowest version heard of another querier */

    int robustness;
    duration query_interval;
    duration query_response_interval; /* AUTO: 10 s or half the query interval, whichever is less */
    duration startup_query_interval;  /* AUTO: 5 s (profile default) or QI/4, whichever is less */
    int startup_query_count;          /* AUTO: 3 (profile default) or the robustness variable */
    duration last_member_query_interval;
    int last_member_query_count;    /* AUTO: the robustness variable */
    int jitter_percent;             /* AUTO: 25 in versions 1 and 2 of profile default, else 0 */
    duration other_querier_present; /* AUTO: computed from what is heard; else fixed */
    bool adapt_other_querier; /* AUTO shortens only on evidence; else the RFC's formula alone */
    duration listen_time;     /* MODE_LISTEN_FIRST; AUTO: query interval + response interval */
    duration backup_stagger;  /* MODE_BACKUP: up to so much longer, by chance */
    bool takeover_burst;      /* startup queries after a takeover too */

    enum electing_queries electing;
    enum last_member_transition transition;
    enum membership_formula membership;
    enum response_source response_source;
    bool accept_odd_query_length; /* 9 to 11 octets as RFC 2236 section 2.5 reads them */

    enum policy ttl;                       /* TTL not 1 */
    enum policy router_alert;              /* missing */
    enum policy off_subnet;                /* source outside our network */
    enum policy tos;                       /* not 0xc0 */
    enum policy unicast;                   /* a query to our unicast address */
    struct prefix allow[PARAMS_ADDRESSES]; /* queriers that may elect; none: all */
    unsigned allow_count;
    struct prefix deny[PARAMS_ADDRESSES]; /* queriers that may not */
    unsigned deny_count;

    struct prefix ssm_range; /* 232.0.0.0/8; length 32 of 0.0.0.0 switches the rule off */
    uint8_t priority;        /* PCP of tagged queries */

    unsigned max_groups;    /* per segment */
    unsigned max_sources;   /* per segment, over all groups */
    unsigned max_reporters; /* per segment */
    unsigned max_queriers;  /* per segment */

    /* What the switches are believed to do; only warnings follow from these. */
    duration switch_timeout;        /* they forget a member after so long without a report */
    duration switch_router_timeout; /* and the querier's port after so long without a query */
};

/** The settings of a profile, not resolved. Version 2 in every profile. */
struct params params_default(enum profile profile);

/** What is wrong, or risky, with settings. Errors come first; from PARAMS_WARNINGS on it can run.
 */
enum params_complaint {
    PARAMS_OK,
    PARAMS_VERSION,              /* not 1, 2 or 3 */
    PARAMS_ROBUSTNESS_ZERO,      /* MUST NOT */
    PARAMS_QUERY_INTERVAL,       /* below 0.2 s (version 3: 1 s) or above 31744 s */
    PARAMS_RESPONSE_TOO_LONG,    /* not below the query interval */
    PARAMS_RESPONSE_RANGE_V2,    /* not 0.1 to 25.5 s in version 2 */
    PARAMS_RESPONSE_RANGE_V3,    /* not 0.1 to 3174.4 s in version 3 */
    PARAMS_STARTUP_INTERVAL,     /* below 0.1 s or above the query interval */
    PARAMS_STARTUP_COUNT,        /* below 1 */
    PARAMS_LAST_MEMBER_INTERVAL, /* below 0.1 s or above 25.5 s (v2) / 3174.4 s (v3) */
    PARAMS_LAST_MEMBER_COUNT,    /* below 1 */
    PARAMS_JITTER,               /* not 0 to 50 % */
    PARAMS_OTHER_QUERIER,        /* a fixed timeout not above the query interval */
    PARAMS_TABLE_SIZE,           /* a maximum of 0 */
    PARAMS_WARNINGS,             /* not a complaint: from here on only risky */
    PARAMS_ROBUSTNESS_ONE,       /* SHOULD NOT */
    PARAMS_V1_TOO_OFTEN,         /* RFC 1112: not more than once a minute */
    PARAMS_QUANTISED, /* version 3: the query interval was lowered to what QQIC can say */
    PARAMS_RESPONSE_QUANTISED, /* version 3: the response interval likewise */
    PARAMS_V3_CODE_MISREAD,    /* version 3: a response above 12.7 s is read otherwise by version 2
                                  hosts */
    PARAMS_JITTER_V3,      /* version 3 advertises its period, and jitter belies it */
    PARAMS_SWITCH_TIMEOUT, /* one lost query or report and a switch forgets a member */
    PARAMS_ROUTER_TIMEOUT, /* one lost query and a switch forgets the querier's port */
    PARAMS_FAILOVER,       /* at a takeover a switch may forget members */
    PARAMS_COMPLAINT_COUNT
};

/** One English sentence about it, saying what is allowed; static. */
const char *params_complaint_text(enum params_complaint complaint);
/** The setting it is about, by the name that people write; NULL for params that are only wrong
 * together. */
const char *params_complaint_setting(enum params_complaint complaint);
/** Whether it cannot run so; else it is a warning. */
static inline bool params_complaint_is_error(enum params_complaint complaint)
{
    return complaint > PARAMS_OK && complaint < PARAMS_WARNINGS;
}

#define PARAMS_COMPLAINTS 10

/**
 * Resolve `asked` into `*out`: AUTO values computed, version 3 intervals quantised to what is
 * advertised. Fills `complaints` (errors first) and returns how many; `*out` is usable only
 * when the first is not an error.
 */
unsigned params_resolve(const struct params *asked, struct params *out,
                        enum params_complaint complaints[PARAMS_COMPLAINTS]);

/* Derived intervals of resolved settings. `robustness`, `interval` and `response` are given because
 * a non-querier uses those of the elected querier. */
duration params_other_querier_present(unsigned robustness, duration interval,
                                      duration response); /* RV*QI + QRI/2 */
duration params_group_membership(enum membership_formula formula, unsigned robustness,
                                 duration interval, duration response); /* RV*QI + QRI or + 2*QRI */
duration params_older_host_present(unsigned robustness, duration interval,
                                   duration response);         /* RV*QI + QRI */
duration params_last_member_time(const struct params *params); /* LMQI * LMQC */

/** Whether a group is source-specific: no any-source membership, no version 1 or 2 query (RFC 4604,
 * */
static inline bool params_is_ssm(const struct params *params, struct address group)
{
    return !address_is_none(params->ssm_range.address) && prefix_contains(params->ssm_range, group);
}

/** Whether this querier address may take part in the election by the allow and deny lists. */
bool params_allow_querier(const struct params *params, struct address querier);

#endif
