/* SPDX-License-Identifier: MIT */
/* Floor 3. How single values look in JSON, and how an object becomes a line. */
#include "json_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igmpq/json.h"
#include "igmpq/text.h"

json_t *json_value_text(const char *text)
{
    json_t *value = json_string(text);
    char plain[1024];

    if (value != NULL)
        return value;
    snprintf(plain, sizeof plain, "%s", text);
    for (char *at = plain; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    return json_string(plain);
}

/* Seconds and six decimals, whole numbers all the way. */
static json_t *decimal(int64_t microseconds)
{
    char text[32];
    const char *sign = microseconds < 0 ? "-" : "";
    uint64_t size = microseconds < 0 ? 0 - (uint64_t)microseconds : (uint64_t)microseconds;

    snprintf(text, sizeof text, "%s%" PRIu64 ".%06" PRIu64, sign, size / 1000000, size % 1000000);
    return json_value_text(text);
}

json_t *json_value_time(instant at)
{
    return at == INSTANT_NEVER ? json_null() : decimal(at);
}

json_t *json_value_wall(instant at, duration wall)
{
    return json_value_time(instant_after(at, wall));
}

json_t *json_value_span(duration span)
{
    return span == INSTANT_NEVER ? json_null() : decimal(span);
}

json_t *json_value_address(struct address address)
{
    char text[TEXT_ADDRESS_SIZE];

    return json_value_text(text_address(address, text));
}

json_t *json_value_address_or_null(struct address address)
{
    return address_is_none(address) ? json_null() : json_value_address(address);
}

json_t *json_value_mac(struct mac mac)
{
    char text[TEXT_MAC_SIZE];

    return mac_is_none(mac) ? json_null() : json_value_text(text_mac(mac, text));
}

json_t *json_value_count(uint64_t count)
{
    return json_integer((json_int_t)count);
}

json_t *json_value_segment(const struct segment *segment)
{
    return segment != NULL ? json_value_text(segment->name) : json_null();
}

json_t *json_value_object(const char *type)
{
    json_t *object = json_object();

    json_value_put(&object, "type", json_value_text(type));
    return object;
}

static void forget_unless(bool has_room, json_t **container)
{
    if (has_room)
        return;
    json_decref(*container);
    *container = NULL;
}

/* jansson takes NULL for both, gives the value back when it fails, and says so. */
void json_value_put(json_t **object, const char *key, json_t *value)
{
    forget_unless(json_object_set_new(*object, key, value) == 0, object);
}

void json_value_append(json_t **array, json_t *value)
{
    forget_unless(json_array_append_new(*array, value) == 0, array);
}

struct line {
    char *text;
    size_t length, size;
    bool is_incomplete;
};

static int add_to_line(const char *data, size_t length, void *context)
{
    struct line *line = context;
    size_t needed = line->length + length + 1;

    if (needed > line->size) {
        size_t size = needed < 2 * line->size ? 2 * line->size : needed + 512;
        char *text = realloc(line->text, size);
        line->is_incomplete |= text == NULL;
        if (text != NULL) {
            line->text = text;
            line->size = size;
        }
    }
    if (line->is_incomplete)
        return -1;
    memcpy(line->text + line->length, data, length);
    line->length += length;
    line->text[line->length] = '\0';
    return 0;
}

/* Not json_dumps(): jansson passes over the name of a member that found no memory, and goes on. */
char *json_value_line(json_t *object)
{
    struct line line = {0};

    if (object == NULL ||
        json_dump_callback(object, add_to_line, &line, JSON_COMPACT | JSON_PRESERVE_ORDER) != 0)
        line.is_incomplete = true;
    json_decref(object);
    if (!line.is_incomplete)
        return line.text;
    free(line.text);
    return NULL;
}

void json_draw_seed(void)
{
    json_object_seed(0);
}
