/* SPDX-License-Identifier: MIT */
/* Floor 3. The control server: who is let in, and whose turn it is. */
#include "igmpq/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control_client.h"
#include "control_socket.h"
#include "igmpq/log.h"
#include "system.h"

/* Who connects in a tight loop is let in so often and no more: the rest waits in the backlog. */
#define ACCEPTS_A_TURN   8
#define ACCEPTS_A_SECOND 256
#define ACCEPT_PAUSE     (1 * SECONDS)

struct control {
    struct control_socket socket;
    struct client_host host;
    uid_t own_user;
    struct client client[CONTROL_CLIENTS];
    instant window; /* the second that `accepted` counts in began then */
    unsigned accepted;
    instant paused_until; /* not accepting; in the past: accepting */
    bool is_paused;
    bool is_failing; /* that was told */
    uint64_t refused;
};

struct control *control_open(const struct control_setup *setup, struct problem *problem)
{
    struct control *control = calloc(1, sizeof *control);

    if (!control) {
        problem_set(problem, "no memory");
        return NULL;
    }
    control->host = (struct client_host){setup->version, setup->answerer};
    control->own_user = setup->owner ? setup->owner->user : geteuid();
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        control->client[i].descriptor = -1;
    if (control_socket_open(&control->socket, setup, problem) < 0) {
        free(control);
        return NULL;
    }
    return control;
}

void control_close(struct control *control)
{
    if (!control)
        return;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        client_close(&control->client[i], &control->host);
    control_socket_close(&control->socket);
    free(control);
}

void control_poll(const struct control *control, struct pollfd polls[CONTROL_POLLS])
{
    for (unsigned i = 0; i < CONTROL_POLLS; i++)
        polls[i] = (struct pollfd){.fd = -1};
    if (!control)
        return;
    if (!control->is_paused)
        polls[0] = (struct pollfd){.fd = control->socket.descriptor, .events = POLLIN};
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        const struct client *client = &control->client[i];
        if (client->descriptor >= 0)
            polls[1 + i] =
                (struct pollfd){.fd = client->descriptor, .events = client_wants(client)};
    }
}

instant control_deadline(const struct control *control)
{
    instant due = INSTANT_NEVER;

    if (!control)
        return due;
    if (control->is_paused)
        due = control->paused_until;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        if (control->client[i].descriptor >= 0)
            due = instant_earlier(due, control->client[i].patience);
    return due;
}

/** A free place: the last few are for those who may change something. Where silent ones hold the
 * places, the one that has been silent for longest makes room. NULL: none. */
static struct client *find_place(struct control *control, bool is_privileged)
{
    struct client *place = NULL, *silent = NULL;
    unsigned used = 0;

    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *client = &control->client[i];
        if (client->descriptor < 0) {
            place = client;
            continue;
        }
        used++;
        if (client->state == CLIENT_ASKING && (!silent || client->patience < silent->patience))
            silent = client;
    }
    if (place && used < CONTROL_CLIENTS - (is_privileged ? 0 : CONTROL_RESERVED))
        return place;
    if (silent)
        client_close(silent, &control->host);
    return silent;
}

static void let_in(struct control *control, int descriptor, instant now)
{
    uid_t user;
    bool is_privileged =
        control_peer_user(descriptor, &user) == 0 && (user == 0 || user == control->own_user);

    struct client *place = find_place(control, is_privileged);
    if (place) {
        client_open(place, descriptor, is_privileged, now);
        return;
    }
    struct client refused;
    client_open(&refused, descriptor, is_privileged, now);
    client_refuse(&refused, &control->host, CONTROL_BUSY,
                  "too many clients are connected; try again when some of them have ended");
    control->refused++;
}

static void pause_accepting(struct control *control, instant until)
{
    control->is_paused = true;
    control->paused_until = until;
}

static void accept_failed(struct control *control, instant now)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED)
        return;
    /* No descriptor or memory left: poll would tell of the same client again at once. */
    pause_accepting(control, now + ACCEPT_PAUSE);
    if (!control->is_failing)
        log_warning("control socket: a client cannot be let in: %s; will try again",
                    strerror(errno));
    control->is_failing = true;
}

static void accept_some(struct control *control, instant now)
{
    if (control->window > now || now - control->window >= 1 * SECONDS) {
        control->window = now;
        control->accepted = 0;
    }
    for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
        if (control->accepted >= ACCEPTS_A_SECOND) {
            pause_accepting(control, control->window + 1 * SECONDS);
            return;
        }
        int descriptor = accept(control->socket.descriptor, NULL, NULL);
        if (descriptor < 0) {
            accept_failed(control, now);
            return;
        }
        control->is_failing = false;
        control->accepted++;
        descriptor = control_socket_prepare(descriptor);
        if (descriptor >= 0)
            let_in(control, descriptor, now);
    }
}

void control_turn(struct control *control, instant now, const struct pollfd polls[CONTROL_POLLS])
{
    short revents[CONTROL_POLLS];

    if (!control)
        return;
    /* What a client asks for may move what `polls` lies in. */
    for (unsigned i = 0; i < CONTROL_POLLS; i++)
        revents[i] = polls[i].revents;
    if (control->is_paused && control->paused_until <= now)
        control->is_paused = false;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
        struct client *client = &control->client[i];
        if (client->descriptor >= 0)
            client_turn(client, &control->host, now, revents[1 + i]);
    }
    if (revents[0] != 0 && !control->is_paused)
        accept_some(control, now);
}

struct control_figures control_figures(const struct control *control)
{
    struct control_figures figures = {0};

    if (!control)
        return figures;
    figures.refused = control->refused;
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        figures.clients += control->client[i].descriptor >= 0;
    return figures;
}
