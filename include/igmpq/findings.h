/* SPDX-License-Identifier: MIT */
/*
 * Floor 2. Findings: what is wrong on a network, drawn from the frames that were seen over time.
 * The same for a capture and for a live interface: it is fed with what engine_frame() said of each
 * frame and knows nothing of where frames come from. It gives identifiers and typed evidence; the
 * words are made in report_finding.h.
 *
 *     findings_create()
 *     findings_network()                 where the caller knows a segment's network (optional)
 *     findings_frame(), findings_data()  for every frame, in the order of the capture
 *     findings_end(), findings_count(), findings_at()
 *
 * findings_end() judges what was seen so far and may be called as often as one likes, also amid the
 * frames: a daemon asks once a minute. Segments are independent of each other (two queriers on two
 * VLANs are no fault). What is judged is what was on the wire: queries that a replayed engine would
 * have sent do not count; the daemon's own queries count as they come back from the capture.
 *
 * Memory depends on what is on the network and is bounded by the setup; a full table refuses the
 * new, never evicts, and FINDING_TABLE_FULL says that the picture is incomplete. A frame costs a
 * few hash lookups, whatever was before it.
 */
#ifndef IGMPQ_FINDINGS_H
#define IGMPQ_FINDINGS_H

#include "igmpq/engine.h"

/**
 * What can be found. D-01 to D-18 are those of the project's conformance list, D-19 and above are
 * beyond it. T_member is `switch_timeout` (260 s), T_router is `router_timeout` (255 s); the grace
 * is FINDINGS_GRACE. "Real" queriers have an address, "proxies" speak from 0.0.0.0. Groups of
 * 224.0.0.0/24 never raise anything but D-32: they are flooded always, and kernels report some.
 * In brackets: severity, and which fields of struct finding are evidence beside the common ones.
 */
enum finding_id {
    /** No general query for more than T_router and the grace while hosts reported or data came, or
     * somebody listened (findings_listen()); or none ever. Not: a takeover after T_router, a long
     * but steady interval (D-11), a capture too short (D-27).
     * [error, warning where no IGMP was seen at all, which a filter may have left out of the
     * capture; detail has FINDING_SILENCE_... bits, measured = longest silence, limit = T_router,
     * address = the last real querier before (none: never any); group and other = a group with a
     * member that nobody asks any more and its host, stops_at = when its stream stops] */
    FINDING_NO_QUERIER = 1,
    /** Queries, but for more than T_router and the grace only from one 0.0.0.0 proxy (twice
     * at least). Not: a proxy beside a real querier, or in place of one for so long. [warning; mac
     * of the proxy, measured = that time] */
    FINDING_PROXY_ONLY = 2,
    /** The same with two proxies or more, so that there are two switches or more, and nobody makes
     * paths between them. Replaces D-02. [error; mac and other_mac of two, measured] */
    FINDING_PROXIES_ONLY = 3,
    /** A higher real querier goes on although a lower one queries: in three intervals (of 240 s at
     * most) or more in a row, over at least twice the longest of them, the lower one was heard less
     * than 120 s before it spoke again. Not: startup, one crossing, takeovers, the end of a
     * takeover, version 1 (has no election), off-subnet ones, one address twice (D-05).
     * [error; address, mac = the higher, other, other_mac = the lower, measured = for how long] */
    FINDING_TWO_QUERIERS = 4,
    /** One querier address from two MAC addresses in turn (A, B, A). Not: a device replaced once,
     * copies of one frame within 0.1 s. [error; address, mac, other_mac] */
    FINDING_DUPLICATE_QUERIER = 5,
    /** A querier's address is outside the segment's network; where findings_network() was not
     * called, only one that is in another private (or public) block than all of three or more
     * hosts: then a note. [warning or note; address, mac, network, network_is_known] */
    FINDING_OFF_SUBNET = 6,
    /** General queries of version 2 and 3: an older after a newer one, or by two queriers
     * (proxies count: RFC 4541 section 2.1.1 (4)). Not: one querier that was upgraded, specific
     * queries, version 1 (D-08). [warning; address, mac, version = the older one's; other,
     * other_mac, other_version = the newer one's] */
    FINDING_VERSION_MIX = 7,
    /** A version 1 general query. [warning; address, mac] */
    FINDING_V1_QUERIER = 8,
    /** Queriers that do not agree: different QQIC or QRV (detail FINDING_MISMATCH_...), periods
     * that differ by more than early queries explain; or one that does not keep the interval that
     * it advertises: later than 10 %, or earlier than a quarter and 1 %. Needs a proven interval
     * (below). Not: startup, jitter up to 25 % early. [warning; detail; address, mac; other,
     * other_mac = the second querier or none; measured and limit = the two intervals; version and
     * other_version = the two QRV] */
    FINDING_MISMATCH = 9,
    /** A query that hosts or switches may drop; `detail` has FINDING_FLAW_... bits. Version 1 needs
     * neither Router Alert nor TOS. Not: queries to one host's address, frames cut by the
     * capture. [error for checksum, length and destination, warning for Router Alert and TTL, note
     * for TOS and specific queries to all hosts alone; address, mac, detail] */
    FINDING_QUERY_FORMAT = 10,
    /** A proven interval p is too long for switches: 2 p + response > T_member or 2 p > T_router,
     * by more than 2 % (so that 125 s and 10 s pass): one lost frame cuts streams. [warning, error
     * where p alone is too long and streams stop every time; address, mac, measured = p, limit =
     * the longest p that passes] */
    FINDING_LONG_INTERVAL = 11,
    /** A member answered a query more than T_member after the last report of its group, without a
     * leave between, and that was the first or second round of queries in that time: its stream
     * stopped meanwhile. Not: hosts that were off (they ignored more queries), hosts that left,
     * suppressed reports (another member answered), no query at all (D-01).
     * [error; group, address, mac = the host, measured = the gap, limit = T_member, stops_at] */
    FINDING_REPORT_GAP = 12,
    /** A leave (version 2, or TO_IN{}) of a known group was not followed by a group-specific query
     * within 5 s, though a real querier of version 2 or 3 was heard in the last T_router. Not: with
     * a version 1 member, in the SSM range, where a specific query went out up to 5 s before,
     * at the end of the capture, in version 3 while another member is known to be there (a querier
     * that keeps track of every host need not ask). [warning when no leave of the segment was ever
     * asked about, else note; group, address, mac = the host; other = the querier] */
    FINDING_LEAVE_IGNORED = 13,
    /** Variant A, `detail` FINDING_PLACE_FLOODED: version 2 reports of others at a port that the
     * caller called an ordinary host's. Variant B, FINDING_PLACE_NO_REPORTS: three or more general
     * queries over two minutes or more and not one report of any group: nobody is there, or the
     * place of the capture does not see them. [A warning: group, address, mac = the host; B note,
     * warning where the port was called the querier's: address, mac = the querier] */
    FINDING_PLACE = 14,
    /** A group in use shares its Ethernet address with 224.0.0.x, which switches flood always
     * (warning; other_group = that), or with another group in use within T_member (note;
     * other_group = that). [group, other_group, mac = the Ethernet address] */
    FINDING_ALIAS = 15,
    /** A version 1 or 2 report, or a leave, of the SSM range. [warning; address, mac, group,
     * version; other, other_version = the querier of version 1 or 2 that was heard in the 400 s
     * before, which keeps hosts at its version (none: the host chose its own)] */
    FINDING_SSM_V2 = 16,
    /** A lower querier displaced a real one that had passed on streams of others (data with its
     * MAC address and not its IP address), and they stopped within 10 s, as an IGMP proxy does (RFC
     * 4605 section 3). Not: a legal start of a lower querier as such, a router that forwards on,
     * a stream that goes on by another way.
     * [error, warning while it is too early to tell whether they stopped; address, mac = the
     * displaced, other, other_mac = the lower one, group = a stream] */
    FINDING_DISPLACED = 17,
    /** Nine changes of the gap between a querier's general queries or more, of which five or more
     * and a quarter or more exceed 25 % (`detail` FINDING_CADENCE_UNEVEN); or a version 1 querier
     * with a proven interval below 60 s (FINDING_CADENCE_V1). Not: startup, one restart, jitter up
     * to 25 % early. [note; address, mac, detail, measured = shortest gap, limit = longest gap] */
    FINDING_CADENCE = 18,
    /** A host never answered: three general queries or more while it was a member went unanswered
     * for one of its groups by everyone, and yet it was there (it reported or left later). Queries
     * that come before the answers to the one before are due count as one round. Not:
     * hosts that vanished, suppressed reports, hosts that answered at least once. [warning;
     * address, mac, group, count = queries not answered, stops_at] */
    FINDING_SILENT_HOST = 19,
    /** A known member answered three times or more later than the maximum response time and 1 s.
     * Not: joins and their repetitions within 11 s, answers to specific queries, reports later than
     * three response times (a program or device that starts anew joins again, whenever that is), as
     * well as a host that was seldom late. [warning; address, mac, group, measured = the longest
     * delay, limit = the maximum response time] */
    FINDING_LATE_ANSWERS = 20,
    /** Twice or more a host answered for four groups or more, in reports of version 1 or 2, within
     * a twentieth of the maximum response time. Not: joins, response times below 1 s. [note;
     * address, mac, version, measured = shortest such time, limit = maximum response time] */
    FINDING_BURST_ANSWERS = 21,
    /** A host answered in an older version than was asked, and no query of that version (or older)
     * was heard for 400 s before (hosts remember one for so long). [note; address, mac, group,
     * version = the answer's, other_version = the query's] */
    FINDING_OLDER_ANSWERS = 22,
    /** Three times or more a higher querier took over after a silence and the lower one came back,
     * within three hours. Not: one or two failovers; D-04 is reported instead where it holds.
     * [warning; address, mac = the higher, other, other_mac = the lower, measured = longest silence
     * of the lower] */
    FINDING_FLAPPING = 23,
    /** A stream (10 frames or more, less than 10 s apart on average) to a group that never had a
     * member, T_member and the grace after the first query, while somebody queries and reports of
     * other groups are seen. Not: at the querier's port, where all streams arrive. [note, warning
     * at an ordinary host's port; group, address = the stream's source, mac; version = 1 or 2 where
     * the group is of the SSM range and such a querier keeps hosts from asking for it, else 0] */
    FINDING_UNWANTED_DATA = 24,
    /** A stream as above went on after its last member's time ran out: T_member and the grace after
     * the last report, or 10 s after a leave that was asked about, while somebody queries. Not: at
     * the querier's port, while one of several members stays. [note, warning at an ordinary host's
     * port; group, address = the stream's source, mac, other = the last member, stops_at = when it
     * ran out; version as above; detail FINDING_OUTLIVED_SILENT: it did not leave] */
    FINDING_OUTLIVED_DATA = 25,
    /** Within 10 s more than FINDINGS_STORM general queries, where those of one querier within
     * 0.1 s count as one (a capture on all interfaces shows each frame many times); or more than
     * FINDINGS_FLOOD with every copy. [error; address, mac of the last, measured = the shortest
     * time for so many, detail = how many those are] */
    FINDING_QUERY_STORM = 26,
    /** IGMP (or a stream) was seen for less than T_router and the grace without a pause: a missing
     * querier, long intervals and gaps cannot be judged, and are not. A pause is an hour in which
     * no frame at all was given (the capture stood still, or two were joined), or findings_pause();
     * silence and gaps are not counted across it. [note; measured = the time seen, limit =
     * the time needed] */
    FINDING_TOO_SHORT = 27,
    /** A table was full: from then on not everything new was judged. [note; detail =
     * FINDING_FULL_... bits] */
    FINDING_TABLE_FULL = 28,
    /** The capture kept only the heads of IGMP frames, which cannot be read so. [warning where it
     * is half of them or more, else note; count, detail = per cent of the IGMP frames, 1 at least]
     */
    FINDING_CUT = 29,
    /** A member left and the querier asked, nobody answered (for LEFT_TIME, 10 s), and yet another
     * member, who had reported within T_member and not left, answered one of the next two general
     * queries: it never got the specific ones, as behind a port with fast leave, and its stream was
     * cut meanwhile. Not: joins at another time than that of answers, or that say so (version 3),
     * hosts that left.
     * [error; warning where it was seen once and in version 2, where a host that starts anew just
     * then looks the same; group, address, mac = the host that stayed, other, other_mac = who left,
     * measured = the longest time from leave to answer, stops_at = the leave] */
    FINDING_LEAVE_CUTS = 30,
    /** Reports or leaves of a host that queriers and switches may ignore; `detail` has
     * FINDING_FLAW_... bits, of which checksum, length, destination (a group that is none as well)
     * and TTL occur. Not: one or two of a host that also sent good ones, frames to one host's
     * address, frames cut by the capture. [error for a host none of whose reports was good, else
     * and for TTL alone warning; address, mac, detail] */
    FINDING_REPORT_FORMAT = 31,
    /** A stream of one source to 224.0.0.x: FINDINGS_LOCAL frames within 10 s, more than the
     * protocols that live there send, but for pfsync (224.0.0.240) between busy firewalls, which
     * goes everywhere as well. Not: 224.0.0.107, where many clocks measure their links.
     * [warning; group, address = the stream's source, mac, measured = the shortest time for so
     * many] */
    FINDING_LOCAL_DATA = 32,
    /** Twice or more a general query that gave 1 s or less was answered by FINDINGS_CROWD reports
     * or more: as many as a switch's processor takes in a second, all at once. [warning; address =
     * the querier, none where a proxy asks, detail = the most reports, limit = the
     * maximum response time] */
    FINDING_CROWD = 33,

    FINDING_ID_END
};

/* An interval is *proven* when general queries of one querier came at steady gaps (each within 25 %
 * of the longest): three in a row when they follow a shorter gap (the end of a startup burst) or
 * are 45 s or longer (a startup burst is not), else eight (a startup burst has at most seven
 * queries). */

#define FINDINGS_PAUSE      (3600 * SECONDS)
#define FINDINGS_GRACE      (5 * SECONDS)
#define FINDINGS_STORM      20  /* general queries ... */
#define FINDINGS_FLOOD      200 /* and copies of such ... */
#define FINDINGS_STORM_TIME (10 * SECONDS)
#define FINDINGS_CROWD      100  /* answers to one hasty query */
#define FINDINGS_LOCAL      1000 /* frames of a stream to 224.0.0.x, within 10 s */

/* FINDING_NO_QUERIER */
#define FINDING_SILENCE_IDLE      1u /* no host reported either */
#define FINDING_SILENCE_ONLY_DATA 2u /* data came, and no IGMP of any kind ever */
#define FINDING_SILENCE_ELSEWHERE 4u /* never a query here, but on another segment */
/* FINDING_QUERY_FORMAT, FINDING_REPORT_FORMAT */
#define FINDING_FLAW_NO_ROUTER_ALERT 1u
#define FINDING_FLAW_TTL             2u
#define FINDING_FLAW_TOS             4u
#define FINDING_FLAW_CHECKSUM        8u
#define FINDING_FLAW_LENGTH          16u /* shorter than 8 octets, or 9 to 11; or claims too much */
#define FINDING_FLAW_DESTINATION                                                                   \
    32u /* a general query not to 224.0.0.1, a specific one to                                     \
           neither, a group that is none */
#define FINDING_FLAW_SPECIFIC_TO_ALL                                                               \
    64u /* a specific query to 224.0.0.1, as bridges of Linux send: hosts must accept it (RFC 3376 \
           section 4.1.12) */
/* FINDING_MISMATCH */
#define FINDING_MISMATCH_QQIC       1u
#define FINDING_MISMATCH_QRV        2u
#define FINDING_MISMATCH_PERIODS    4u /* of two queriers, as measured */
#define FINDING_MISMATCH_ADVERTISED 8u /* one querier's own */
/* FINDING_OUTLIVED_DATA */
#define FINDING_OUTLIVED_SILENT 1u
/* FINDING_PLACE */
#define FINDING_PLACE_FLOODED    1u
#define FINDING_PLACE_NO_REPORTS 2u
/* FINDING_CADENCE */
#define FINDING_CADENCE_UNEVEN 1u
#define FINDING_CADENCE_V1     2u
/* FINDING_TABLE_FULL */
#define FINDING_FULL_QUERIERS 1u
#define FINDING_FULL_HOSTS    2u
#define FINDING_FULL_GROUPS   4u
#define FINDING_FULL_MEMBERS  8u

/** "D-04"; static. */
const char *finding_id_name(enum finding_id id);

enum finding_severity {
    FINDING_NOTE,    /* worth knowing; nothing breaks by it alone */
    FINDING_WARNING, /* works now, will break when something else happens */
    FINDING_ERROR,   /* streams stop, or flood, or will */
    FINDING_SEVERITY_COUNT
};

/** "note", "warning", "error"; static. */
const char *finding_severity_name(enum finding_severity severity);

/** One finding. Fields that its id does not name are zero (stops_at: NEVER). */
struct finding {
    enum finding_id id;
    enum finding_severity severity;
    unsigned segment;
    instant first, last; /* of the evidence */
    uint64_t first_frame, last_frame;
    uint64_t count; /* pieces of evidence, at least 1 */

    struct address address, other;
    struct mac mac, other_mac;
    struct address group, other_group;
    struct prefix network;
    bool network_is_known; /* else it is what the hosts' addresses suggest */
    unsigned version, other_version;
    duration measured, limit;
    unsigned detail;
    instant stops_at; /* when a stream stopped, or will */
};

/** Where a segment was captured, as far as the caller knows. */
enum findings_place {
    FINDINGS_PLACE_UNKNOWN, /* a mirror port, a file */
    FINDINGS_PLACE_QUERIER, /* the querier's own port: all reports come there */
    FINDINGS_PLACE_HOST, /* an ordinary host's port: with snooping, no version 2 report of others */
    FINDINGS_PLACE_COUNT
};

/** "unknown", "querier", "host"; static. */
const char *findings_place_name(enum findings_place place);

struct findings_setup {
    duration switch_timeout; /* T_member: when a switch forgets a member; 260 s */
    duration router_timeout; /* T_router: when a switch forgets a querier's port; 255 s */
    struct prefix ssm_range; /* 232.0.0.0/8; length 32 of 0.0.0.0: none */
    unsigned max_queriers;   /* per segment; 64 */
    unsigned max_hosts;      /* per segment; 4096 */
    unsigned max_groups;     /* per segment; 4096 */
    unsigned max_members;    /* per segment, a host in a group; 16384 */
    duration pause;          /* no frame of any segment for so long is a pause; FINDINGS_PAUSE.
                              * INSTANT_NEVER: findings_pause() alone tells of them */
};

/** The values above. */
struct findings_setup findings_setup_default(void);

struct findings;

/** NULL without memory. `setup` is copied. */
struct findings *findings_create(const struct findings_setup *setup);
/** NULL is fine. */
void findings_destroy(struct findings *findings);

/** Another setup from now on. What a smaller table holds too much stays. */
void findings_configure(struct findings *findings, const struct findings_setup *setup);

/**
 * What the caller knows of a segment, before its first frame or later: its network (length 0: not
 * known), this host's own MAC address there (none: not known, or a file), and the place.
 */
void findings_network(struct findings *findings, unsigned segment, struct prefix network,
                      struct mac own, enum findings_place place);

/**
 * Somebody has listened for IGMP on this segment since then, and would have heard it: a live
 * capture. Without this a segment is watched from its first frame on, and one without any frame not
 * at all; with it, silence is a finding (D-01) also where nobody reports. Before or after its first
 * frame.
 */
void findings_listen(struct findings *findings, unsigned segment, instant since);

/**
 * An IGMP frame, exactly as engine_frame() filled `received`: every frame, refused ones too (most
 * say something). Ignored: ENGINE_NO_SEGMENT, segments that are down and VERDICT_NOT_IGMP. `number`
 * is the frame's number in the capture, as people count it (from 1), 0 where there is none. A time
 * before the last one counts as the last one. Nothing is kept of what `received` borrows.
 */
void findings_frame(struct findings *findings, instant now, uint64_t number,
                    const struct received *received);

/**
 * A multicast frame that is not IGMP: data, to `group` (multicast), from `source`, sent (or passed
 * on) by `mac` (none: not known). engine_frame() gave VERDICT_NOT_IGMP and the segment of it.
 * Anything to 224.0.0.0/24 is ignored but for D-32.
 */
void findings_data(struct findings *findings, instant now, uint64_t number, unsigned segment,
                   struct address group, struct address source, struct mac mac);

/** Nothing can be seen of a segment from `now` on, until its next frame: a link went down. Silence
 * and gaps are not counted across it; evidence stays. */
void findings_pause(struct findings *findings, instant now, unsigned segment);

/**
 * Judge all that was seen up to `now` (the time of the last frame, or later where the caller knows
 * that nothing came: live, --until). Replaces the list of before. False without memory: then the
 * list is not complete.
 */
bool findings_end(struct findings *findings, instant now);

/** The list made by the last findings_end(), by segment, id, address, group, MAC addresses. */
unsigned findings_count(const struct findings *findings);
/** `index` is below findings_count(). */
const struct finding *findings_at(const struct findings *findings, unsigned index);

#endif
