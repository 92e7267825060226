/* SPDX-License-Identifier: MIT */
/* Floor 4. An interface in use by igmpq-inject: what it is, what was heard on it, how to send. */
#ifndef IGMPQ_INJECT_SESSION_H
#define IGMPQ_INJECT_SESSION_H

#include <signal.h>

#include "igmpq/capture.h"
#include "igmpq/inject.h"
#include "igmpq/links.h"
#include "igmpq/local_echo.h"
#include "inject_decide.h"
#include "inject_heard.h"
#include "inject_message.h"

#define SESSION_OWN_MOST 64

struct session {
    const struct request *request;
    struct link_info link;
    unsigned member_index; /* of the interface whose addresses are ours: the VLAN's own device where
                              there is one; 0: none */
    struct prefix own[SESSION_OWN_MOST];
    unsigned own_count;
    bool runs_igmpqd;

    struct capture *capture;
    struct injector *injector;
    struct local_echo *echo; /* NULL: this host's own members are not asked */
    struct builder *builder;
    struct heard heard;

    struct made made; /* what was sent last */
    unsigned pending; /* sent and not captured yet */
    instant sent_at;  /* wall clock; when it was captured, if it was */

    const volatile sig_atomic_t *stop;
    const sigset_t *wait_mask;
};

/** Open all; -1 with a sentence. Close it either way. */
int session_open(struct session *session, const struct request *request,
                 const volatile sig_atomic_t *stop, const sigset_t *wait_mask,
                 struct problem *problem);
void session_close(struct session *session);

/** What decisions rest on; borrows from the session. */
struct knowledge session_knowledge(const struct session *session);

/** Take in what is heard for that long, or until a signal; -1 when the interface is gone. */
int session_listen(struct session *session, duration span, struct problem *problem);

/** Send session->made, and begin a new round of answers. */
int session_send(struct session *session, struct problem *problem);

#endif
