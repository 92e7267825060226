/* SPDX-License-Identifier: MIT */
/*
 * Test tools for the core: one engine with one segment under a clock of integers, frames as octets
 * made without any library, and a log of all queries and events that came out.
 *
 * The order is the replay's: fixture_advance(f, t) does what is due *before* t, a frame is
 * heard at t, and what is due at t itself comes afterwards, with the next fixture_advance() to a
 * later time or with fixture_run_until(f, t). Every fixture_hear_...() advances to its time first.
 *
 * The cast is that of the conformance list, section 0: this querier is 192.168.50.10/24, the peers
 * are L = .5 and B = .15 and H = .20, the hosts .21 and .22, the group G = 239.1.2.3; who has the
 * last octet n has the MAC address 02:00:00:00:00:n.
 */
#ifndef IGMPQ_TEST_FIXTURE_H
#define IGMPQ_TEST_FIXTURE_H

/* What cmocka wants before its own header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "igmpq/engine.h"
#include "within.h"

/* Instants: from whole seconds, from milliseconds. */
#define AT_S(seconds)       ((instant)(seconds)*SECONDS)
#define AT_MS(milliseconds) ((instant)(milliseconds)*MILLISECONDS)

#define FIXTURE_OWN  (address_of(192, 168, 50, 10))
#define FIXTURE_L    (address_of(192, 168, 50, 5))
#define FIXTURE_B    (address_of(192, 168, 50, 15))
#define FIXTURE_H    (address_of(192, 168, 50, 20))
#define FIXTURE_H1   (address_of(192, 168, 50, 21))
#define FIXTURE_H2   (address_of(192, 168, 50, 22))
#define FIXTURE_G    (address_of(239, 1, 2, 3))
#define FIXTURE_PORT 1

/** 02:00:00:00:00:n for the address a.b.c.n. */
struct mac fixture_mac(struct address address);

/* ---- settings ---- */

/** Profile rfc9776 as version 2, QI 125 s, QRI 10 s, RV 2, no jitter. Not resolved. */
struct params fixture_c2(void);
/** The same as version 3. */
struct params fixture_c3(void);
/** C2 with QI 60 s. */
struct params fixture_c60(void);

/* ---- frames as octets ---- */

/** What is around an IGMP message; fixture_outside() gives what a good querier sends. */
struct outside {
    struct mac source_mac, destination_mac;
    bool is_tagged;
    uint16_t vlan;
    uint8_t priority;
    struct address source, destination;
    uint8_t tos, ttl;
    uint16_t ip_id;
    bool dont_fragment, has_router_alert;
};

/** TOS 0xc0, TTL 1, DF, id 0, Router Alert, untagged, MAC addresses after the IP addresses. */
struct outside fixture_outside(struct address source, struct address destination);

#define FIXTURE_FRAME_MAX 1536

/** Ethernet, IPv4 and the message, padded to 60 (tagged: 64) octets; the length. `out` has room for
 * FIXTURE_FRAME_MAX. */
size_t fixture_make_frame(const struct outside *outside, const uint8_t *igmp, size_t length,
                          uint8_t *out);

/** The frame of a query that the core wants to send. */
size_t fixture_make_query_frame(const struct query *query, uint8_t *out);

/** A general query of a version with QRI 10 s (version 3: QRV 2, QQIC 125). */
struct igmp_query fixture_general(unsigned version);
/** A group-specific query of a version with LMQI 1 s (version 3: QRV 2, QQIC 125, S clear). */
struct igmp_query fixture_specific(unsigned version, struct address group);

/* ---- the log ---- */

/** A query that was sent. */
struct sent {
    instant at;
    enum query_reason reason;
    unsigned segment;
    struct envelope envelope;
    unsigned version;
    struct address group; /* none: general */
    duration max_response;
    bool suppress;
    unsigned robustness;
    duration query_interval;
    unsigned source_count;
    struct address *sources; /* source_count of them */
};

struct fixture {
    struct engine *engine;
    unsigned segment;
    instant now;
    struct identity identity; /* as last given to the engine */
    struct outbox *outbox;
    struct sent *sent;
    size_t sent_count, sent_capacity;
    struct event *event;
    size_t event_count, event_capacity;
    struct received received; /* of the last frame; borrows from `octets` */
    uint8_t octets[FIXTURE_FRAME_MAX];
};

/** An engine with one segment "if1", its link down, at time 0. `asked` is resolved here and must be
 * good. Free with fixture_free(). */
struct fixture *fixture_create(const struct params *asked);
/** The same, and its link up at time 0 as 192.168.50.10/24. */
struct fixture *fixture_start(const struct params *asked);
void fixture_free(struct fixture *fixture);

/** Resolve; fails the test on an error. */
struct params fixture_resolve(const struct params *asked);
/** Settings of the segment from now on, at `at`. */
void fixture_configure(struct fixture *fixture, instant at, const struct params *asked);
/** Link up as `own` (none: no address yet) with the MAC address that belongs to it; or down. */
void fixture_link_up(struct fixture *fixture, instant at, struct prefix own);
void fixture_link_down(struct fixture *fixture, instant at);
/** A query at once at `at`, as a person may wish it; whether it was sent. */
bool fixture_query_now(struct fixture *fixture, instant at, struct address group);
/** The segment, to look at. */
const struct segment *fixture_segment(const struct fixture *fixture);

/* ---- time ---- */

/** Do what is due before `at`, each at its own time; the clock is then `at`. */
void fixture_advance(struct fixture *fixture, instant at);
/** The same and what is due at `at` itself. */
void fixture_run_until(struct fixture *fixture, instant at);

/* ---- hearing: each advances to `at` first, and returns the verdict ---- */

enum verdict fixture_hear(struct fixture *fixture, instant at, const uint8_t *frame, size_t length);
enum verdict fixture_hear_igmp(struct fixture *fixture, instant at, const struct outside *outside,
                               const uint8_t *igmp, size_t length);
/** A query inside `outside`. */
enum verdict fixture_hear_inside(struct fixture *fixture, instant at, const struct outside *outside,
                                 const struct igmp_query *query);
/** A query from `source`, well wrapped, to where it belongs. */
enum verdict fixture_hear_query(struct fixture *fixture, instant at, struct address source,
                                const struct igmp_query *query);
/** fixture_general() of `version` from `source`. */
enum verdict fixture_hear_general(struct fixture *fixture, instant at, struct address source,
                                  unsigned version);
/** A version 1 or 2 report (to the group) or leave (to 224.0.0.2) of `kind`. */
enum verdict fixture_hear_report(struct fixture *fixture, instant at, struct address source,
                                 enum igmp_kind kind, struct address group);
/** A version 3 report with these records, to 224.0.0.22. */
enum verdict fixture_hear_records(struct fixture *fixture, instant at, struct address source,
                                  const struct igmp_record_spec *records, unsigned count);
/** The same with one record. */
enum verdict fixture_hear_record(struct fixture *fixture, instant at, struct address source,
                                 enum igmp_record_type type, struct address group,
                                 const struct address *sources, unsigned count);

/** The frame of a query that was sent, as the capture shows it (or a loop brings it back). */
enum verdict fixture_hear_echo(struct fixture *fixture, instant at, size_t index_sent);

/* ---- looking ---- */

/** Queries about `group` (none: general ones) that were sent; at most `most` pointers to `out`. */
size_t fixture_find_sent(const struct fixture *fixture, struct address group,
                         const struct sent **out, size_t most);
/** How many events of a kind there were. */
size_t fixture_count_events(const struct fixture *fixture, enum event_kind kind);
/** How many warnings of one sort were given. */
size_t fixture_count_warnings(const struct fixture *fixture, enum warning warning);
/** The last event of a kind; fails the test when there was none. */
const struct event *fixture_last_event(const struct fixture *fixture, enum event_kind kind);
/** Forget the log so far. */
void fixture_forget_log(struct fixture *fixture);

/** The queries about `group` were sent at exactly these times. Use the macros below. */
void fixture_check_times(const struct fixture *fixture, struct address group,
                         const instant *expected, size_t count, const char *file, int line);

/** All general queries of the log, and no others: EXPECT_GENERAL(f, AT_S(0), AT_MS(31250)). */
#define EXPECT_GENERAL(fixture, ...) EXPECT_ABOUT(fixture, ADDRESS_NONE, __VA_ARGS__)
/** All queries about a group. */
#define EXPECT_ABOUT(fixture, group, ...)                                                          \
    fixture_check_times(fixture, group, (const instant[]){__VA_ARGS__},                            \
                        sizeof((const instant[]){__VA_ARGS__}) / sizeof(instant), __FILE__,        \
                        __LINE__)
/** No query at all in the log, about anything. */
#define EXPECT_SILENCE(fixture) assert_int_equal((fixture)->sent_count, 0)

#define EXPECT_VERDICT(verdict, expected)                                                          \
    assert_string_equal(verdict_name(verdict), verdict_name(expected))
#define EXPECT_ROLE(fixture, expected)                                                             \
    assert_string_equal(role_name(fixture_segment(fixture)->role), role_name(expected))

#endif
