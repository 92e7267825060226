/* SPDX-License-Identifier: MIT */
/* Floor 4. One question to the control socket of igmpqd. */
#include "inject_daemon.h"

#include <string.h>

#include "../ctl/ctl.h"
#include "igmpq/clock.h"
#include "igmpq/control.h"
#include "igmpq/text.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/** Enter a querier from an object that names it with address, MAC, version and robustness. */
static bool enter(struct heard *heard, const json_t *object, const char *interval)
{
    struct heard_querier querier = {.queries = 1, .is_candidate = true, .last = clock_wall()};

    if (heard->querier_count == HEARD_QUERIERS_MOST ||
        !text_parse_address(text_of(object, "address"), &querier.address) ||
        address_is_none(querier.address) || !text_parse_mac(text_of(object, "mac"), &querier.mac))
        return false;
    querier.version = (unsigned)json_integer_value(json_object_get(object, "version"));
    querier.robustness = (unsigned)json_integer_value(json_object_get(object, "robustness"));
    if (querier.version == 3)
        (void)text_parse_seconds(text_of(object, interval), &querier.query_interval);
    heard->querier[heard->querier_count++] = querier;
    return true;
}

bool daemon_tell(struct heard *heard, const char *interface, uint16_t vlan)
{
    struct ctl ctl = {
        .socket = ctl_socket(NULL), .color = "never", .timeout = 2 * SECONDS, .keyboard = -1};
    struct problem ignored;
    char request[64];
    int status;
    bool is_told = false;

    if (strcmp(ctl.socket, CONTROL_NONE) == 0)
        return false;
    if (vlan == VLAN_NONE)
        snprintf(request, sizeof request, "status %s", interface);
    else
        snprintf(request, sizeof request, "status %s/%u", interface, vlan);
    json_t *list = ctl_ask_all(&ctl, request, &status, &ignored);
    for (size_t i = 0; i < json_array_size(list) && !is_told; i++) {
        const json_t *object = json_array_get(list, i);
        if (strcmp(text_of(object, "type"), "segment") != 0)
            continue;
        const json_t *elected = json_object_get(object, "elected");
        if (strcmp(text_of(object, "role"), "querier") == 0)
            is_told = enter(heard, object, "query_interval");
        else if (json_is_object(elected))
            is_told = enter(heard, elected, "advertised_interval");
    }
    json_decref(list);
    return is_told;
}
