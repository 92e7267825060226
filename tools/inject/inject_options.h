/* SPDX-License-Identifier: MIT */
/* Floor 4. The command line of igmpq-inject as one struct: what is to be sent, how, and what is
 * done with it. */
#ifndef IGMPQ_INJECT_OPTIONS_H
#define IGMPQ_INJECT_OPTIONS_H

#include "igmpq/frame.h"
#include "igmpq/igmp.h"
#include "igmpq/options.h"
#include "igmpq/problem.h"

#define INJECT_UNSET          (-1)
#define INJECT_RECORDS_MOST   183 /* what fits into IGMP_LENGTH_MAX */
#define INJECT_ADDRESSES_MOST 367 /* sources of all records together, likewise */
#define INJECT_HOSTS_MOST     16
#define INJECT_DELAYS_MOST    100 /* queries of one kind to a probed host */

enum inject_kind {
    INJECT_QUERY,
    INJECT_REPORT,  /* of one group, in any version */
    INJECT_LEAVE,   /* likewise; version 3 says it with a record */
    INJECT_RECORDS, /* a version 3 report of the records given */
    INJECT_KIND_COUNT
};

const char *inject_kind_name(enum inject_kind kind);

/** The command line. A number or duration that was not given is INJECT_UNSET. */
struct request {
    const char *interface;

    enum inject_kind kind;
    unsigned kinds_given; /* how many of --report, --leave and --record (all together count once) */
    int version;          /* 0: auto */
    struct address group;
    bool has_group;
    duration max_resp;
    duration query_interval;
    int robustness;
    bool suppress;
    struct address
        address[INJECT_ADDRESSES_MOST]; /* the query's sources, or those of the records */
    unsigned address_count;
    unsigned source_count;                               /* of the query */
    struct igmp_record_spec record[INJECT_RECORDS_MOST]; /* their sources are in `address` */
    unsigned record_count;

    struct address source, destination;
    bool has_source, has_destination;
    struct mac source_mac, destination_mac;
    bool has_source_mac, has_destination_mac;
    int vlan, priority, tos, ttl;
    bool no_router_alert;

    bool bad_checksum;
    int length, pad;
    uint8_t trailing[FRAME_MAX];
    size_t trailing_length;

    bool force;
    duration listen, wait, interval;
    bool no_wait;
    int count;
    bool json, hex;
    const char *write;

    struct address host[INJECT_HOSTS_MOST];
    unsigned host_count;
    struct mac host_mac;
    bool has_host_mac;

    bool wants_help, wants_version;
};

/** The options, for the list of --help. */
extern const struct setting request_options[];

/**
 * Read the command line into `*out` and check what can be checked without a network. -1 with a
 * sentence; `wants_help` and `wants_version` are right even then.
 */
int request_read(struct request *out, int argc, char **argv, struct problem *problem);

/** What can be checked without a network; request_read() does. -1 with a sentence. */
int request_check(const struct request *request, struct problem *problem);

/** Whether frames are only made and shown, and nothing is sent. */
static inline bool request_is_offline(const struct request *request)
{
    return request->hex || request->write != NULL;
}

/** The version that the options ask for or imply, 0 when it is to be found out. */
unsigned request_version(const struct request *request);

/** Whether the options fit that version; -1 with a sentence. */
int request_check_version(const struct request *request, unsigned version, struct problem *problem);

/** The options given that make a wrong frame, "--bad-checksum and --length"; "" when there is none.
 * Returns out. */
const char *request_faults(const struct request *request, char *out, size_t size);

#endif
