/* SPDX-License-Identifier: MIT */
/* Floor 3. Findings in words: what was seen of hosts, groups and streams. */
#include <inttypes.h>

#include "report_finding_private.h"

void finding_tell_gap(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " was in ");
    finding_line_address(line, finding->group);
    text_line_add(line, " all the time, but nobody reported it for ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, "; switches forget a member after ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, ".");
}

void finding_tell_leave(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " left ");
    finding_line_address(line, finding->group);
    text_line_add(line, " and the querier ");
    finding_line_address(line, finding->other);
    text_line_add(line, " did not ask whether others are still there.");
}

void finding_tell_cut_by_leave(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->other, finding->other_mac);
    text_line_add(line, " left ");
    finding_line_address(line, finding->group);
    text_line_add(line, ". ");
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " was still in it and did not answer when the querier asked, but ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " after the leave, when the next query for all came.");
}

void finding_tell_place(struct text_line *line, const struct finding *finding)
{
    if (finding->detail == FINDING_PLACE_FLOODED) {
        text_line_add(line, "A report of ");
        text_line_who(line, finding->address, finding->mac);
        text_line_add(line, " for ");
        finding_line_address(line, finding->group);
        text_line_add(line, " arrived at an ordinary port, where a switch with IGMP snooping "
                            "sends none.");
        return;
    }
    text_line_add(line, "%" PRIu64 " queries were heard in ", finding->count);
    finding_line_seconds(line, finding->last - finding->first);
    text_line_add(line, ", and not one report.");
}

void finding_tell_alias(struct text_line *line, const struct finding *finding)
{
    char mac[TEXT_MAC_SIZE];

    text_line_add(line, "The group ");
    finding_line_address(line, finding->group);
    text_line_add(line, " has the same MAC address as ");
    finding_line_address(line, finding->other_group);
    text_line_add(line, ", %s.", text_mac(finding->mac, mac));
}

void finding_tell_old_report(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " reports ");
    finding_line_address(line, finding->group);
    text_line_add(line, " in version %u, which cannot name the sources that this range needs",
                  finding->version);
    if (finding->other_version > 0) {
        text_line_add(line, "; the querier ");
        finding_line_address(line, finding->other);
        text_line_add(line, " queries in version %u, and hosts keep to that",
                      finding->other_version);
    }
    text_line_add(line, ".");
}

void finding_tell_silent(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " joined ");
    finding_line_address(line, finding->group);
    text_line_add(line, " and was there, but has never answered a query (%" PRIu64 " missed).",
                  finding->count);
}

void finding_tell_late(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " answered for ");
    finding_line_address(line, finding->group);
    text_line_add(line, " up to ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " after the query, which gave ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, ".");
}

void finding_tell_burst(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " sent all its version %u reports within ", finding->version);
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " instead of spreading them over ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, ".");
}

void finding_tell_older(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " answered in version %u for ", finding->version);
    finding_line_address(line, finding->group);
    text_line_add(line, ", though the query was of version %u and no older one was heard.",
                  finding->other_version);
}

void finding_tell_local_data(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " sends a stream to ");
    finding_line_address(line, finding->group);
    text_line_add(line, ": %u frames within ", FINDINGS_LOCAL);
    finding_line_seconds(line, finding->measured);
    text_line_add(line, ".");
}

void finding_tell_data(struct text_line *line, const struct finding *finding)
{
    text_line_add(line, "Data of ");
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " to ");
    finding_line_address(line, finding->group);
    if (finding->id == FINDING_UNWANTED_DATA) {
        text_line_add(line, " was seen (%" PRIu64 " frames), but nobody ever joined that group.",
                      finding->count);
        return;
    }
    text_line_add(line, " went on (%" PRIu64 " frames) after the last member, ", finding->count);
    finding_line_address(line, finding->other);
    text_line_add(line, finding->detail == FINDING_OUTLIVED_SILENT
                            ? ", had fallen silent, without a leave."
                            : ", had left.");
}
