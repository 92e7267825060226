/* SPDX-License-Identifier: MIT */
/* Floor 3. One interface in use. */
#include "igmpq/port.h"

#include <errno.h>
#include <stdio.h>

void port_init(struct port_io *port, const char *name)
{
    *port = (struct port_io){.lock = -1,
                             .retry_at = INSTANT_NEVER,
                             .proven_at = INSTANT_NEVER,
                             .resend_at = INSTANT_NEVER};
    snprintf(port->name, sizeof port->name, "%s", name);
}

int port_attach(struct port_io *port, instant now, struct problem *problem)
{
    port_detach(port);
    port->injector = injector_open(port->name, problem);
    if (!port->injector)
        goto failed;
    port->capture = capture_open_live(port->name, CAPTURE_IGMP, problem);
    if (!port->capture)
        goto failed;
    port->echo = local_echo_open(port->link.index, problem);
    if (!port->echo)
        goto failed;
    port->is_attached = port->is_interrupted = true;
    port->attached_at = now;
    port->retry_at = INSTANT_NEVER;
    return 0;
failed:
    port_detach(port);
    return -1;
}

void port_detach(struct port_io *port)
{
    capture_close(port->capture);
    injector_close(port->injector);
    local_echo_close(port->echo);
    port->capture = NULL;
    port->injector = NULL;
    port->echo = NULL;
    port->is_attached = port->is_gone = false;
    port->proven_at = INSTANT_NEVER;
    port->resend_at = INSTANT_NEVER;
    port->resend_after = 0;
}

int port_send(struct port_io *port, struct builder *builder, const struct query *query,
              struct local_echo *vlan_echo, struct problem *problem)
{
    uint8_t payload[IGMP_LENGTH_MAX], frame[FRAME_MAX];
    struct local_echo *echo = query->envelope.is_tagged ? vlan_echo : port->echo;

    if (!port->is_attached)
        return problem_set(problem, "%s is not attached", port->name);
    size_t length = igmp_encode_query(&query->message, payload, sizeof payload);
    if (length == 0)
        return problem_set(problem, "%s: a query that cannot be encoded", port->name);
    int size = build_frame(builder, &query->envelope, (struct octets){payload, length}, frame,
                           sizeof frame, problem);
    if (size < 0)
        return -1;
    int sent = inject(port->injector, (struct octets){frame, (size_t)size}, problem);
    port->is_gone = sent < 0 && errno == ENXIO;
    /* The host's own members are asked even if the wire said no: their reports refresh the switch
     * all the same. That they could not be asked is no reason to send the query again. */
    port->is_echo_failing =
        echo && local_echo_send(echo, &query->envelope, (struct octets){payload, length},
                                &port->echo_problem) < 0;
    return sent;
}

static duration twice_as_long(duration last)
{
    if (last == 0)
        return PORT_RETRY_FIRST;
    return last * 2 < PORT_RETRY_MOST ? last * 2 : PORT_RETRY_MOST;
}

void port_back_off(struct port_io *port, instant now)
{
    if (port->is_attached && now - port->attached_at >= PORT_RETRY_MOST)
        port->backoff = 0;
    port->backoff = twice_as_long(port->backoff);
    port->retry_at = instant_after(now, port->backoff);
}

void port_back_off_sending(struct port_io *port, instant now)
{
    port->resend_after = twice_as_long(port->resend_after);
    port->resend_at = instant_after(now, port->resend_after);
}
