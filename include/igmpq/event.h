/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. What comes out of the core: queries to be sent and events that a person may want to
 * know, in an outbox the caller owns.
 */
#ifndef IGMPQ_EVENT_H
#define IGMPQ_EVENT_H

#include "igmpq/election.h"
#include "igmpq/frame.h"
#include "igmpq/igmp.h"

enum query_reason {
    QUERY_STARTUP,
    QUERY_PERIODIC,
    QUERY_TAKEOVER,
    QUERY_LAST_MEMBER,
    QUERY_REQUESTED, /* by a person */
    QUERY_REASON_COUNT
};

/** "startup", "periodic" and so on; static. */
const char *query_reason_name(enum query_reason reason);

/** Who speaks on a segment: what every query from there has in common. */
struct origin {
    unsigned segment;
    struct mac mac;
    struct address address; /* none: proxy */
    bool is_tagged;
    uint16_t vlan;
    uint8_t priority;
    unsigned sources_max; /* that fit into one query on this link */
};

/** A query to be sent now. */
struct query {
    unsigned segment;
    enum query_reason reason;
    struct envelope envelope;
    struct igmp_query message;
};

/** Something odd that does not keep a query from counting. Each is reported at most once a minute
 * per segment. */
enum warning {
    WARNING_OTHER_VERSION,   /* a query of another version than ours */
    WARNING_NO_ROUTER_ALERT, /* strict hosts will not answer this querier */
    WARNING_ODD_TOS,
    WARNING_BAD_TTL,
    WARNING_OFF_SUBNET,
    WARNING_UNICAST_QUERY,
    WARNING_SAME_HOST, /* another querier program on this host */
    WARNING_DISPLACED, /* a querier with a higher address was active when we took the role */
    WARNING_TABLE_FULL,
    WARNING_COUNT
};

/** Lower case, words joined by '-'; static. */
const char *warning_name(enum warning warning);

enum event_kind {
    EVENT_ROLE, /* role_from, role_to, cause; `address`, `mac` of the querier that caused it, if one
                   did */
    EVENT_QUERY_SENT,      /* reason, version, group (none: general), count (sources), suppress;
                              number/of in a startup burst */
    EVENT_QUERIER_SEEN,    /* a querier heard for the first time: address, mac, version */
    EVENT_QUERIER_ELECTED, /* who is querying now is another: address, mac, version */
    EVENT_QUERIER_GONE,    /* the elected querier fell silent: address, span = for how long */
    EVENT_GROUP_JOINED,    /* group, address and mac of the reporter, version */
    EVENT_GROUP_LEFT,      /* group; span = how long it had members */
    EVENT_REFUSED, /* a frame was refused: verdict, address, mac, version; count = unreported ones
                      before */
    EVENT_WARNING, /* warning, address, mac, version; count = unreported ones before */
    EVENT_KIND_COUNT
};

/** "role", "query-sent" and so on; static. */
const char *event_kind_name(enum event_kind kind);

/** One event. Fields that its kind does not name are zero. */
struct event {
    enum event_kind kind;
    unsigned segment;
    instant at;
    struct address address;
    struct mac mac;
    struct address group;
    unsigned version;
    enum role role_from, role_to;
    enum election_event cause;
    enum query_reason reason;
    enum verdict verdict;
    enum warning warning;
    bool suppress;
    unsigned number, of;
    uint64_t count;
    duration span;
};

#define OUTBOX_QUERIES 16
#define OUTBOX_EVENTS  64
/** What one step can add at most; a call on the core wants at least this much room. */
#define OUTBOX_STEP_EVENTS 12

/** Filled by the core, emptied by the caller: set both counts to 0 after sending and publishing. */
struct outbox {
    unsigned query_count;
    unsigned event_count;
    struct query query[OUTBOX_QUERIES];
    struct event event[OUTBOX_EVENTS];
};

/** To be called when all that is in it was sent and published. */
static inline void outbox_clear(struct outbox *outbox)
{
    outbox->query_count = 0;
    outbox->event_count = 0;
}

/** Room for one more step of the core? */
static inline bool outbox_has_room(const struct outbox *outbox)
{
    return outbox->query_count < OUTBOX_QUERIES &&
           outbox->event_count + OUTBOX_STEP_EVENTS <= OUTBOX_EVENTS;
}

/** The next event, its kind, segment and time set and all else zero; there must be room. */
struct event *outbox_event(struct outbox *outbox, enum event_kind kind, unsigned segment,
                           instant at);

/**
 * The next query, with its envelope, to `message`'s group (all hosts for a general one), and the
 * event that tells of it. The caller fills in the message's sources afterwards, if any (and the
 * event's count). There must be room.
 */
struct query *outbox_query(struct outbox *outbox, const struct origin *origin, instant now,
                           enum query_reason reason, unsigned version, struct address group);

#endif
