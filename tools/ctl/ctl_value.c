/* SPDX-License-Identifier: MIT */
/* Floor 4. Values of the daemon's answers as people read them, and nothing that a terminal obeys.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "igmpq/text.h"

static bool is_clean(const char *text)
{
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}

/** Everything else as \xNN. NULL without memory. */
static char *cleaned(const char *text)
{
    char *out = malloc(strlen(text) * 4 + 1), *to = out;

    for (; out && *text; text++) {
        if (*text >= 0x20 && *text <= 0x7e)
            *to++ = *text;
        else
            to += snprintf(to, 5, "\\x%02x", (unsigned char)*text);
    }
    if (out)
        *to = '\0';
    return out;
}

static void clean_members(json_t *object)
{
    const char *key;
    json_t *member;
    void *next;

    json_object_foreach_safe(object, next, key, member)
    {
        ctl_clean(member);
        if (is_clean(key))
            continue;
        char *name = cleaned(key);
        if (name)
            json_object_set(object, name, member);
        free(name);
        json_object_del(object, key);
    }
}

void ctl_clean(json_t *value)
{
    if (json_is_object(value)) {
        clean_members(value);
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            ctl_clean(json_array_get(value, i));
    } else if (json_is_string(value) && !is_clean(json_string_value(value))) {
        char *text = cleaned(json_string_value(value));
        json_string_set(value, text ? text : "?");
        free(text);
    }
}

/** The code point that begins here, in UTF-8 that jansson has found to be valid. */
static unsigned code_point(const unsigned char *text, size_t *length)
{
    unsigned first = text[0];

    *length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned point = first & (0x7fu >> *length);
    for (size_t i = 1; i < *length; i++)
        point = point << 6 | (text[i] & 0x3f);
    return point;
}

void ctl_print_json(const char *line, FILE *to)
{
    const unsigned char *text = (const unsigned char *)line;

    while (*text) {
        size_t length = 1;
        if (*text < 0x20) { /* between two values: a text cannot hold it unescaped */
            fputc(' ', to);
        } else if (*text < 0x7f) {
            fputc(*text, to);
        } else if (*text == 0x7f) {
            fputs("\\u007f", to);
        } else {
            unsigned point = code_point(text, &length);
            if (point > 0xffff)
                fprintf(to, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
                        0xdc00 + ((point - 0x10000) & 0x3ff));
            else
                fprintf(to, "\\u%04x", point);
        }
        text += length;
    }
    fputc('\n', to);
}

const char *ctl_type(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    return type ? type : "";
}

bool ctl_is_type(const json_t *object, const char *type)
{
    return strcmp(ctl_type(object), type) == 0;
}

const char *ctl_text(const json_t *object, const char *key, char out[32])
{
    const json_t *value = json_object_get(object, key);

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        snprintf(out, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(out, 32, "%g", json_real_value(value));
    else if (json_is_boolean(value))
        strcpy(out, json_is_true(value) ? "yes" : "no");
    else
        strcpy(out, "-");
    return out;
}

bool ctl_is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

bool ctl_is_null(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return !value || json_is_null(value);
}

bool ctl_seconds(const json_t *object, const char *key, double *out)
{
    const char *text = json_string_value(json_object_get(object, key));
    char *end;

    if (!text)
        return false;
    double value = strtod(text, &end);
    /* Beyond these no whole seconds can be counted; they also keep infinity out. */
    if (end == text || *end != '\0' || !(value > -1e15 && value < 1e15))
        return false;
    *out = value;
    return true;
}

/** In its two greatest units, by formats for days and hours, hours and minutes, minutes, seconds.
 */
static const char *format_span(double span, const char *const format[4], char out[32])
{
    bool is_negative = span <= -0.5;
    long long seconds = (long long)(span < 0 ? 0.5 - span : span + 0.5);
    char *at = out + is_negative;
    size_t room = 32 - (size_t)is_negative;

    out[0] = '-';
    if (seconds < 600)
        snprintf(at, room, "%lld%s", seconds, format[3]);
    else if (seconds < 6000)
        snprintf(at, room, "%lld%s", seconds / 60, format[2]);
    else if (seconds < 48 * 3600)
        snprintf(at, room, "%lld%s%02lld%s", seconds / 3600, format[1], seconds / 60 % 60,
                 format[2]);
    else
        snprintf(at, room, "%lld%s%02lld%.2s", seconds / 86400, format[0], seconds / 3600 % 24,
                 format[1]);
    return out;
}

const char *ctl_span(const json_t *object, const char *key, char out[32])
{
    static const char *const format[] = {" d ", " h ", " min", " s"};
    double span;

    return ctl_seconds(object, key, &span) ? format_span(span, format, out) : strcpy(out, "-");
}

const char *ctl_short_span(double seconds, char out[32])
{
    static const char *const format[] = {"d", "h", "m", "s"};
    return format_span(seconds, format, out);
}

const char *ctl_exact(const json_t *object, const char *key, char out[32])
{
    double span;

    if (!ctl_seconds(object, key, &span))
        return strcpy(out, "-");
    snprintf(out, 32, "%.6f", span);
    size_t length = strlen(out);
    while (out[length - 1] == '0')
        length--;
    if (out[length - 1] == '.')
        length--;
    snprintf(out + length, 32 - length, " s");
    return out;
}

const char *ctl_time(const json_t *object, const char *key, char out[32])
{
    double value;
    struct tm local;

    strcpy(out, "-");
    if (!ctl_seconds(object, key, &value))
        return out;
    time_t seconds = (time_t)value;
    if (!localtime_r(&seconds, &local) || strftime(out, 32, "%Y-%m-%d %H:%M:%S", &local) == 0)
        strcpy(out, "-");
    return out;
}

bool ctl_matches(const char *filter, const char *address)
{
    struct prefix network;
    struct address parsed;

    return !filter || (text_parse_prefix(filter, &network) &&
                       text_parse_address(address, &parsed) && prefix_contains(network, parsed));
}
