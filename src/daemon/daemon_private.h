/* SPDX-License-Identifier: MIT */
/* Floor 4. What the parts of the daemon share: daemon.c (loop), daemon_config.c (what is
 * configured), daemon_send.c (queries out), daemon_segments.c (what is wanted, and who we are
 * there), daemon_ports.c (interfaces), daemon_publish.c (events), daemon_control.c (answers),
 * daemon_findings.c (what is wrong), daemon_http.c (the same metrics as a page), daemon_sandbox.c
 * (giving up root), daemon_notify.c (the service manager). */
#ifndef IGMPQ_DAEMON_PRIVATE_H
#define IGMPQ_DAEMON_PRIVATE_H

#include <poll.h>

#include "daemon.h"
#include "igmpq/control.h"
#include "igmpq/engine.h"
#include "igmpq/hook.h"
#include "igmpq/horizon.h"
#include "igmpq/http.h"
#include "igmpq/log.h"
#include "igmpq/port.h"
#include "igmpq/sandbox.h"

/** What is waited for: the alarm, news of interfaces, those who ask, and each port. */
enum { POLL_ALARM, POLL_WATCH, POLL_HTTP, POLL_CONTROL, POLL_PORTS = POLL_CONTROL + CONTROL_POLLS };

/** Asked for on the control socket, over what the configuration says. */
enum verbosity { VERBOSITY_CONFIGURED, VERBOSITY_ON, VERBOSITY_OFF };

/** What the daemon knows of a segment beyond the engine. */
struct seat {
    bool is_used;
    unsigned generation; /* of the last look that wanted it */
    enum source_kind source;
    struct prefix address;
    struct local_echo
        *echo;           /* a VLAN's: through the host's own device of it; NULL: there is none */
    unsigned echo_index; /* of that device */
    bool has_told_proxy;
    bool is_unsent;         /* its last query could not be sent */
    uint64_t send_failures; /* so far */
    uint64_t querier_changes;
    struct expected_groups expected;
    bool is_expected_present[EXPECTED_GROUPS_MOST];
    bool is_absence_told[EXPECTED_GROUPS_MOST]; /* since it was last present */
    bool is_asked;     /* a general query was sent or heard since the link came up */
    instant expect_at; /* when those never seen have had their time; NEVER: nothing to wait for */
    struct horizon *horizon; /* what was found; NULL: nobody looks */
};

struct daemon {
    const struct daemon_setup *setup;
    struct config config;
    struct config started_with; /* its settings of the daemon, once another was read; else empty */
    bool is_reloaded;           /* there is another */
    struct engine *engine;
    struct builder *builder;
    struct port_io **port; /* by the engine's port number; NULL: free */
    unsigned port_count;
    struct seat *seat; /* by the engine's segment number */
    unsigned seat_count;
    struct pollfd *pollfd; /* POLL_PORTS of our own, then one per port */
    int alarm;
    int watch;
    unsigned generation;
    instant look_at;        /* when to look at the interfaces; NEVER: when there is news */
    instant look_next;      /* not before, lest looking is all we do */
    bool is_look_failing;   /* that was reported */
    bool is_reload_pending; /* settings were read again and are not applied yet */
    instant tick_at;      /* not before: many queries due at once go out one bunch after another */
    bool is_wait_failing; /* that was told */
    bool is_behind;       /* frames were left unread, for timers to have their turn */
    instant wake_at;      /* when the last wait was to end at the latest */
    duration findings_span; /* of each horizon; 0: none */
    instant expect_due;     /* the earliest `expect_at` of all seats, or earlier */
    duration wall;          /* added to the engine's time: the time since the epoch */
    struct outbox outbox;
    struct event_log *events;
    struct hook *hook;       /* NULL: none */
    struct control *control; /* NULL: nobody can ask */
    char control_path[CONTROL_PATH_SIZE];
    struct http *http; /* NULL: no metrics there */
    instant http_due;  /* its next turn, though nothing came */
    instant started;
    enum verbosity verbosity;
    bool is_confined;         /* or to be */
    struct service_user user; /* whom to become, where it is */
    uid_t lock_user;          /* whose locks count beside root's and our own */
    bool is_status_stale;     /* what the service manager knows of us */
    instant status_next;      /* not to be told before */
};

/* daemon_config.c */

/** Read the configuration again and apply it. -1 with a sentence, which is logged as well, and all
 * stays as it was. */
int daemon_reload(struct daemon *daemon, struct problem *problem);

/** Log as much as the command line, the file and the control socket want. */
void daemon_apply_verbosity(const struct daemon *daemon);

/** How much to log from now on, whatever is configured. */
void daemon_set_verbosity(struct daemon *daemon, enum verbosity verbosity);

/* daemon_publish.c */

/** Keep an event, tell the hook, and look after the groups that are expected. `text` is what
 * report_event() made of it. */
void daemon_publish(struct daemon *daemon, const struct event *event, enum log_level level,
                    const char *text);

/** These groups are to have members on a segment, from now on. One that has none a group
 * membership interval after the first general query is told as if it had lost its last one. */
void daemon_expect(struct daemon *daemon, instant now, unsigned id,
                   const struct expected_groups *expected);
/** Tell what is due; again at `expect_due` of the daemon. */
void daemon_expect_turn(struct daemon *daemon, instant now);
bool daemon_is_expected(const struct seat *seat, struct address group);

/* daemon_findings.c */

/** Watch a new segment from now on, where that is wanted. */
void daemon_findings_begin(struct daemon *daemon, instant now, unsigned id);
/** Its settings are others. */
void daemon_findings_configure(struct daemon *daemon, unsigned id);
/** Its network may be another. */
void daemon_findings_network(struct daemon *daemon, unsigned id);
/** A frame, as the engine judged it. */
void daemon_findings_frame(struct daemon *daemon, instant now, const struct received *received);
/** Nothing is heard on a segment from now on. */
void daemon_findings_pause(struct daemon *daemon, instant now, unsigned id);
/** The wait is over. Where it took far longer than it was to take, the daemon was stopped, or the
 * host slept: nothing is known of that time, and frames of it come too late. */
void daemon_findings_awake(struct daemon *daemon, instant now);

/* daemon_control.c */

/** Open the control socket. Without one the daemon does its work all the same: the reason is
 * logged. */
void daemon_open_control(struct daemon *daemon);

/* daemon_http.c */

#define METRICS_PATH "/metrics"

/** Serve the metrics where the configuration says so. The daemon does its work without as well: the
 * reason is logged. */
void daemon_open_http(struct daemon *daemon);

/* daemon_notify.c */

/** Tell the service manager that we are ready, and how we are. */
void daemon_notify_ready(struct daemon *daemon, instant now);

/** Tell it what has changed, and that we live. */
void daemon_notify_turn(struct daemon *daemon, instant now);
instant daemon_notify_due(const struct daemon *daemon);

/* daemon_sandbox.c */

/** Whom to become. -1 with a sentence. */
int daemon_choose_user(struct daemon *daemon, struct problem *problem);

/** Give up what is no longer needed, now that everything is open. -1 with a sentence. */
int daemon_confine(struct daemon *daemon, struct problem *problem);

/* daemon_send.c */

/** Queries of one bunch, and the time between two of them: 4,000 a second. 4,094 VLANs have the
 * same second otherwise, for ever, and a switch looks at each query with its processor. */
#define BUNCH_QUERIES 32
#define BUNCH_GAP     (8 * MILLISECONDS)

/** Send and tell what the core asked for. */
void daemon_empty_outbox(struct daemon *daemon, instant now);

/** Query again where that failed and its time has come. */
void daemon_resend(struct daemon *daemon, instant now);

/** The segment has nothing to be sent again any more. */
void daemon_forget_unsent(struct daemon *daemon, unsigned id);

/* daemon_segments.c */

/**
 * Look at all interfaces: attach what came, detach what went, make and remove segments as
 * configured, tell each how its link stands. `is_first`: what cannot work at all is an error then,
 * -1 with a sentence. Otherwise what fails is logged and tried again.
 */
int daemon_look(struct daemon *daemon, bool is_first, struct problem *problem);

/** There is news: look soon. */
void daemon_ask_look(struct daemon *daemon, instant now);

/* daemon_ports.c */

/** The number of the port of that name, new (and locked) if need be; -1 with a sentence. With
 * `is_first` another igmpqd there is an error, else it is waited for. */
int daemon_port_of(struct daemon *daemon, const char *name, bool is_first, struct problem *problem);

/** What to say behind the name of an interface that is not there: "", or where several were meant.
 */
const char *daemon_name_advice(const char *name);

/** Detach what no segment of this generation is on. */
void daemon_remove_ports(struct daemon *daemon);

/** Before a snapshot: count what may happen while it is taken. */
void daemon_prepare_ports(struct daemon *daemon);

/** Attach or detach as interfaces come and go. -1 only with `is_first`. */
int daemon_follow_ports(struct daemon *daemon, const struct links *links, bool is_first,
                        struct problem *problem);

/** Tell a person whether there is an address, once per change. */
void daemon_tell_address(struct port_io *port, bool has_address, const struct links *links);

/** The bridge that this one is a port of, or NULL. Addresses and members are the bridge's then, and
 * a querier belongs on it. */
const struct link_info *daemon_bridge_of(const struct links *links, const struct link_info *link);

/** A capture failed: the port is detached, and the next look tells why or tries again. */
void daemon_port_failed(struct daemon *daemon, unsigned number, const struct problem *why);

/** When a port wants to be looked at. */
instant daemon_ports_due(const struct daemon *daemon);

/** Log a segment's statistics. */
void daemon_log_segment(const struct daemon *daemon, const struct segment *segment);

#endif
