/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Addresses, networks, MAC addresses and durations as people write them, both ways.
 */
#include "igmpq/text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *text_address(struct address address, char out[TEXT_ADDRESS_SIZE])
{
    snprintf(out, TEXT_ADDRESS_SIZE, "%u.%u.%u.%u", (unsigned)(address.ipv4 >> 24),
             (unsigned)(address.ipv4 >> 16 & 0xff), (unsigned)(address.ipv4 >> 8 & 0xff),
             (unsigned)(address.ipv4 & 0xff));
    return out;
}

const char *text_prefix(struct prefix prefix, char out[TEXT_PREFIX_SIZE])
{
    char address[TEXT_ADDRESS_SIZE];

    snprintf(out, TEXT_PREFIX_SIZE, "%s/%u", text_address(prefix.address, address),
             prefix.length <= 32 ? prefix.length : 32);
    return out;
}

const char *text_mac(struct mac mac, char out[TEXT_MAC_SIZE])
{
    snprintf(out, TEXT_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac.octet[0], mac.octet[1],
             mac.octet[2], mac.octet[3], mac.octet[4], mac.octet[5]);
    return out;
}

const char *text_seconds(duration span, char out[TEXT_DURATION_SIZE])
{
    uint64_t size =
        span < 0 ? -(uint64_t)span : (uint64_t)span; /* also right for the most negative */
    unsigned fraction = (unsigned)(size % SECONDS);
    int length;

    if (span == INSTANT_NEVER) {
        snprintf(out, TEXT_DURATION_SIZE, "never");
        return out;
    }
    length = snprintf(out, TEXT_DURATION_SIZE, "%s%llu.%06u", span < 0 ? "-" : "",
                      (unsigned long long)(size / SECONDS), fraction);
    while (out[length - 1] == '0')
        out[--length] = '\0';
    if (out[length - 1] == '.')
        out[--length] = '\0';
    return out;
}

/* One decimal number of at most three digits and 255 at `*at`, which is moved behind it. A leading
 * zero is refused: inet_aton() would read it as octal, and nobody knows which one was meant. */
static bool parse_octet(const char **at, uint32_t *out)
{
    const char *digit = *at;
    uint32_t value = 0;

    while (*digit >= '0' && *digit <= '9' && digit - *at < 3)
        value = value * 10 + (uint32_t)(*digit++ - '0');
    if (digit == *at || value > 255 || (**at == '0' && digit - *at > 1))
        return false;
    *at = digit;
    *out = value;
    return true;
}

/* A dotted quad at `*at`, which is moved behind it. */
static bool parse_quad(const char **at, struct address *out)
{
    uint32_t sum = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t octet;

        if (i > 0 && *(*at)++ != '.')
            return false;
        if (!parse_octet(at, &octet))
            return false;
        sum = sum << 8 | octet;
    }
    out->ipv4 = sum;
    return true;
}

bool text_parse_address(const char *text, struct address *out)
{
    struct address address;

    if (!parse_quad(&text, &address) || *text != '\0')
        return false;
    *out = address;
    return true;
}

bool text_parse_prefix(const char *text, struct prefix *out)
{
    struct prefix prefix = {.length = 32};
    unsigned long length;

    if (!parse_quad(&text, &prefix.address))
        return false;
    if (*text == '/') {
        if (!text_parse_unsigned(text + 1, 0, 32, &length))
            return false;
        prefix.length = (unsigned)length;
    } else if (*text != '\0') {
        return false;
    }
    *out = prefix;
    return true;
}

int text_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool text_parse_mac(const char *text, struct mac *out)
{
    struct mac mac;
    char separator = 0;

    for (int i = 0; i < 6; i++) {
        int high;
        int low;

        if (i == 1) {
            separator = *text;
            if (separator != ':' && separator != '-')
                return false;
        }
        if (i > 0 && *text++ != separator)
            return false;
        high = text_hex_digit(text[0]);
        if (high < 0)
            return false;
        low = text_hex_digit(text[1]);
        if (low < 0)
            return false;
        mac.octet[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return false;
    *out = mac;
    return true;
}

bool text_parse_seconds(const char *text, duration *out)
{
    duration value = 0;
    duration unit = SECONDS;
    bool has_digits = false;
    bool is_fraction = false;

    for (; *text != '\0'; text++) {
        duration digit;

        if (*text == '.' && !is_fraction) {
            is_fraction = true;
            has_digits = false; /* digits have to follow */
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        has_digits = true;
        digit = *text - '0';
        if (!is_fraction) {
            /* INSTANT_NEVER itself is no number of seconds */
            if (value > (INSTANT_NEVER - 1 - digit * SECONDS) / 10)
                return false;
            value = value * 10 + digit * SECONDS;
        } else {
            unit /= 10;
            if (unit == 0 && digit != 0)
                return false; /* finer than a microsecond */
            if (value > INSTANT_NEVER - 1 - digit * unit)
                return false;
            value += digit * unit;
        }
    }
    if (!has_digits)
        return false;
    *out = value;
    return true;
}

bool text_parse_unsigned(const char *text, unsigned long low, unsigned long high,
                         unsigned long *out)
{
    unsigned long value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned long digit;

        if (*text < '0' || *text > '9')
            return false;
        digit = (unsigned long)(*text - '0');
        if (value > (ULONG_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value < low || value > high)
        return false;
    *out = value;
    return true;
}

/** How many letters must be changed, added or left out to get from one name to the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64], length = strlen(b);

    if (length + 1 > sizeof row / sizeof *row)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j + 1] + 1 < best)
                best = row[j + 1] + 1;
            row[j + 1] = best;
        }
    }
    return row[length];
}

struct text_nearest text_nearest_begin(const char *name)
{
    return (struct text_nearest){.name = name, .least = strlen(name) / 2 + 1};
}

void text_nearest_try(struct text_nearest *near, const char *known)
{
    size_t far = distance(near->name, known);

    if (far >= near->least)
        return;
    near->least = far;
    near->best = known;
}

void text_line_add(struct text_line *line, const char *format, ...)
{
    if (line->used >= line->size)
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->used, line->size - line->used, format, arguments);
    va_end(arguments);
    if (length > 0)
        line->used += (size_t)length;
}

void text_line_who(struct text_line *line, struct address address, struct mac mac)
{
    char ip[TEXT_ADDRESS_SIZE], ethernet[TEXT_MAC_SIZE];

    text_line_add(line, "%s", text_address(address, ip));
    if (!mac_is_none(mac))
        text_line_add(line, " (%s)", text_mac(mac, ethernet));
}

void text_print_wrapped(FILE *to, const char *text, int indent, int width)
{
    int column = 0;

    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column > 0 && column + 1 + length > width) {
            fputc('\n', to);
            column = 0;
        }
        fprintf(to, "%*s%.*s", column > 0 ? 1 : indent, "", length, word);
        column += length + (column > 0 ? 1 : indent);
        word += length;
        word += strspn(word, " ");
    }
    fputc('\n', to);
}
