/* SPDX-License-Identifier: MIT */
/* Floor 3. Findings in words: what was seen of queriers. What was seen of hosts and streams is in
 * report_finding_host.c, what comes of it and what to do in report_finding_advice.c. */
#include "igmpq/report_finding.h"

#include <inttypes.h>

#include "report_finding_private.h"

const char *report_finding_title(const struct finding *finding)
{
    switch (finding->id) {
    case FINDING_NO_QUERIER: return "no querier";
    case FINDING_PROXY_ONLY: return "only a 0.0.0.0 proxy queries";
    case FINDING_PROXIES_ONLY: return "only 0.0.0.0 proxies query";
    case FINDING_TWO_QUERIERS: return "two queriers at once";
    case FINDING_DUPLICATE_QUERIER: return "duplicate querier address";
    case FINDING_OFF_SUBNET: return "querier outside the network";
    case FINDING_VERSION_MIX: return "queries of two versions";
    case FINDING_V1_QUERIER: return "version 1 querier";
    case FINDING_MISMATCH:
        return finding->detail == FINDING_MISMATCH_ADVERTISED
                   ? "a querier does not keep its interval"
                   : "queriers do not agree";
    case FINDING_QUERY_FORMAT: return "malformed queries";
    case FINDING_LONG_INTERVAL: return "queries too seldom";
    case FINDING_REPORT_GAP: return "a stream was cut";
    case FINDING_LEAVE_IGNORED: return "leaves are ignored";
    case FINDING_PLACE:
        return finding->detail == FINDING_PLACE_FLOODED ? "reports where none belong"
                                                        : "no reports at all";
    case FINDING_ALIAS: return "shared MAC address";
    case FINDING_SSM_V2: return "old report in the source-specific range";
    case FINDING_DISPLACED: return "a proxy lost its role";
    case FINDING_CADENCE:
        return finding->detail == FINDING_CADENCE_V1 ? "version 1 queries too often"
                                                     : "irregular queries";
    case FINDING_SILENT_HOST: return "a host does not answer";
    case FINDING_LATE_ANSWERS: return "late answers";
    case FINDING_BURST_ANSWERS: return "answers in a burst";
    case FINDING_OLDER_ANSWERS: return "answers in an older version";
    case FINDING_FLAPPING: return "the querier changes to and fro";
    case FINDING_UNWANTED_DATA: return "a stream nobody joined";
    case FINDING_OUTLIVED_DATA: return "a stream without members";
    case FINDING_QUERY_STORM: return "query storm";
    case FINDING_TOO_SHORT: return "too short to judge";
    case FINDING_TABLE_FULL: return "too much to watch";
    case FINDING_CUT: return "frames were cut short";
    case FINDING_LEAVE_CUTS: return "a leave cut another's stream";
    case FINDING_REPORT_FORMAT: return "malformed reports";
    case FINDING_LOCAL_DATA: return "a stream that goes everywhere";
    case FINDING_CROWD: return "too many answers at once";
    case FINDING_ID_END: break;
    }
    return "?";
}

/* ---- parts of sentences ---- */

void finding_line_seconds(struct text_line *line, duration span)
{
    char seconds[TEXT_DURATION_SIZE];
    /* Microseconds tell a person nothing. */
    text_line_add(line, "%s s", text_seconds(span / MILLISECONDS * MILLISECONDS, seconds));
}

void finding_line_address(struct text_line *line, struct address address)
{
    char ip[TEXT_ADDRESS_SIZE];
    text_line_add(line, "%s", text_address(address, ip));
}

/* ---- queriers ---- */

static void tell_silence(struct text_line *line, const struct finding *finding)
{
    if (address_is_none(finding->address))
        text_line_add(line, "No query was heard for ");
    else
        text_line_add(line, "After the querier ");
    if (!address_is_none(finding->address)) {
        finding_line_address(line, finding->address);
        text_line_add(line, " no query was heard for ");
    }
    finding_line_seconds(line, finding->measured);
    if (finding->detail & FINDING_SILENCE_IDLE)
        text_line_add(line, ", and no host reported a group either");
    else
        text_line_add(line, finding->detail & FINDING_SILENCE_ONLY_DATA
                                ? ", nor any other IGMP, although data was sent"
                                : ", although hosts reported or data was sent");
    text_line_add(line, "; switches forget the querier's port after ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, ".");
}

static void tell_proxies(struct text_line *line, const struct finding *finding)
{
    char mac[TEXT_MAC_SIZE], other[TEXT_MAC_SIZE];

    text_line_add(line, "For ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " all queries came from 0.0.0.0");
    if (!mac_is_none(finding->mac))
        text_line_add(line, ", from %s", text_mac(finding->mac, mac));
    if (!mac_is_none(finding->other_mac))
        text_line_add(line, " and %s", text_mac(finding->other_mac, other));
    text_line_add(line, ": switches that stand in for a querier, but no querier.");
}

static void tell_two(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " went on querying for ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " although the lower address ");
    text_line_who(line, finding->other, finding->other_mac);
    text_line_add(line, " queried as well (%" PRIu64 " times); it should have fallen silent.",
                  finding->count);
}

static void tell_duplicate(struct text_line *line, const struct finding *finding)
{
    char mac[TEXT_MAC_SIZE], other[TEXT_MAC_SIZE], ip[TEXT_ADDRESS_SIZE];

    text_line_add(line, "Two devices query as %s in turn: %s and %s.",
                  text_address(finding->address, ip), text_mac(finding->mac, mac),
                  text_mac(finding->other_mac, other));
}

static void tell_subnet(struct text_line *line, const struct finding *finding)
{
    char network[TEXT_PREFIX_SIZE];

    text_line_add(line, "The querier ");
    text_line_who(line, finding->address, finding->mac);
    if (finding->network_is_known)
        text_line_add(line, " is not in this network, %s.", text_prefix(finding->network, network));
    else {
        text_line_add(line, " seems not to be in this network: all hosts have addresses like ");
        finding_line_address(line, finding->network.address);
        text_line_add(line, ".");
    }
}

static void tell_mix(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " queries in version %u and ", finding->version);
    if (address_equal(finding->address, finding->other) &&
        mac_equal(finding->mac, finding->other_mac))
        text_line_add(line, "has queried");
    else {
        text_line_who(line, finding->other, finding->other_mac);
        text_line_add(line, " queries");
    }
    text_line_add(line, " in version %u.", finding->other_version);
}

static void tell_mismatch(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    if (finding->detail & FINDING_MISMATCH_ADVERTISED) {
        text_line_add(line, " says that it queries every ");
        finding_line_seconds(line, finding->limit);
        text_line_add(line, ", but does so every ");
        finding_line_seconds(line, finding->measured);
        text_line_add(line, ".");
        return;
    }
    text_line_add(line, " and ");
    text_line_who(line, finding->other, finding->other_mac);
    text_line_add(line, " do not agree:");
    if (finding->detail & (FINDING_MISMATCH_QQIC | FINDING_MISMATCH_PERIODS)) {
        text_line_add(line, " the one %s every ",
                      finding->detail & FINDING_MISMATCH_QQIC ? "says that it queries" : "queries");
        finding_line_seconds(line, finding->measured);
        text_line_add(line, ", the other every ");
        finding_line_seconds(line, finding->limit);
        text_line_add(line, "%s", finding->detail & FINDING_MISMATCH_QRV ? ";" : ".");
    }
    if (finding->detail & FINDING_MISMATCH_QRV)
        text_line_add(line, " the one has robustness %u, the other %u.", finding->version,
                      finding->other_version);
}

static void tell_format(struct text_line *line, const struct finding *finding)
{
    static const struct {
        unsigned flaw;
        const char *text;
    } flaws[] = {
        {FINDING_FLAW_CHECKSUM, "a wrong checksum"},
        {FINDING_FLAW_LENGTH, "a wrong length"},
        {FINDING_FLAW_DESTINATION, "a wrong destination or group"},
        {FINDING_FLAW_NO_ROUTER_ALERT, "no Router Alert option"},
        {FINDING_FLAW_TTL, "a TTL that is not 1"},
        {FINDING_FLAW_TOS, "a TOS that is not 0xc0"},
        {FINDING_FLAW_SPECIFIC_TO_ALL, "224.0.0.1 for destination though they ask for one group"},
    };
    const char *glue = "";

    text_line_add(line, finding->id == FINDING_QUERY_FORMAT ? "Queries of " : "Reports of ");
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " have ");
    for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
        if (!(finding->detail & flaws[i].flaw))
            continue;
        text_line_add(line, "%s%s", glue, flaws[i].text);
        glue = ", ";
    }
    text_line_add(line, " (%" PRIu64 " of them).", finding->count);
}

static void tell_cadence(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    if (finding->detail == FINDING_CADENCE_V1) {
        text_line_add(line, " queries in version 1 every ");
        finding_line_seconds(line, finding->measured);
        text_line_add(line, "; that version allows it once a minute.");
        return;
    }
    text_line_add(line, " queries irregularly: pauses are between ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " and ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, ".");
}

static void tell_long(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " queries every ");
    finding_line_seconds(line, finding->measured);
    text_line_add(line, "; switches are taken to need it every ");
    finding_line_seconds(line, finding->limit);
    text_line_add(line, " or more often, so that one lost frame does no harm.");
}

static void tell_displaced(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " was querier and passed on streams such as ");
    finding_line_address(line, finding->group);
    text_line_add(line, "; since ");
    text_line_who(line, finding->other, finding->other_mac);
    text_line_add(line, " with its lower address took over, it passes on nothing.");
}

static void tell_flapping(struct text_line *line, const struct finding *finding)
{
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, " took over from ");
    text_line_who(line, finding->other, finding->other_mac);
    text_line_add(line, " and gave the role back %" PRIu64 " times; the latter was silent for ",
                  finding->count);
    finding_line_seconds(line, finding->measured);
    text_line_add(line, " at the longest.");
}

static void tell_storm(struct text_line *line, const struct finding *finding)
{
    text_line_add(line, "More than %u general queries came within ", finding->detail);
    finding_line_seconds(line, finding->measured);
    text_line_add(line, ", the last from ");
    text_line_who(line, finding->address, finding->mac);
    text_line_add(line, ".");
}

static void tell_crowd(struct text_line *line, const struct finding *finding)
{
    if (address_is_none(finding->address))
        text_line_add(line, "The proxy's queries give ");
    else {
        text_line_add(line, "The queries of ");
        finding_line_address(line, finding->address);
        text_line_add(line, " give ");
    }
    finding_line_seconds(line, finding->limit);
    text_line_add(line, " to answer, and up to %u reports came in answer to one.", finding->detail);
}

/* ---- all ---- */

static void tell_knowledge(struct text_line *line, const struct finding *finding)
{
    if (finding->id == FINDING_TOO_SHORT) {
        text_line_add(line, "Only ");
        finding_line_seconds(line, finding->measured);
        text_line_add(line, " were seen; missing queriers, long intervals and gaps can be "
                            "judged after ");
        finding_line_seconds(line, finding->limit);
        text_line_add(line, ".");
        return;
    }
    text_line_add(line, "There are more%s%s%s%s than could be watched.",
                  finding->detail & FINDING_FULL_QUERIERS ? " queriers" : "",
                  finding->detail & FINDING_FULL_HOSTS ? " hosts" : "",
                  finding->detail & FINDING_FULL_GROUPS ? " groups" : "",
                  finding->detail & FINDING_FULL_MEMBERS ? " memberships" : "");
}

static void tell(struct text_line *line, const struct finding *finding)
{
    switch (finding->id) {
    case FINDING_NO_QUERIER: tell_silence(line, finding); break;
    case FINDING_PROXY_ONLY:
    case FINDING_PROXIES_ONLY: tell_proxies(line, finding); break;
    case FINDING_TWO_QUERIERS: tell_two(line, finding); break;
    case FINDING_DUPLICATE_QUERIER: tell_duplicate(line, finding); break;
    case FINDING_OFF_SUBNET: tell_subnet(line, finding); break;
    case FINDING_VERSION_MIX: tell_mix(line, finding); break;
    case FINDING_V1_QUERIER:
        text_line_who(line, finding->address, finding->mac);
        text_line_add(line, " queries in version 1 of IGMP.");
        break;
    case FINDING_MISMATCH: tell_mismatch(line, finding); break;
    case FINDING_QUERY_FORMAT: tell_format(line, finding); break;
    case FINDING_LONG_INTERVAL: tell_long(line, finding); break;
    case FINDING_REPORT_GAP: finding_tell_gap(line, finding); break;
    case FINDING_LEAVE_IGNORED: finding_tell_leave(line, finding); break;
    case FINDING_PLACE: finding_tell_place(line, finding); break;
    case FINDING_ALIAS: finding_tell_alias(line, finding); break;
    case FINDING_SSM_V2: finding_tell_old_report(line, finding); break;
    case FINDING_DISPLACED: tell_displaced(line, finding); break;
    case FINDING_CADENCE: tell_cadence(line, finding); break;
    case FINDING_SILENT_HOST: finding_tell_silent(line, finding); break;
    case FINDING_LATE_ANSWERS: finding_tell_late(line, finding); break;
    case FINDING_BURST_ANSWERS: finding_tell_burst(line, finding); break;
    case FINDING_OLDER_ANSWERS: finding_tell_older(line, finding); break;
    case FINDING_FLAPPING: tell_flapping(line, finding); break;
    case FINDING_UNWANTED_DATA:
    case FINDING_OUTLIVED_DATA: finding_tell_data(line, finding); break;
    case FINDING_QUERY_STORM: tell_storm(line, finding); break;
    case FINDING_TOO_SHORT:
    case FINDING_TABLE_FULL: tell_knowledge(line, finding); break;
    case FINDING_CUT:
        text_line_add(
            line,
            "The capture kept only the heads of %u %% of the IGMP frames, which cannot be "
            "read so.",
            finding->detail);
        break;
    case FINDING_LEAVE_CUTS: finding_tell_cut_by_leave(line, finding); break;
    case FINDING_REPORT_FORMAT: tell_format(line, finding); break;
    case FINDING_LOCAL_DATA: finding_tell_local_data(line, finding); break;
    case FINDING_CROWD: tell_crowd(line, finding); break;
    case FINDING_ID_END: break;
    }
}

static void report(const struct finding *finding, struct finding_clock clock,
                   struct finding_words *out)
{
    struct text_line text = {out->text, sizeof out->text, 0};
    struct text_line consequence = {out->consequence, sizeof out->consequence, 0};
    struct text_line advice = {out->advice, sizeof out->advice, 0};

    out->text[0] = out->consequence[0] = out->advice[0] = '\0';
    tell(&text, finding);
    finding_line_consequence(&consequence, finding, clock);
    finding_line_advice(&advice, finding, clock);
}

void report_finding(const struct finding *finding, instant start, struct finding_words *out)
{
    report(finding, (struct finding_clock){.origin = start}, out);
}

void report_finding_now(const struct finding *finding, instant now, struct finding_words *out)
{
    report(finding, (struct finding_clock){.origin = now, .is_now = true}, out);
}

static void add_moment(struct text_line *line, instant at, instant start, uint64_t frame)
{
    finding_line_seconds(line, at - start);
    if (frame > 0)
        text_line_add(line, " (frame %" PRIu64 ")", frame);
}

void report_finding_evidence(const struct finding *finding, instant start,
                             char out[REPORT_FINDING_SIZE])
{
    struct text_line line = {out, REPORT_FINDING_SIZE, 0};

    out[0] = '\0';
    if (finding->count == 1 && finding->first == finding->last) {
        text_line_add(&line, "at ");
        add_moment(&line, finding->first, start, finding->first_frame);
        return;
    }
    if (finding->count > 1)
        text_line_add(&line, "%" PRIu64 " times ", finding->count);
    text_line_add(&line, "from ");
    add_moment(&line, finding->first, start, finding->first_frame);
    text_line_add(&line, " to ");
    add_moment(&line, finding->last, start, finding->last_frame);
}
