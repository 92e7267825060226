/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Addresses, networks, MAC addresses and durations as people write them, both ways.
 * Formatters write into the caller's buffer and return it, so that they fit into a printf argument
 * list.
 */
#ifndef IGMPQ_TEXT_H
#define IGMPQ_TEXT_H

#include <stdio.h>

#include "igmpq/base.h"

#define TEXT_ADDRESS_SIZE  16
#define TEXT_PREFIX_SIZE   20
#define TEXT_MAC_SIZE      18
#define TEXT_DURATION_SIZE 32

/** "192.168.1.10". */
const char *text_address(struct address address, char out[TEXT_ADDRESS_SIZE]);
/** "192.168.1.10/24". */
const char *text_prefix(struct prefix prefix, char out[TEXT_PREFIX_SIZE]);
/** "00:00:5e:00:53:01". */
const char *text_mac(struct mac mac, char out[TEXT_MAC_SIZE]);

/** Seconds with as many decimals as needed, at most six: "60", "31.25", "-0.5"; "never" for NEVER.
 * No unit. */
const char *text_seconds(duration span, char out[TEXT_DURATION_SIZE]);

/** Dotted quad only, the whole string; false leaves `*out` alone. */
bool text_parse_address(const char *text, struct address *out);
/** "192.168.1.10/24" or "192.168.1.10" (length 32). Host bits may be set. */
bool text_parse_prefix(const char *text, struct prefix *out);
/** What a hexadecimal digit stands for; -1 when it is none. */
int text_hex_digit(char digit);
/** Six hexadecimal octets separated by ':' or '-'. */
bool text_parse_mac(const char *text, struct mac *out);
/** Decimal seconds ("60", "2.5", ".5"): whole microseconds, not negative, no exponent, no unit, no
 * spaces. */
bool text_parse_seconds(const char *text, duration *out);
/** A whole decimal number from `low` to `high`. */
bool text_parse_unsigned(const char *text, unsigned long low, unsigned long high,
                         unsigned long *out);

/** Words in lines of `width` columns, the first `indent` of them blank. */
void text_print_wrapped(FILE *to, const char *text, int indent, int width);

/** Text that grows to the right and is cut, not overrun, at the end of its buffer. */
struct text_line {
    char *text;
    size_t size, used;
};

/** Add to it as printf does. */
void text_line_add(struct text_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** "192.168.1.20 (02:00:00:00:00:14)"; the address alone when there is no MAC address. */
void text_line_who(struct text_line *line, struct address address, struct mac mac);

/** Which of several names was meant by one that is none of them. */
struct text_nearest {
    const char *name; /* borrowed */
    const char *best; /* of those tried; NULL: none is near */
    size_t least;
};

/** Nothing tried yet. */
struct text_nearest text_nearest_begin(const char *name);
/** `known` is one of them, borrowed; of two that are as near the first counts. */
void text_nearest_try(struct text_nearest *near, const char *known);

#endif
