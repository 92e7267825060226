/* SPDX-License-Identifier: MIT */
/* Floor 3. One client of the control socket: its request, the answer as far as it has been made,
 * and its patience. */
#ifndef IGMPQ_IO_CONTROL_CLIENT_H
#define IGMPQ_IO_CONTROL_CLIENT_H

#include "igmpq/control.h"

/** Lines are made until so many octets wait to be written, and no further. */
#define CLIENT_BUFFER 16384

enum client_state {
    CLIENT_ASKING,    /* the request has not come in full */
    CLIENT_ANSWERING, /* there may be more lines */
    CLIENT_ENDING     /* what waits to be written is all */
};

struct client {
    int descriptor; /* -1: free */
    bool is_privileged;
    enum client_state state;
    bool is_waiting;  /* answering, and nothing to tell at the moment */
    instant patience; /* closed then, or told that we are alive; NEVER */
    instant alive_at; /* when it is told so, if it waits */
    char line[CONTROL_LINE_MOST];
    size_t line_length;
    struct control_exchange exchange;
    char *out;
    size_t out_size, out_length, out_written;
    uint64_t objects;
};

/** What all clients of a server have in common. */
struct client_host {
    const char *version;
    struct control_answerer answerer;
};

/** A new one; `descriptor` is its own from now on. */
void client_open(struct client *client, int descriptor, bool is_privileged, instant now);
/** Free again, whatever state it is in. */
void client_close(struct client *client, const struct client_host *host);

/** What to wait for; 0: that it goes away. */
short client_wants(const struct client *client);

/** Take and give what can be: `revents` as poll(2) says. It may be free afterwards. */
void client_turn(struct client *client, const struct client_host *host, instant now, short revents);

/** An answer that is only an error, as far as it can be written at once, and the end. */
void client_refuse(struct client *client, const struct client_host *host, enum control_code code,
                   const char *text);

#endif
