/* SPDX-License-Identifier: MIT */
/* Floor 4. Sentences and tables. */
#include "inject_output.h"

#include <stdio.h>
#include <stdlib.h>

#include "igmpq/text.h"

#define SOURCES_SHOWN 8

const char *member_mode(const struct heard_member *member)
{
    switch (member->record_type) {
    case IGMP_RECORD_IS_IN:
    case IGMP_RECORD_TO_IN: return "include";
    case IGMP_RECORD_IS_EX:
    case IGMP_RECORD_TO_EX: return "exclude";
    default: return NULL;
    }
}

void output_header(const struct session *session)
{
    if (session->request->json)
        json_header(session);
}

static void print_querier(const struct heard_querier *querier)
{
    char address[TEXT_ADDRESS_SIZE], mac[TEXT_MAC_SIZE];

    printf("    querier %s at %s speaks version %u\n", text_address(querier->address, address),
           text_mac(querier->mac, mac), querier->version);
}

void output_heard(const struct session *session)
{
    const struct heard *heard = &session->heard;
    char span[TEXT_DURATION_SIZE];

    if (session->request->json) {
        json_heard(session);
        return;
    }
    if (session->runs_igmpqd)
        printf("%s: an igmpqd of this host runs here\n", session->link.name);
    if (heard->listened < DECISECONDS && heard->querier_count == 0)
        return;
    decide_text_seconds(heard->listened, span);
    if (heard->querier_count == 0)
        printf("%s: no querier heard in %s s\n", session->link.name, span);
    else
        printf("%s: heard in %s s:\n", session->link.name, span);
    for (unsigned i = 0; i < heard->querier_count; i++)
        print_querier(&heard->querier[i]);
    if (heard->is_full)
        printf("%s: more was heard than fits into the tables\n", session->link.name);
    fflush(stdout);
}

void output_sent(const struct session *session, const struct sent *sent)
{
    char address[TEXT_ADDRESS_SIZE];

    if (session->request->json) {
        json_sent(session, sent);
        return;
    }
    text_address(session->made.envelope.source, address);
    printf("%s: sent a %s from %s", session->link.name, sent->text, address);
    if (sent->is_repeated) {
        printf(" again\n");
    } else {
        if (sent->why_source[0] != '\0')
            printf("\n    sent from %s because %s", address, sent->why_source);
        if (sent->why_version[0] != '\0')
            printf("\n    version %u because %s", sent->version, sent->why_version);
        putchar('\n');
    }
    fflush(stdout);
}

static int compare_members(const void *a, const void *b)
{
    const struct heard_member *one = a, *other = b;
    int order = address_compare(one->address, other->address);

    if (order == 0)
        order = memcmp(one->mac.octet, other->mac.octet, sizeof one->mac.octet);
    return order != 0 ? order : address_compare(one->group, other->group);
}

static void print_sources(const struct heard_member *member)
{
    const char *mode = member_mode(member);
    unsigned stored =
        member->source_count < HEARD_SOURCES_MOST ? member->source_count : HEARD_SOURCES_MOST;
    char text[TEXT_ADDRESS_SIZE];

    if (!mode || member->source_count == 0)
        return;
    printf("  %s", mode[0] == 'i' ? "only from" : "but not from");
    for (unsigned i = 0; i < stored && i < SOURCES_SHOWN; i++)
        printf("%s %s", i > 0 ? "," : "", text_address(member->sources[i], text));
    if (member->source_count > SOURCES_SHOWN)
        printf(" and %u more", member->source_count - SOURCES_SHOWN);
}

static void print_member(const struct session *session, const struct heard_member *member,
                         enum answer answer)
{
    char address[TEXT_ADDRESS_SIZE], mac[TEXT_MAC_SIZE], group[TEXT_ADDRESS_SIZE], delay[32];
    duration span = member->answered - session->sent_at;

    if (answer == ANSWER_GIVEN)
        snprintf(delay, sizeof delay, "%.3f s", span > 0 ? (double)span / SECONDS : 0.0);
    else
        snprintf(delay, sizeof delay, "silent");
    printf("%-15s  %-17s  %7u  %9s  %s", text_address(member->address, address),
           text_mac(member->mac, mac), member->version, delay, text_address(member->group, group));
    print_sources(member);
    if (answer == ANSWER_SUPPRESSED)
        printf("  (another host spoke for the group, and may have silenced it)");
    if (mac_equal(member->mac, session->link.mac))
        printf("  (this host)");
    putchar('\n');
}

/** What may be behind it. */
static void print_advice(const struct envelope *envelope)
{
    bool is_proxied = address_is_none(envelope->source);

    printf("Nobody answered.\n"
           "- Hosts report the groups that they are members of; one without any has nothing to "
           "say.\n");
    if (is_proxied && address_is_multicast(envelope->destination))
        printf("- Some hosts do not answer a query from 0.0.0.0.\n");
    else if (is_proxied)
        printf("- Hosts drop what comes to their own address from 0.0.0.0; --force sends from "
               "ours,\n  which only a host that is a querier itself would mind.\n");
    if (!envelope->has_router_alert)
        printf("- Hosts may ignore a query without Router Alert.\n");
    printf("- A snooping switch hands reports to the port of the querier; another port gets none\n"
           "  of versions 1 and 2.\n");
}

static void print_tally(const struct session *session, const struct tally *tally)
{
    if (tally->hosts > 0)
        printf("%u host%s answered for %u group%s; %u silent\n", tally->hosts,
               tally->hosts == 1 ? "" : "s", tally->groups, tally->groups == 1 ? "" : "s",
               tally->silent);
    else
        print_advice(&session->made.envelope);
    fflush(stdout);
}

static int compare_groups(const void *a, const void *b)
{
    const struct heard_member *one = a, *other = b;

    return address_compare(one->group, other->group);
}

/** How many groups somebody answered for; several hosts may have answered for the same. */
static unsigned count_groups(struct heard *heard, const struct request *request)
{
    const struct heard_member *last = NULL;
    unsigned groups = 0;

    if (heard->member_count > 0)
        qsort(heard->member, heard->member_count, sizeof *heard->member, compare_groups);
    for (unsigned i = 0; i < heard->member_count; i++) {
        const struct heard_member *member = &heard->member[i];

        if (heard_answer(heard, member, request->group, request->source_count > 0) != ANSWER_GIVEN)
            continue;
        groups += !last || !address_equal(last->group, member->group);
        last = member;
    }
    return groups;
}

struct tally output_answers(struct session *session, const struct sent *sent)
{
    const struct request *request = session->request;
    struct heard *heard = &session->heard;
    const struct heard_member *last = NULL;
    struct tally tally = {0};
    bool is_first = true;

    if (heard->member_count > 0)
        qsort(heard->member, heard->member_count, sizeof *heard->member, compare_members);
    for (unsigned i = 0; i < heard->member_count; i++) {
        const struct heard_member *member = &heard->member[i];
        enum answer answer = heard_answer(heard, member, request->group, request->source_count > 0);
        if (answer == ANSWER_NONE)
            continue;
        if (answer == ANSWER_GIVEN) {
            tally.hosts += !last || !mac_equal(last->mac, member->mac) ||
                           !address_equal(last->address, member->address);
            last = member;
        } else {
            tally.silent++;
        }
        if (request->json) {
            json_answer(session, sent, member, answer);
            continue;
        }
        if (is_first)
            printf("%-15s  %-17s  %7s  %9s  %s\n", "ADDRESS", "MAC", "VERSION", "DELAY", "GROUP");
        is_first = false;
        print_member(session, member, answer);
    }
    tally.groups = count_groups(heard, request);
    if (request->json)
        json_tally(sent, &tally);
    else
        print_tally(session, &tally);
    return tally;
}

void output_probe_begin(const struct session *session, struct address host, struct mac mac,
                        unsigned queries, duration takes)
{
    char address[TEXT_ADDRESS_SIZE], text[TEXT_MAC_SIZE];

    if (session->request->json)
        return;
    printf("%s: %s at %s, %u of each query to it alone; this takes about %.0f s\n",
           session->link.name, text_address(host, address), text_mac(mac, text), queries,
           (double)takes / SECONDS);
    printf("%-40s  %8s  %7s  %s\n", "QUERY", "ANSWERED", "VERSION", "DELAY (least, median, most)");
    fflush(stdout);
}

void output_probe_row(const struct session *session, struct address host, struct mac mac,
                      const struct probe_row *row)
{
    if (session->request->json) {
        json_probe_row(host, mac, row);
        return;
    }
    printf("%-40s  %3u of %-2u", row->query, row->answered, row->sent);
    if (row->answered > 0)
        printf("  %7u  %.3f, %.3f, %.3f s", row->version, (double)row->delay[0] / SECONDS,
               (double)row->delay[row->answered / 2] / SECONDS,
               (double)row->delay[row->answered - 1] / SECONDS);
    if (row->late > 0)
        printf("; %u late", row->late);
    if (row->note[0] != '\0')
        printf("%s%s", row->answered > 0 ? "; " : "           ", row->note);
    putchar('\n');
    fflush(stdout);
}

void output_probe_end(const struct session *session, struct address host, struct mac mac,
                      const char *text)
{
    char address[TEXT_ADDRESS_SIZE];

    if (session->request->json)
        json_probe_end(host, mac, text);
    else
        printf("%s: %s\n", text_address(host, address), text);
    fflush(stdout);
}
