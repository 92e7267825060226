/* SPDX-License-Identifier: MIT */
/* Floor 3. How single values look in JSON, and how an object becomes a line. */
#include "json_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "igmpq/json.h"
#include "igmpq/text.h"

/* Seconds and six decimals, whole numbers all the way. */
static json_t *decimal(int64_t microseconds)
{
    char text[32];
    const char *sign = microseconds < 0 ? "-" : "";
    uint64_t size = microseconds < 0 ? 0 - (uint64_t)microseconds : (uint64_t)microseconds;

    snprintf(text, sizeof text, "%s%" PRIu64 ".%06" PRIu64, sign, size / 1000000, size % 1000000);
    return json_string(text);
}

json_t *json_value_time(instant at)
{
    return at == INSTANT_NEVER ? json_null() : decimal(at);
}

json_t *json_value_span(duration span)
{
    return span == INSTANT_NEVER ? json_null() : decimal(span);
}

json_t *json_value_address(struct address address)
{
    char text[TEXT_ADDRESS_SIZE];

    return json_string(text_address(address, text));
}

json_t *json_value_address_or_null(struct address address)
{
    return address_is_none(address) ? json_null() : json_value_address(address);
}

json_t *json_value_mac(struct mac mac)
{
    char text[TEXT_MAC_SIZE];

    return mac_is_none(mac) ? json_null() : json_string(text_mac(mac, text));
}

json_t *json_value_count(uint64_t count)
{
    return json_integer((json_int_t)count);
}

json_t *json_value_segment(const struct segment *segment)
{
    return segment != NULL ? json_string(segment->name) : json_null();
}

json_t *json_value_object(const char *type)
{
    json_t *object = json_object();

    json_object_set_new(object, "type", json_string(type));
    return object;
}

char *json_value_line(json_t *object)
{
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;

    json_decref(object);
    return line;
}

void json_draw_seed(void)
{
    json_object_seed(0);
}
