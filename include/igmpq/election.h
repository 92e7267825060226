/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. The querier election as two pure functions that a reader can hold against the RFC on one
 * screen, and the estimate of how long the other querier may stay silent. RFC 2236 sections 3 and
 * 7, RFC 3376 and 9776 section 6.6.2.
 */
#ifndef IGMPQ_ELECTION_H
#define IGMPQ_ELECTION_H

#include "igmpq/params.h"

enum role { ROLE_DOWN, ROLE_QUERIER, ROLE_NON_QUERIER, ROLE_COUNT };

/** "down", "querier", "non-querier"; static. */
const char *role_name(enum role role);

enum election_event {
    ELECTION_START,      /* link and address are there (or the address changed) */
    ELECTION_STOP,       /* link or address lost */
    ELECTION_BEATEN,     /* a counting query from a querier that beats us */
    ELECTION_UNBEATEN,   /* a counting query from one that does not */
    ELECTION_OTHER_GONE, /* the other querier present timer (or the time to listen) ran out */
    ELECTION_EVENT_COUNT
};

/** "start", "stop", "beaten" and so on; static. */
const char *election_event_name(enum election_event event);

/**
 * Does a counting query from `heard` beat us? It is compared with *our own* address, as the RFCs
 * say, not with the current querier's: that choice leaves two queriers after a failover. The
 * lower address wins, and an equal one does not. A proxy (own address none) is beaten by
 * everyone, and so is one that only listens. A backup is beaten by everyone too, but for the
 * moment `is_settling` after its own takeover, when several backups speak at once and the lowest
 * must remain.
 */
bool election_beats(struct address heard, struct address own, enum mode mode, bool is_settling);

/** The state diagram: which role follows this role on this event in this mode. */
enum role election_next(enum role role, enum election_event event, enum mode mode);

/**
 * What is known of the elected querier's cadence during its tenure, and what may be concluded.
 * For version 3 the advertised QQI counts; else 125 s are assumed until nine general queries in a
 * row came at steady gaps, each within 25 % of the longest (a startup burst has at most seven);
 * then the longest gap of the tenure.
 */
struct tenure {
    instant last_general; /* NEVER: none yet */
    unsigned generals;    /* general queries so far */
    duration longest_gap; /* of the tenure */
    duration run_longest; /* of the steady run that is going on */
    duration run_shortest;
    unsigned run_queries; /* general queries in that run */
    bool is_proven;       /* such a run has been seen */
    unsigned robustness;  /* adopted QRV, 0: ours */
    duration advertised;  /* QQI of a version 3 querier, 0: none given */
    duration response;    /* maximum response time of its last general query, 0: ours */
};

#define TENURE_RUN     9
#define TENURE_GLIMPSE 4 /* general queries after which an observer has an idea of the cadence */
#define TENURE_ASSUMED (125 * SECONDS)
#define TENURE_GAP_MIN (100 * MILLISECONDS) /* nobody queries faster */
/* What is heard is clamped to what a sane network can mean before it is used; but never below our
 * own intervals. */
#define TENURE_INTERVAL_MAX (3600 * SECONDS)
#define TENURE_RESPONSE_MAX (25 * SECONDS + 5 * DECISECONDS)

/** The longest that silence is tolerated in the project's own profile, whatever another querier
 * says of itself: a quarter of an hour is past every honest setting, 300 s with a robustness of 2
 * or 3. */
#define TENURE_SPAN_MAX (900 * SECONDS)

/** Somebody else was elected: nothing is known of the cadence yet. */
void tenure_begin(struct tenure *tenure);

/** A general query of the elected querier at `now`. */
void tenure_general_query(struct tenure *tenure, instant now);

/** The robustness variable, query interval and response interval now in force for timers of a
 * non-querier. Of a querier that does not say its interval the period that is
 * concluded, if it is longer than ours, where `adapt_other_querier` is on; else ours. */
struct adopted {
    unsigned robustness;
    duration query_interval;
    duration response;
};
/** What has not been heard of the elected querier is ours, of `params` (resolved). */
struct adopted tenure_adopted(const struct tenure *tenure, const struct params *params);

/** The other querier present interval: fixed, or RV * max(own QI, period) + QRI/2; the RFC's
 * formula alone where `adapt_other_querier` is off. */
duration tenure_other_querier_present(const struct tenure *tenure, const struct params *params);

#endif
