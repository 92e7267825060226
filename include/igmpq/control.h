/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The control socket: what a client asks of a running igmpqd, and what it is told. First
 * the contract between the two, then the server. The server knows nothing of the engine: it hands
 * over a request and is given the answer line by line, as fast as the client reads and no faster.
 *
 * THE SOCKET
 *   A stream socket in the file system. The daemon makes it at the first of these that is given:
 *   --control-socket, control-socket in the configuration file, IGMPQ_SOCKET in the environment,
 *   CONTROL_SOCKET. "none" stands for no socket at all. A client looks at: its own option,
 *   IGMPQ_SOCKET, CONTROL_SOCKET. Who may connect may ask (the mode of the file decides: owner and
 *   group, 0660); who may change something is root or the daemon's own user.
 *
 * THE REQUEST
 *   One line of at most CONTROL_LINE_MOST octets with its new line: a verb and its words, printable
 *   ASCII, separated by blanks. One request a connection: what follows the line is not read. The
 *   sending side may be closed behind it. It is to come within CONTROL_REQUEST_TIME.
 *
 *     status     [SEGMENT]              the daemon, and one object a segment
 *     groups     [SEGMENT]              who listens to what
 *     hosts      [SEGMENT]              who reports
 *     queriers   [SEGMENT]              every other querier that was heard
 *     findings   [SEGMENT]              what is wrong there
 *     stats      [SEGMENT]              every counter
 *     events     [COUNT] [follow]       the last COUNT events (all that are kept, without it),
 *                                       "follow": and then those to come, until the client leaves
 *     config                            what is in force
 *     interfaces                        of this host, whether used or not
 *     metrics                           the counters and states again, made for Prometheus
 *     query      [SEGMENT] [GROUP]   *  send a query now, on all segments without SEGMENT
 *     reload                         *  read the configuration file again
 *     verbose    on|off              *  log everything, or no more than usual
 *
 *   * changes something. SEGMENT is a name as in logs, "eth0" or "eth0/10"; GROUP an address.
 *
 * THE ANSWER
 *   Lines, each one JSON object with a "type"; unknown types and keys are to be passed over. The
 *   daemon closes the connection behind the last.
 *
 *   First, always:
 *     {"type":"header","schema":1,"program":"igmpqd","version":"0.1.0","time":T,"verb":"status"}
 *       schema    CONTROL_SCHEMA; another one means that the objects are not those below
 *       time      now; verb: null when it was not understood
 *   Last, one of:
 *     {"type":"end","ok":true,"count":N}       N objects between header and end
 *     {"type":"error","code":CODE,"text":"a sentence for a person"}
 *   Neither of them: the daemon ended, or it dropped a client that did not read for so long as
 *   CONTROL_WRITE_TIME. An error may come after some objects. CODE is one of control_code_name();
 *   "busy", and "bad-request" for a request that is late, come without a request.
 *
 *   Values: T is a time, a string of seconds since the epoch with six decimals such as
 *   "1793264400.000000"; S a span, a string of seconds with six decimals, negative where something
 *   is overdue; A an address, "192.168.1.1"; M a MAC address, "00:00:5e:00:53:01"; N a number; B
 *   true or false. T?, S?, A?, M?, N? may be null. Keys without a mark are strings.
 *
 * status
 *   {"type":"daemon", "version", "process":N, "started":T, "uptime":S, "config":path or null,
 *    "socket":path, "verbose":B, "segments":N, "clients":N, "clients_refused":N, "hook":B,
 *    "hook_dropped":N, "events":N}
 *       events    how many there were so far
 *   {"type":"segment", "segment":"eth0/10", "interface":"eth0", "vlan":N, "role", "since":T,
 *    "mode", "address":A?, "prefix_length":N, "mac":M?, "proxy":B, "version":N,
 *    "query_interval":S, "response_interval":S, "robustness":N, "next_query_in":S?,
 *    "startup_left":N, "takeover_in":S?, "other_querier_timeout":S, "elected":null or object,
 *    "duplicate":null or object, "groups":N, "max_groups":N, "sources":N, "max_sources":N,
 *    "hosts":N, "max_hosts":N, "queriers":N, "expected":N, "missing":[A...],
 *    "awaited":[A...], "present":B, "attached":B, "up":B, "carrier":B, "mtu":N, "state"}
 *       vlan      0: untagged
 *       role      "down", "querier", "non-querier"
 *       mode      "active", "listen-first", "backup", "passive"
 *       address   ours; null: none yet, or a proxy, which speaks from 0.0.0.0
 *       version   that the next query will have; the intervals and robustness are ours as well
 *       next_query_in  of a querier, else null; startup_left: of its burst, still to come
 *       takeover_in    of a non-querier: when it will speak, unless a querier is heard; null: never
 *       other_querier_timeout  the other querier present interval as it stands
 *       expected  how many groups expect-groups names here; missing: those without a member;
 *                 awaited: those that nobody was heard to want yet, while hosts still have time to
 *                 answer, or nobody asks
 *       present   the interface is there; attached: it is captured on
 *       state     what was last told of the interface: "ready", "absent", "down", "no carrier",
 *                 "no address", "bridge port" (without one, of a bridge of the daemon's host), or
 *                 "" at first
 *
 *   "elected" is null while we are the querier ourselves, or know of none:
 *   {"address":A, "mac":M?, "version":N, "since":T, "last":T, "silent":S, "measured_interval":S?,
 *    "proven":B, "advertised_interval":S?, "response_interval":S?, "robustness":N?}
 *       address   0.0.0.0: a proxy
 *       measured_interval  the longest gap between its general queries; null: there was none yet
 *       proven    it was steady for so long that other_querier_timeout relies on it
 *       advertised_interval, robustness  of version 3
 *
 *   "duplicate" is null unless another device queries with our own address, and did so within
 *   other_querier_timeout; it is among no queriers, and elects nobody:
 *   {"mac":M?, "last":T, "silent":S}
 *
 * groups: in the order of their first report. Those that come meanwhile are not told, those that
 * went are left out.
 *   {"type":"group", "segment", "group":A, "mode", "sources":[A...], "blocked":[A...],
 *    "expires_in":S, "version":N, "since":T, "last_report":T, "last_reporter":A,
 *    "last_reporter_mac":M?, "source_count":N, "checking":B, "expected":B}
 *       mode      "include": only "sources" are wanted; "exclude": all but "blocked" are
 *       version   of its oldest host
 *       checking  somebody has left, and the others are being asked
 *       expected  expect-groups names it
 *   A group of more than CONTROL_SOURCES_MOST sources goes on in lines right behind its own:
 *   {"type":"sources", "segment", "group":A, "sources":[A...], "blocked":[A...]}
 *
 * hosts: in the order of their first report. The daemon remembers for each group its last reporter
 * only, and hosts of versions 1 and 2 keep silent when another has reported: which groups a host
 * wants cannot be known. A client may show the groups (verb groups) whose last_reporter and
 * last_reporter_mac the host is, and then has to say that this is what they are.
 *   {"type":"host", "segment", "address":A, "mac":M?, "version":N, "first":T, "last":T, "silent":S,
 *    "reports":N}
 *       address   0.0.0.0: it has none yet; version: of its last report
 *
 * queriers
 *   {"type":"querier", "segment", "address":A, "mac":M?, "version":N, "elected":B, "first":T,
 *    "last":T, "silent":S, "queries":N, "refused":N, "verdict", "verdict_text"}
 *       address   0.0.0.0: a proxy; version, verdict: of its last query
 *       refused   of these queries, for whatever reason; specific queries, which elect nobody, too
 *       verdict_text  the verdict in words
 *
 * findings: for each segment one object, and behind it what was found there
 *   {"type":"watched", "segment", "since":T?, "down":B, "horizon":S, "complete":B, "errors":N,
 *    "warnings":N, "notes":N}
 *       since     what is told was watched since then; null: nobody watches (findings-horizon is 0)
 *       down      nothing is heard there just now, so that nothing new can be found
 *       horizon   findings-horizon: so much is looked back at least, and twice as much at most
 *       complete  false: there was no memory for all of it
 *   {"type":"finding", ...}
 *       ...       as igmpq-replay(1) tells it, without the numbers of frames, which are 0; "text",
 *                 "consequence" and "advice" tell times from now on
 *
 * stats
 *   {"type":"stats", "segment", "general_sent":N, "specific_sent":N, "elections_lost":N,
 *    "takeovers":N, "odd_tos":N, "no_router_alert":N, "groups_refused":N, "sources_refused":N,
 *    "hosts_refused":N, "send_failures":N, "verdicts":{"accepted":N, "not-igmp":N, ...}}
 *       odd_tos, no_router_alert  of queries that counted
 *       groups_refused, ...       found no room in a table
 *       send_failures  queries that could not be sent
 *       verdicts  every verdict, also those with 0
 *   {"type":"port", "interface", "attached":B, "capture_drops":N, "capture_failures":N,
 *    "stray":{"accepted":N, ...}}: with SEGMENT that of its interface only
 *       capture_drops  frames that nobody took in time, since it was attached last
 *       capture_failures  how often reading failed and it had to be attached again
 *       stray     frames that were for no segment, by verdict, also those with 0
 *
 * events
 *   {"type":"event", "event":"role", "time":T, "segment", ..., "serial":N, "level", "text"}
 *       ...       as igmpq-replay(1) tells it for this kind of event
 *       serial    the number of this one among all events of this daemon, from 1
 *       level     "error", "warning", "info", "debug"
 *       text      one sentence
 *   Beside the kinds of igmpq-replay(1) there are "expected-group-lost" and "expected-group-back",
 *   with "group":A; "lasted" is 0 where there was no member since the start; and a "refused" whose
 *   verdict is "own-address" is called "duplicate-address", as the hook has it.
 *   Events of level debug (periodic queries, groups) are kept apart from the others, which they
 *   would push out otherwise: the serials of old events have gaps.
 *   {"type":"lost", "count":N}: so many were overwritten before this follower took them
 *   {"type":"alive", "every":S}: with "follow", when there is nothing more to tell, and again each
 *   "every" seconds: the daemon is there. A client that has seen one, and then nothing for more
 * than twice as long, may take the daemon for stopped. Daemons before 0.1.0 may not tell it.
 *
 * config
 *   {"type":"config", "config":path or null, "verbose":B, "control-socket":path,
 *    "control-group":name, "control-mode":"0660", "hook":["/path",...], "hook-timeout":S,
 *    "findings-horizon":S}
 *       control-group  "": the daemon's own
 *   {"type":"settings", "interface", "vlan":N, "address", "expect-groups":[A...],
 *    "settings":{"profile":"default", ...}}
 *       interface a name or a pattern; address: "auto", "proxy" or an address with its length
 *       settings  every setting of igmpqd.conf(5) that is for a segment, as text
 *
 * interfaces
 *   {"type":"interface", "interface", "index":N, "ethernet":B, "loopback":B, "up":B, "carrier":B,
 *    "mac":M?, "vlan":N, "parent_index":N, "mtu":N, "address":A?, "prefix_length":N,
 *    "addresses":N, "used":B}
 *       vlan      it is the device of this VLAN of the interface parent_index; 0: it is none
 *       addresses how many IPv4 addresses it has; used: a segment is on it
 *
 * metrics: each family is followed by its samples
 *   {"type":"metric", "name", "kind":"counter" or "gauge", "help"}
 *   {"type":"sample", "labels":{"segment":"eth0", ...}, "value"}
 *   In Prometheus' text format: "# HELP name help", "# TYPE name kind", and for each sample
 *   name{label="value",...} value. A value is text, a number to be printed as it stands.
 *
 * query: one a segment, and an error (refused) behind them when none was sent
 *   {"type":"query", "segment", "group":A?, "sent":B, "why"}
 *       group     null: a general query; why: null, or what kept this segment from sending it
 *
 * reload: what the log is warned of by it; an error (failed) when the file is wrong, and all stays
 * as it was
 *   {"type":"warning", "text"}
 *
 * verbose
 *   {"type":"verbose", "verbose":B}
 */
#ifndef IGMPQ_CONTROL_H
#define IGMPQ_CONTROL_H

#include <poll.h>

#include "igmpq/base.h"
#include "igmpq/problem.h"
#include "igmpq/sandbox.h"
#include "igmpq/segment.h"

#ifndef RUNSTATEDIR
#define RUNSTATEDIR "/var/run"
#endif

#define CONTROL_SOCKET      RUNSTATEDIR "/igmpq/igmpqd.sock"
#define CONTROL_ENVIRONMENT "IGMPQ_SOCKET"
#define CONTROL_NONE        "none"
#define CONTROL_AUTO        "auto" /* as if not given */
#define CONTROL_PATH_SIZE   104    /* what sun_path holds on every system, with the final zero */

#define CONTROL_SCHEMA       1
#define CONTROL_LINE_MOST    512
#define CONTROL_SOURCES_MOST 500 /* of a group in one line */

#define CONTROL_CLIENTS      32 /* at once */
#define CONTROL_RESERVED     4  /* of these for those who may change something */
#define CONTROL_REQUEST_TIME (5 * SECONDS)
#define CONTROL_WRITE_TIME   (30 * SECONDS)
#define CONTROL_ALIVE        (15 * SECONDS)

/* ---- requests ---- */

enum control_verb {
    CONTROL_STATUS,
    CONTROL_GROUPS,
    CONTROL_HOSTS,
    CONTROL_QUERIERS,
    CONTROL_FINDINGS,
    CONTROL_STATS,
    CONTROL_EVENTS,
    CONTROL_CONFIG,
    CONTROL_INTERFACES,
    CONTROL_METRICS,
    CONTROL_QUERY,
    CONTROL_RELOAD,
    CONTROL_VERBOSE,
    CONTROL_VERB_COUNT
};

/** "status" and so on; static. */
const char *control_verb_name(enum control_verb verb);
/** Whether it changes something, and is for root and the daemon's own user alone. */
bool control_verb_changes(enum control_verb verb);

/** How an answer ends. */
enum control_code {
    CONTROL_OK,
    CONTROL_BAD_REQUEST,  /* not a line of verb and words as above */
    CONTROL_UNKNOWN_VERB, /* of another version, perhaps */
    CONTROL_DENIED,       /* this user may ask, and not change */
    CONTROL_NO_SEGMENT,   /* there is none of that name */
    CONTROL_REFUSED,      /* it can be done, but not now: not the querier */
    CONTROL_FAILED,       /* it was tried: a wrong file, no memory */
    CONTROL_BUSY,         /* too many clients */
    CONTROL_CODE_COUNT
};

/** "ok", "bad-request", "unknown-verb", "denied", "no-segment", "refused", "failed", "busy". */
const char *control_code_name(enum control_code code);

#define CONTROL_EVERYTHING UINT64_MAX

struct control_request {
    enum control_verb verb;
    char segment[SEGMENT_NAME_SIZE]; /* empty: all */
    struct address group;            /* query; none: general */
    uint64_t count;                  /* events */
    bool is_following;               /* events */
    bool is_on;                      /* verbose */
};

/** Read a line without its new line. CONTROL_OK, or what is wrong with a sentence. */
enum control_code control_request_read(const char *line, size_t length, struct control_request *out,
                                       struct problem *problem);

/* ---- the server ---- */

/** One request and how far its answer has come. */
struct control_exchange {
    struct control_request request;
    void *state;            /* of the one who answers */
    enum control_code code; /* why it ends: for CONTROL_BROKEN, with a sentence in `problem` */
    struct problem problem;
};

enum control_step {
    CONTROL_LINE,    /* a line was given */
    CONTROL_WAITING, /* nothing to tell yet: ask again when something has happened */
    CONTROL_DONE,
    CONTROL_BROKEN /* that was all, and it ends with an error */
};

/** Who answers. */
struct control_answerer {
    void *context;
    /** Do what is asked, or get ready to tell. CONTROL_OK, or why not with a sentence in
     * `exchange->problem`. */
    enum control_code (*begin)(void *context, struct control_exchange *exchange, instant now);
    /** The next line, without new line and to be freed by the server; NULL without memory. */
    enum control_step (*next)(void *context, struct control_exchange *exchange, instant now,
                              char **line);
    /** Forget `exchange->state`; comes once after every begin(), be it at the end or when the
     * client is gone. */
    void (*end)(void *context, struct control_exchange *exchange);
};

struct control_setup {
    const char *path;  /* where the socket is made, with the folder it is in */
    const char *group; /* NULL or empty: that of `owner` */
    unsigned mode;
    const struct service_user *owner; /* whom we become, and it belongs to; NULL: who we are */
    const char *version;
    struct control_answerer answerer;
};

struct control;

/** How many descriptors a server may wait for. */
#define CONTROL_POLLS (1 + CONTROL_CLIENTS)

/**
 * Make the socket and listen. One that a dead daemon has left is replaced. NULL with a sentence
 * when another daemon listens there, or when it cannot be made. `setup` is copied, its texts are
 * borrowed. SIGPIPE is to be ignored.
 */
struct control *control_open(const struct control_setup *setup, struct problem *problem);
/** Also removes the socket. NULL is fine. */
void control_close(struct control *control);

/** What to wait for; entries not needed are -1. Without a server (NULL) all are. */
void control_poll(const struct control *control, struct pollfd polls[CONTROL_POLLS]);
/** When control_turn() is to be called at the latest; NEVER. */
instant control_deadline(const struct control *control);
/**
 * Take what came and give what can be taken: at most one buffer for each client, never blocking.
 * `polls` is what control_poll() filled in and poll(2) answered. To be called in each turn of the
 * loop, since what happened in it may be what a client waits for.
 */
void control_turn(struct control *control, instant now, const struct pollfd polls[CONTROL_POLLS]);

/** Of the server itself. */
struct control_figures {
    unsigned clients; /* now */
    uint64_t refused; /* so far: there were too many */
};
/** Without a server (NULL) all are 0. */
struct control_figures control_figures(const struct control *control);

#endif
