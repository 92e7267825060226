/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. Addresses of hosts replaced by names that tell their order, since the lower address is
 * what decides who is the querier. Groups, 0.0.0.0 and 255.255.255.255 tell nothing about a network
 * and stay.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "igmpq/text.h"

#define MAC_LENGTH 17

/** Addresses, or MAC addresses, as numbers: in ascending order, each once, when all are known. */
struct names {
    uint64_t *number;
    size_t count, capacity;
};

struct mask {
    struct names addresses, macs;
    bool has_no_memory;
};

/** The length of the address at this point of a text; 0: there is none. */
static size_t read_address(const char *text, const char *at, uint64_t *number)
{
    size_t length = strspn(at, "0123456789.");
    char copy[TEXT_ADDRESS_SIZE];
    struct address address;

    if (at > text && (isdigit((unsigned char)at[-1]) || at[-1] == '.'))
        return 0;
    while (length > 0 && at[length - 1] == '.') /* the end of a sentence */
        length--;
    if (length >= sizeof copy)
        return 0;
    memcpy(copy, at, length);
    copy[length] = '\0';
    if (!text_parse_address(copy, &address) || address_is_none(address) ||
        address_is_multicast(address) || address.ipv4 == UINT32_MAX)
        return 0;
    *number = address.ipv4;
    return length;
}

static size_t read_mac(const char *text, const char *at, uint64_t *number)
{
    char copy[TEXT_MAC_SIZE];
    struct mac mac;

    if ((at > text && isxdigit((unsigned char)at[-1])) || strlen(at) < MAC_LENGTH ||
        isxdigit((unsigned char)at[MAC_LENGTH]))
        return 0;
    memcpy(copy, at, MAC_LENGTH);
    copy[MAC_LENGTH] = '\0';
    if (!text_parse_mac(copy, &mac))
        return 0;
    *number = mac_number(mac);
    return MAC_LENGTH;
}

static void add_name(struct mask *mask, struct names *names, uint64_t number)
{
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? names->capacity * 2 : 64;
        uint64_t *more = realloc(names->number, capacity * sizeof *more);
        mask->has_no_memory |= !more;
        if (!more)
            return;
        names->number = more;
        names->capacity = capacity;
    }
    names->number[names->count++] = number;
}

static int compare_numbers(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void sort_names(struct names *names)
{
    size_t kept = 0;

    if (names->count > 0)
        qsort(names->number, names->count, sizeof *names->number, compare_numbers);
    for (size_t i = 0; i < names->count; i++)
        if (kept == 0 || names->number[i] != names->number[kept - 1])
            names->number[kept++] = names->number[i];
    names->count = kept;
}

static size_t place_of(const struct names *names, uint64_t number)
{
    const uint64_t *found =
        bsearch(&number, names->number, names->count, sizeof *names->number, compare_numbers);
    return found ? (size_t)(found - names->number) + 1 : 0;
}

/** All names of a text: without `to` they are collected, with it the text is written with them
 * replaced. */
static void read_text(struct mask *mask, const char *text, FILE *to)
{
    for (const char *at = text; *at;) {
        uint64_t number = 0;
        size_t length = read_mac(text, at, &number);
        bool is_mac = length > 0;
        if (!is_mac)
            length = read_address(text, at, &number);
        struct names *names = is_mac ? &mask->macs : &mask->addresses;
        if (length > 0 && !to)
            add_name(mask, names, number);
        else if (length > 0)
            fprintf(to, "%s-%zu", is_mac ? "mac" : "address", place_of(names, number));
        else if (to)
            fputc(*at, to);
        at += length > 0 ? length : 1;
    }
}

static void replace_text(struct mask *mask, json_t *value)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    if (to)
        read_text(mask, json_string_value(value), to);
    if (!to || fclose(to) != 0 || json_string_set(value, text) != 0)
        mask->has_no_memory = true;
    free(text);
}

static void walk(struct mask *mask, json_t *value, bool is_replacing)
{
    const char *key;
    json_t *member;

    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
        {
            walk(mask, member, is_replacing);
        }
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            walk(mask, json_array_get(value, i), is_replacing);
    } else if (json_is_string(value)) {
        if (is_replacing)
            replace_text(mask, value);
        else
            read_text(mask, json_string_value(value), NULL);
    }
}

bool ctl_mask(json_t *kept)
{
    struct mask mask = {0};

    walk(&mask, kept, false);
    sort_names(&mask.addresses);
    sort_names(&mask.macs);
    if (!mask.has_no_memory)
        walk(&mask, kept, true);
    free(mask.addresses.number);
    free(mask.macs.number);
    return !mask.has_no_memory;
}
