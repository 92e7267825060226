/* SPDX-License-Identifier: MIT */
/* Floor 2. Who is on a segment: bounded tables of queriers, hosts, groups and members, which never
 * forget, so that evidence of the first hour is still there in the last. */

/* Memory running out is a refusal like a full table, never an exit. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)

#include "findings_private.h"

#include <stdlib.h>

static void note_full(struct watch *watch, struct moment now, unsigned table)
{
    watch->full_tables |= table;
    tally_add(&watch->full, now);
}

struct seen_querier *watch_querier(struct findings *findings, struct watch *watch,
                                   struct moment now, struct address address, struct mac mac)
{
    struct seen_key key = {.address = address};
    struct seen_querier *querier;

    if (address_is_none(address))
        key.mac = mac;
    HASH_FIND(hh, watch->queriers, &key, sizeof key, querier);
    if (querier)
        return querier;
    if (watch->querier_count < findings->setup.max_queriers &&
        (querier = calloc(1, sizeof *querier))) {
        querier->key = key;
        querier->address = address;
        querier->first_mac = querier->mac = mac;
        querier->last_general.at = querier->cadence.last.at = INSTANT_NEVER;
        querier->displaced.at = INSTANT_NEVER;
        HASH_ADD(hh, watch->queriers, key, sizeof querier->key, querier);
        if (querier->hh.tbl) {
            watch->querier_count++;
            return querier;
        }
        free(querier);
    }
    note_full(watch, now, FINDING_FULL_QUERIERS);
    return NULL;
}

struct seen_host *watch_host(struct findings *findings, struct watch *watch, struct moment now,
                             struct address address, struct mac mac)
{
    struct seen_key key = {.address = address, .mac = mac};
    struct seen_host *host;

    uint32_t hash = hash_words(address.ipv4, mac_number(mac));
    HASH_FIND_BYHASHVALUE(hh, watch->hosts, &key, sizeof key, hash, host);
    if (host)
        return host;
    if (watch->host_count < findings->setup.max_hosts && (host = calloc(1, sizeof *host))) {
        host->key = key;
        host->known_round = watch->round;
        HASH_ADD_BYHASHVALUE(hh, watch->hosts, key, sizeof host->key, hash, host);
        if (host->hh.tbl) {
            watch->host_count++;
            return host;
        }
        free(host);
    }
    note_full(watch, now, FINDING_FULL_HOSTS);
    return NULL;
}

/** Enter the group among those with its Ethernet address; false without memory. */
static bool join_namesakes(struct watch *watch, struct seen_group *group)
{
    uint32_t low = group->address.ipv4 & 0x7fffff;
    struct seen_alias *alias;

    HASH_FIND(hh, watch->aliases, &low, sizeof low, alias);
    if (alias) {
        group->namesake = alias->group->namesake;
        alias->group->namesake = group;
        return true;
    }
    alias = calloc(1, sizeof *alias);
    if (!alias)
        return false;
    alias->low = low;
    alias->group = group->namesake = group;
    HASH_ADD(hh, watch->aliases, low, sizeof alias->low, alias);
    if (!alias->hh.tbl) {
        free(alias);
        return false;
    }
    return true;
}

struct seen_group *watch_find_group(const struct watch *watch, struct address address)
{
    struct seen_group *group;
    HASH_FIND(hh, watch->groups, &address, sizeof address, group);
    return group;
}

struct seen_group *watch_group(struct findings *findings, struct watch *watch, struct moment now,
                               struct address address)
{
    struct seen_group *group = watch_find_group(watch, address);

    if (group)
        return group;
    if (watch->group_count < findings->setup.max_groups && (group = calloc(1, sizeof *group))) {
        group->address = address;
        group->last_report.at = group->other_report = group->left = INSTANT_NEVER;
        group->v1_report = group->v2_report = group->last_use = INSTANT_NEVER;
        group->leave.at = group->asked = group->over_since = INSTANT_NEVER;
        group->last_data = INSTANT_NEVER;
        HASH_ADD(hh, watch->groups, address, sizeof group->address, group);
        if (group->hh.tbl && join_namesakes(watch, group)) {
            watch->group_count++;
            return group;
        }
        if (group->hh.tbl)
            HASH_DEL(watch->groups, group);
        free(group);
    }
    note_full(watch, now, FINDING_FULL_GROUPS);
    return NULL;
}

static uint32_t member_hash(const struct member_key *key)
{
    return hash_words((uintptr_t)key->host, key->group.ipv4);
}

struct seen_member *watch_find_member(const struct watch *watch, const struct seen_host *host,
                                      struct address group)
{
    const struct member_key key = {.host = host, .group = group};
    struct seen_member *member;

    HASH_FIND_BYHASHVALUE(hh, watch->members, &key, sizeof key, member_hash(&key), member);
    return member;
}

struct seen_member *watch_add_member(struct findings *findings, struct watch *watch,
                                     struct moment now, const struct seen_host *host,
                                     struct seen_group *group)
{
    struct seen_member *member;

    if (watch->member_count < findings->setup.max_members && (member = calloc(1, sizeof *member))) {
        member->key = (struct member_key){.host = host, .group = group->address};
        member->group = group;
        member->has_left = true; /* its first report is a join */
        member->last_report.at = INSTANT_NEVER;
        HASH_ADD_BYHASHVALUE(hh, watch->members, key, sizeof member->key, member_hash(&member->key),
                             member);
        if (member->hh.tbl) {
            watch->member_count++;
            return member;
        }
        free(member);
    }
    note_full(watch, now, FINDING_FULL_MEMBERS);
    return NULL;
}

const struct seen_group *watch_last_alive(const struct watch *watch)
{
    const struct seen_group *last = NULL, *group, *next;

    for (group = watch->groups; group; group = next) {
        next = group->hh.next;
        if (group->reports == 0 || group->is_left)
            continue;
        if (!last || group->last_report.at > last->last_report.at ||
            (group->last_report.at == last->last_report.at &&
             group->last_report.frame > last->last_report.frame))
            last = group;
    }
    return last;
}

#define FREE_ALL(type, table)                                                                      \
    do {                                                                                           \
        type *entry, *next;                                                                        \
        HASH_ITER(hh, table, entry, next)                                                          \
        {                                                                                          \
            HASH_DEL(table, entry);                                                                \
            free(entry);                                                                           \
        }                                                                                          \
    } while (0)

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    FREE_ALL(struct seen_querier, watch->queriers);
    FREE_ALL(struct seen_host, watch->hosts);
    FREE_ALL(struct seen_group, watch->groups);
    FREE_ALL(struct seen_member, watch->members);
    FREE_ALL(struct seen_alias, watch->aliases);
    free(watch->local_data);
    free(watch);
}
