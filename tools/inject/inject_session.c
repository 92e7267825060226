/* SPDX-License-Identifier: MIT */
/* Floor 4. Opening, listening and sending; nothing is decided here. */
#include "inject_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "igmpq/clock.h"
#include "igmpq/lock.h"
#include "igmpq/sandbox.h"
#include "inject_daemon.h"

static void add_own(struct session *session, struct prefix own)
{
    for (unsigned i = 0; i < session->own_count; i++)
        if (address_equal(session->own[i].address, own.address))
            return;
    if (session->own_count < SESSION_OWN_MOST && !address_is_none(own.address))
        session->own[session->own_count++] = own;
}

/** All addresses of the interface, also those with a label ("eth0:1"), its primary one first. */
static void find_own(struct session *session, const struct link_info *link)
{
    struct ifaddrs *all;
    size_t length = strlen(link->name);

    session->member_index = link->index;
    add_own(session, link->primary);
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        struct sockaddr_in in;
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET ||
            strncmp(one->ifa_name, link->name, length) != 0 ||
            (one->ifa_name[length] != '\0' && one->ifa_name[length] != ':'))
            continue;
        memcpy(&in, one->ifa_addr, sizeof in);
        /* Only whether it is ours is asked of these, not of which network. */
        add_own(session, (struct prefix){{ntohl(in.sin_addr.s_addr)}, 32});
    }
    freeifaddrs(all);
}

static int find_link(struct session *session, const char *name, struct problem *problem)
{
    int vlan = session->request->vlan;
    struct links links;
    char names[256];
    int result = 0;

    if (links_take(&links, problem) < 0)
        return -1;
    const struct link_info *link = links_find(&links, name), *member = link;
    if (link && vlan > 0) /* the interface's own addresses are of its untagged network */
        member = links_find_vlan(&links, link->index, (uint16_t)vlan);
    if (!link)
        result = problem_set(problem, "there is no interface %s; there are: %s", name,
                             links_names(&links, names, sizeof names));
    else if (!link->is_ethernet || link->is_loopback)
        result = problem_set(problem, "%s is not an Ethernet interface: IGMP goes by Ethernet here",
                             name);
    else if (!link->is_up)
        result = problem_set(problem, "%s is down: ip link set %s up", name, name);
    else if (!link->has_carrier)
        result =
            problem_set(problem, "%s has no carrier: the cable or the other end is missing", name);
    else
        session->link = *link;
    if (result == 0 && member)
        find_own(session, member);
    links_free(&links);
    return result;
}

int session_open(struct session *session, const struct request *request,
                 const volatile sig_atomic_t *stop, const sigset_t *wait_mask,
                 struct problem *problem)
{
    *session = (struct session){.request = request, .stop = stop, .wait_mask = wait_mask};
    if (find_link(session, request->interface, problem) < 0)
        return -1;
    session->runs_igmpqd = lock_is_held(request->interface, sandbox_default_user());
    if (session->runs_igmpqd)
        (void)daemon_tell(&session->heard, request->interface,
                          request->vlan > 0 ? (uint16_t)request->vlan : VLAN_NONE);
    session->builder = builder_open(problem);
    if (!session->builder)
        return -1;
    session->capture = capture_open_live(request->interface, CAPTURE_IGMP, problem);
    if (!session->capture)
        return -1;
    if (request->vlan > 0 && capture_hear_every_vlan(session->capture, true, problem) < 0)
        return -1;
    session->injector = injector_open(request->interface, problem);
    return session->injector ? 0 : -1;
}

void session_close(struct session *session)
{
    capture_close(session->capture);
    injector_close(session->injector);
    local_echo_close(session->echo);
    builder_close(session->builder);
    heard_free(&session->heard);
}

struct knowledge session_knowledge(const struct session *session)
{
    return (struct knowledge){
        .heard = &session->heard,
        .own = session->own,
        .own_count = session->own_count,
        .own_mac = session->link.mac,
        .runs_igmpqd = session->runs_igmpqd,
    };
}

/** What we sent ourselves, seen as it left. The capture may hold more (padding) or less of it. */
static bool is_ours(struct session *session, const struct captured_frame *captured)
{
    size_t length = captured->captured.length;

    if (session->pending == 0)
        return false;
    if (length > session->made.length)
        length = session->made.length;
    if (length == 0 || memcmp(captured->captured.data, session->made.frame, length) != 0)
        return false;
    session->pending--;
    session->sent_at = captured->at;
    return true;
}

static void take_frame(struct session *session, const struct captured_frame *captured)
{
    struct frame frame;
    struct igmp_message message;
    uint16_t vlan = session->request->vlan > 0 ? (uint16_t)session->request->vlan : VLAN_NONE;

    if (is_ours(session, captured))
        return;
    if (frame_decode(capture_link_type(session->capture), captured->captured, captured->wire_length,
                     &frame) != VERDICT_ACCEPTED ||
        igmp_decode(frame.payload, frame.payload_length, &message) != VERDICT_ACCEPTED ||
        frame.vlan != vlan) {
        session->heard.refused++;
        return;
    }
    heard_take(&session->heard, captured->at, &frame, &message);
}

static int drain(struct session *session, struct problem *problem)
{
    struct captured_frame captured;
    enum capture_result result;

    while ((result = capture_next(session->capture, &captured, problem)) == CAPTURE_FRAME)
        take_frame(session, &captured);
    return result == CAPTURE_FAILED ? -1 : 0;
}

int session_listen(struct session *session, duration span, struct problem *problem)
{
    struct pollfd wait = {.fd = capture_descriptor(session->capture), .events = POLLIN};
    instant begin = clock_now();

    for (;;) {
        if (drain(session, problem) < 0)
            return -1;
        duration left = instant_after(begin, span) - clock_now();
        if (left <= 0 || *session->stop)
            break;
        struct timespec timeout = clock_timespec(left);
        if (ppoll(&wait, 1, &timeout, session->wait_mask) < 0 && errno != EINTR)
            return problem_set(problem, "cannot wait for packets: %s", strerror(errno));
    }
    session->heard.listened += clock_now() - begin;
    return 0;
}

/** This host's own members do not hear what is written at the link layer. */
static void ask_own_members(struct session *session)
{
    const struct request *request = session->request;
    char faults[256];
    struct problem problem;

    if (request->kind != INJECT_QUERY || session->member_index == 0 || request->has_destination ||
        request->has_destination_mac || request->host_count > 0 ||
        request_faults(request, faults, sizeof faults)[0] != '\0')
        return;
    if (!session->echo)
        session->echo = local_echo_open(session->member_index, &problem);
    if (!session->echo ||
        local_echo_send(session->echo, &session->made.envelope,
                        (struct octets){session->made.payload, session->made.payload_length},
                        &problem) < 0)
        fprintf(stderr, "igmpq-inject: %s\n", problem.text);
}

int session_send(struct session *session, struct problem *problem)
{
    /* What waits has been heard before this query. */
    if (drain(session, problem) < 0)
        return -1;
    session->heard.round++;
    session->sent_at = clock_wall();
    session->pending = capture_sees_own(session->capture) ? 1 : 0;
    if (inject(session->injector, (struct octets){session->made.frame, session->made.length},
               problem) < 0)
        return -1;
    ask_own_members(session);
    return 0;
}
