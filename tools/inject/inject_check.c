/* SPDX-License-Identifier: MIT */
/* Floor 4. Which options of igmpq-inject go together, which versions they fit, and which make a
 * wrong frame. */
#include "inject_options.h"

#include <stdio.h>
#include <string.h>

#include "igmpq/links.h"

#define V2_RESPONSE_MOST (255 * DECISECONDS)

/** The options of a query that were given; NULL when there is none. */
static const char *given_query_option(const struct request *request)
{
    if (request->has_group)
        return "--group";
    if (request->source_count > 0)
        return "--sources";
    if (request->max_resp != INJECT_UNSET)
        return "--max-resp";
    if (request->robustness != INJECT_UNSET)
        return "--qrv";
    if (request->query_interval != INJECT_UNSET)
        return "--qqi";
    return request->suppress ? "--suppress" : NULL;
}

/** Likewise what only version 3 can say. */
static const char *given_v3_option(const struct request *request)
{
    if (request->record_count > 0)
        return "--record";
    if (request->source_count > 0)
        return "--sources";
    if (request->robustness != INJECT_UNSET)
        return "--qrv";
    if (request->query_interval != INJECT_UNSET)
        return "--qqi";
    return request->suppress ? "--suppress" : NULL;
}

/** Likewise what changes the frame, which a probe makes itself. */
static const char *given_frame_option(const struct request *request)
{
    char faults[256];

    if (request->kind != INJECT_QUERY)
        return "--report, --leave and --record";
    if (given_query_option(request))
        return given_query_option(request);
    if (request->version != 0)
        return "--igmp-version";
    if (request->has_source_mac || request->has_source || request->has_destination ||
        request->has_destination_mac)
        return "--source-ip, --source-mac, --dst and --dst-mac";
    if (request->vlan != INJECT_UNSET || request->tos != INJECT_UNSET ||
        request->ttl != INJECT_UNSET || request->no_router_alert)
        return "--vlan, --tos, --ttl and --no-router-alert";
    return request_faults(request, faults, sizeof faults)[0] != '\0'
               ? "--bad-checksum, --length, --pad and --trailing"
               : NULL;
}

unsigned request_version(const struct request *request)
{
    if (request->version != 0)
        return (unsigned)request->version;
    return given_v3_option(request) || request->max_resp > V2_RESPONSE_MOST ? 3 : 0;
}

static int check_query(const struct request *request, unsigned version, struct problem *problem)
{
    if (version == 1 && !address_is_none(request->group))
        return problem_set(problem, "--group: version 1 has no query for one group; -V 2 and -V 3 "
                                    "have");
    if (version == 1 && request->max_resp != INJECT_UNSET)
        return problem_set(problem, "--max-resp: a version 1 query does not say a response time; "
                                    "it is 10 s always");
    if (version == 2 && request->max_resp != INJECT_UNSET && request->max_resp < DECISECONDS)
        return problem_set(problem, "--max-resp: version 2 has 0.1 to 25.5 s; with 0 it would be "
                                    "a version 1 query (-V 1)");
    if (version == 2 && request->max_resp > V2_RESPONSE_MOST)
        return problem_set(problem, "--max-resp: version 2 has 0.1 to 25.5 s; -V 3 has up to "
                                    "3174.4 s");
    if (request->source_count > 0 && address_is_none(request->group))
        return problem_set(problem, "--sources: of which group? give it with --group");
    return 0;
}

int request_check_version(const struct request *request, unsigned version, struct problem *problem)
{
    const char *only_v3 = given_v3_option(request);

    if (version != 3 && only_v3)
        return problem_set(problem, "%s: version %u cannot say that, only version 3 can (-V 3)",
                           only_v3, version);
    if (version == 1 && request->kind == INJECT_LEAVE)
        return problem_set(problem, "--leave: version 1 has no leave, its hosts just fall silent");
    if (request->kind == INJECT_QUERY)
        return check_query(request, version, problem);
    return 0;
}

static int check_offline(const struct request *request, struct problem *problem)
{
    const char *of_sending = request->listen != INJECT_UNSET ? "--listen"
                             : request->wait != INJECT_UNSET ? "--wait"
                             : request->no_wait              ? "--no-wait"
                             : request->json                 ? "--json"
                             : request->host_count > 0       ? "--probe-host"
                                                             : NULL;
    if (of_sending)
        return problem_set(problem, "%s: nothing is sent with --hex or --write", of_sending);
    if (request->write && request->write[0] == '\0')
        return problem_set(problem, "--write: which file?");
    if (request->hex && request->write && strcmp(request->write, "-") == 0)
        return problem_set(problem, "--hex and --write - both want standard output");
    if (request->has_destination && !address_is_multicast(request->destination) &&
        !request->has_destination_mac)
        return problem_set(problem, "--dst-mac: which one? The MAC address of a host can be found "
                                    "out only when something is sent");
    return 0;
}

static int check_probe(const struct request *request, struct problem *problem)
{
    const char *of_frame = given_frame_option(request);

    if (of_frame)
        return problem_set(problem, "%s: --probe-host makes its queries itself", of_frame);
    if (request->no_wait || request->wait != INJECT_UNSET || request->interval != INJECT_UNSET)
        return problem_set(problem, "--wait, --no-wait and --interval: --probe-host waits as long "
                                    "as its queries say");
    if (request->count > INJECT_DELAYS_MOST)
        return problem_set(problem, "--count: at most %d with --probe-host", INJECT_DELAYS_MOST);
    if (request->has_host_mac && request->host_count > 1)
        return problem_set(problem, "--host-mac: of which host? probe one at a time with it");
    return 0;
}

int request_check(const struct request *request, struct problem *problem)
{
    if (request->interface && !links_is_name(request->interface))
        return problem_set(problem, "'%s' cannot be the name of an interface", request->interface);
    if (request->kinds_given > 1)
        return problem_set(problem, "one of --report, --leave and --record at a time; several "
                                    "groups go into one version 3 report, each with its --record");
    if (request->kind != INJECT_QUERY && given_query_option(request))
        return problem_set(problem, "%s: is for queries, not for reports and leaves",
                           given_query_option(request));
    if (request->priority != INJECT_UNSET && request->vlan == INJECT_UNSET)
        return problem_set(problem, "--pcp: the priority is in the tag; give --vlan too (--vlan 0 "
                                    "for a priority alone)");
    if (request->bad_checksum && request->length != INJECT_UNSET && request->length < 4)
        return problem_set(problem, "--bad-checksum: there is none in %d octets", request->length);
    if (request->kind != INJECT_QUERY && request->wait != INJECT_UNSET)
        return problem_set(problem, "--wait: reports and leaves are not answered");
    if (request->no_wait && request->wait != INJECT_UNSET)
        return problem_set(problem, "--wait and --no-wait exclude each other");
    if (request->has_host_mac && request->host_count == 0)
        return problem_set(problem, "--host-mac: goes with --probe-host; --dst-mac is where a "
                                    "frame goes to");
    if (request_is_offline(request) && check_offline(request, problem) < 0)
        return -1;
    if (request->host_count > 0 && check_probe(request, problem) < 0)
        return -1;
    unsigned version = request_version(request);
    return version != 0 ? request_check_version(request, version, problem) : 0;
}

static bool has_odd_group(const struct request *request)
{
    if (request->kind != INJECT_RECORDS)
        return !address_is_multicast(request->group) &&
               !(request->kind == INJECT_QUERY && address_is_none(request->group));
    for (unsigned i = 0; i < request->record_count; i++)
        if (!address_is_multicast(request->record[i].group))
            return true;
    return false;
}

const char *request_faults(const struct request *request, char *out, size_t size)
{
    const struct {
        bool is_given;
        const char *name;
    } fault[] = {
        {request->bad_checksum, "--bad-checksum"},
        {request->length != INJECT_UNSET, "--length"},
        {request->pad > 0, "--pad"},
        {request->trailing_length > 0, "--trailing"},
        /* Beyond this network a query for a group could be routed. */
        {request->ttl != INJECT_UNSET && request->ttl != 1, "--ttl"},
        {has_odd_group(request), "a group that is not multicast"},
    };
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof fault / sizeof *fault && used < size; i++)
        if (fault[i].is_given)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     fault[i].name);
    return out;
}
