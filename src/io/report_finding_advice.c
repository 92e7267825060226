/* SPDX-License-Identifier: MIT */
/* Floor 3. Findings in words: what comes of them and what to do, for someone at home. */
#include "report_finding_private.h"

/* ---- what happens, or will ---- */

/** " at about 383 s", " about 300 s ago", " in about 300 s". */
static void add_about(struct text_line *line, instant at, struct finding_clock clock)
{
    bool is_ago = clock.is_now && at < clock.origin;

    text_line_add(line, clock.is_now ? is_ago ? " about " : " in about " : " at about ");
    finding_line_seconds(line, is_ago ? clock.origin - at : at - clock.origin);
    text_line_add(line, is_ago ? " ago" : "");
}

static void stream_stops(struct text_line *line, const struct finding *finding, struct address host,
                         struct finding_clock clock)
{
    if (address_is_none(finding->group))
        return;
    bool is_past = finding->stops_at < (clock.is_now ? clock.origin : finding->last);
    finding_line_address(line, finding->group);
    text_line_add(line, is_past ? " stopped at " : " will stop at ");
    if (address_is_none(host))
        text_line_add(line, "its listeners");
    else
        finding_line_address(line, host);
    if (finding->stops_at != INSTANT_NEVER)
        add_about(line, finding->stops_at, clock);
    text_line_add(line, ". ");
}

static void silence_follows(struct text_line *line, const struct finding *finding,
                            struct finding_clock clock)
{
    if (finding->stops_at != INSTANT_NEVER)
        stream_stops(line, finding, finding->other, clock);
    text_line_add(line, "Without queries hosts do not report again, switches forget them, and "
                        "their streams stop after some minutes or go to every port.");
}

static const char *format_follows(const struct finding *finding)
{
    if (finding->detail & (FINDING_FLAW_CHECKSUM | FINDING_FLAW_LENGTH | FINDING_FLAW_DESTINATION))
        return "Hosts and switches may drop such queries, and then nobody is asked.";
    if (finding->detail & FINDING_FLAW_NO_ROUTER_ALERT)
        return "Strict hosts do not answer such queries and lose their streams; most others do.";
    if (finding->detail & FINDING_FLAW_TTL)
        return "Strict devices drop such queries, and other queriers may not yield to this one.";
    if (finding->detail & FINDING_FLAW_SPECIFIC_TO_ALL)
        return "All must accept them (RFC 3376 section 4.1.12), and nearly all do.";
    return "Nearly all devices accept them; a busy switch may treat them with less priority.";
}

static const char *consequence_of(const struct finding *finding)
{
    switch (finding->id) {
    case FINDING_PROXY_ONLY:
        return "One switch alone works so, but many switches do not take the port of such queries "
               "for a querier's, and a second switch would get no streams.";
    case FINDING_PROXIES_ONLY:
        return "No switch knows the way to the others: streams between switches stop or go to "
               "every port.";
    case FINDING_TWO_QUERIERS:
        return "Switches send everything to two places and hosts answer twice; if the two differ "
               "in settings, streams stop now and then.";
    case FINDING_DUPLICATE_QUERIER:
        return "Neither yields to the other, switches send reports now to one port and now to the "
               "other, and other traffic to that address fails as well.";
    case FINDING_OFF_SUBNET:
        return "Some hosts do not answer such a querier, and other queriers do not yield to it.";
    case FINDING_VERSION_MIX:
        return "Hosts fall back to the older version for minutes after each of its queries, and "
               "source-specific streams may not work meanwhile.";
    case FINDING_V1_QUERIER:
        return "Hosts stop telling that they leave, so streams go on for minutes after the last "
               "viewer went.";
    case FINDING_MISMATCH:
        return finding->detail & FINDING_MISMATCH_ADVERTISED
                   ? finding->measured > finding->limit
                         ? "Others reckon with the wrong interval: they take over too early."
                         : "Others reckon with the wrong interval: they take over too late for "
                           "streams to survive."
                   : "When the one takes over from the other, memberships may run out meanwhile "
                     "and streams stop for a while.";
    case FINDING_QUERY_FORMAT: return format_follows(finding);
    case FINDING_LONG_INTERVAL:
        return finding->measured > 2 * finding->limit
                   ? "Switches forget members, or where the querier is, before its next query: "
                     "streams stop until then, every time."
                   : "A single lost query or report lets switches forget a member, and its stream "
                     "stops until the next query.";
    case FINDING_LEAVE_IGNORED:
        return "The stream goes on for minutes after its last viewer left; or the switch cuts it "
               "at once, also for others at the same port.";
    case FINDING_PLACE:
        return finding->detail == FINDING_PLACE_FLOODED
                   ? "The switch seems not to snoop, so every stream goes to every port and loads "
                     "slow links such as Wi-Fi."
                   : "Either no host has joined anything, or reports do not get to this port; then "
                     "what is said here of hosts and groups is incomplete.";
    case FINDING_ALIAS:
        return address_is_link_local_multicast(finding->other_group)
                   ? "Switches that forward by MAC address, as most do, send this group to every "
                     "port always, members or not."
                   : "Switches that forward by MAC address, as most do, cannot tell the two apart: "
                     "who joins one gets both.";
    case FINDING_SSM_V2:
        return "Queriers ignore such reports, so the stream does not come, or stops.";
    case FINDING_DISPLACED:
        return "An IGMP proxy (many home routers are one, for television) passes on streams only "
               "while it is the querier: they stay away as long as it is not.";
    case FINDING_CADENCE:
        return finding->detail == FINDING_CADENCE_V1
                   ? "More load for every host, and no use."
                   : "Other queriers misjudge its pauses and may take over, and a long pause lets "
                     "switches forget members.";
    case FINDING_LATE_ANSWERS:
        return "Switches and queriers with short times forget this host between two answers, and "
               "its stream stutters.";
    case FINDING_BURST_ANSWERS:
        return "Slow switches may lose reports that come all at once, and the stream with them.";
    case FINDING_OLDER_ANSWERS:
        return "For these groups the whole network falls back to the older version, without "
               "choice of sources.";
    case FINDING_FLAPPING:
        return "At each change reports go to another port and streams may stop for seconds or "
               "minutes.";
    case FINDING_UNWANTED_DATA:
    case FINDING_OUTLIVED_DATA:
        if (finding->version > 0)
            return "Hosts that want it do not get it where switches snoop; where they do not, it "
                   "goes to every port.";
        return "Where this was captured at the querier's or the sender's port, it is as it should "
               "be; elsewhere the switch sends the stream where nobody wants it.";
    case FINDING_QUERY_STORM:
        return "Every host answers every query: the network and slow devices are loaded for "
               "nothing, and Wi-Fi suffers most.";
    case FINDING_TOO_SHORT:
        return "That nothing else was found here does not mean that all is well.";
    case FINDING_TABLE_FULL: return "From then on nothing was said about what is new.";
    case FINDING_CUT:
        return "What they said is missing here: queriers, members and faults may be there that are "
               "not told of.";
    case FINDING_LEAVE_CUTS:
        return "Its stream stopped with the leave of the other, and came back with that answer.";
    case FINDING_CROWD:
        return "Switches handle IGMP in software and drop what comes too fast: with a lost report "
               "a stream stops.";
    case FINDING_LOCAL_DATA:
        return "Switches send 224.0.0.x to every port always, members or not, and no router passes "
               "it on; slow links such as Wi-Fi are loaded with it.";
    case FINDING_REPORT_FORMAT:
        return finding->detail == FINDING_FLAW_TTL
                   ? "Strict queriers, as igmpqd is by default, ignore them; most others do not."
                   : "Queriers and switches ignore them: this host's streams do not come, or stop.";
    case FINDING_NO_QUERIER:
    case FINDING_REPORT_GAP:
    case FINDING_SILENT_HOST:
    case FINDING_ID_END: break; /* with times and addresses, below */
    }
    return "";
}

void finding_line_consequence(struct text_line *line, const struct finding *finding,
                              struct finding_clock clock)
{
    switch (finding->id) {
    case FINDING_NO_QUERIER: silence_follows(line, finding, clock); return;
    case FINDING_REPORT_GAP:
        stream_stops(line, finding, finding->address, clock);
        text_line_add(line, "It came back with the next report, after ");
        finding_line_seconds(line, finding->measured - finding->limit);
        text_line_add(line, " at the worst.");
        return;
    case FINDING_SILENT_HOST:
        stream_stops(line, finding, finding->address, clock);
        text_line_add(line, "Switches forget a host that does not answer, although it still "
                            "listens.");
        return;
    case FINDING_PROXY_ONLY:
    case FINDING_PROXIES_ONLY:
    case FINDING_TWO_QUERIERS:
    case FINDING_DUPLICATE_QUERIER:
    case FINDING_OFF_SUBNET:
    case FINDING_VERSION_MIX:
    case FINDING_V1_QUERIER:
    case FINDING_MISMATCH:
    case FINDING_QUERY_FORMAT:
    case FINDING_LONG_INTERVAL:
    case FINDING_LEAVE_IGNORED:
    case FINDING_PLACE:
    case FINDING_ALIAS:
    case FINDING_SSM_V2:
    case FINDING_DISPLACED:
    case FINDING_CADENCE:
    case FINDING_LATE_ANSWERS:
    case FINDING_BURST_ANSWERS:
    case FINDING_OLDER_ANSWERS:
    case FINDING_FLAPPING:
    case FINDING_UNWANTED_DATA:
    case FINDING_OUTLIVED_DATA:
    case FINDING_QUERY_STORM:
    case FINDING_TOO_SHORT:
    case FINDING_TABLE_FULL:
    case FINDING_CUT:
    case FINDING_LEAVE_CUTS:
    case FINDING_REPORT_FORMAT:
    case FINDING_LOCAL_DATA:
    case FINDING_CROWD:
    case FINDING_ID_END: break;
    }
    text_line_add(line, "%s", consequence_of(finding));
}

/* ---- what to do ---- */

static const char *format_advice(const struct finding *finding)
{
    if (!(finding->detail & ~(FINDING_FLAW_TOS | FINDING_FLAW_SPECIFIC_TO_ALL)))
        return "Nothing needs to be done; newer software of that device may mend it.";
    if (finding->detail & FINDING_FLAW_CHECKSUM)
        return "Look for a faulty network card, or one that leaves checksums to its hardware; "
               "otherwise update that device, or switch its querier off and use another.";
    return "Update that device's software; if that does not help, switch its querier off and use "
           "another.";
}

static const char *silence_advice(const struct finding *finding)
{
    if (finding->detail & FINDING_SILENCE_ONLY_DATA)
        return "Look first whether the capture had a filter that left IGMP out, such as udp, or "
               "was made where none comes (ether multicast takes all). Otherwise switch on the "
               "IGMP querier of your router or switch, or run igmpqd.";
    if (finding->detail & FINDING_SILENCE_ELSEWHERE)
        return "Queries were heard on another network or VLAN, and a querier serves its own "
               "alone: let one query on this one as well. If a mirror port shows the frames of "
               "one VLAN now with and now without its tag, capture at one port alone.";
    return "Switch on the IGMP querier of your router or switch, or run igmpqd on a machine "
           "that is always on; if there is one, find out why it stops.";
}

static const char *advice_of(const struct finding *finding)
{
    switch (finding->id) {
    case FINDING_NO_QUERIER: return silence_advice(finding);
    case FINDING_PROXY_ONLY:
    case FINDING_PROXIES_ONLY:
        return "Give one switch an address in this network for its querier, or run igmpqd on a "
               "machine that has one.";
    case FINDING_TWO_QUERIERS:
        return "Switch off the querier of one of the two. If both should stay, update the one "
               "with the higher address, and look whether a switch between them blocks queries.";
    case FINDING_DUPLICATE_QUERIER: return "Give one of the two devices another address.";
    case FINDING_OFF_SUBNET:
        return "Give that querier an address of this network, or switch it off; look also whether "
               "two networks are connected that should not be.";
    case FINDING_VERSION_MIX:
        return "Set all queriers to the same version: 2, unless you need source-specific streams "
               "and all switches know version 3.";
    case FINDING_V1_QUERIER: return "Set that querier to version 2, or replace it.";
    case FINDING_MISMATCH:
        return finding->detail & FINDING_MISMATCH_ADVERTISED
                   ? "Set that querier's interval anew, restart it or update it; look also whether "
                     "another device queries with its address."
                   : "Set the same query interval, response time and robustness on all queriers of "
                     "this network.";
    case FINDING_QUERY_FORMAT: return format_advice(finding);
    case FINDING_LONG_INTERVAL:
        return "Set that querier's interval to 60 s and its response time to 10 s, or raise the "
               "time after which the switches forget members and queriers.";
    case FINDING_REPORT_GAP:
        return "Shorten the query interval to 60 s, so that a lost query or report does no harm "
               "and another querier takes over in time; look also why the querier fell silent, or "
               "where frames are lost.";
    case FINDING_LEAVE_IGNORED:
        return "Set the querier to version 2 or 3 and update it; switch on fast leave only where "
               "each port has a single host.";
    case FINDING_PLACE:
        return finding->detail == FINDING_PLACE_FLOODED
                   ? "Switch on IGMP snooping on the switch, for this VLAN as well."
                   : "Capture at the querier or at a mirror of its port; if hosts should be there, "
                     "look for a firewall on them that drops IGMP.";
    case FINDING_ALIAS:
        return address_is_link_local_multicast(finding->other_group)
                   ? "Choose another group for the sender, such as 239.1.2.3: not x.0.0.y and not "
                     "x.128.0.y."
                   : "Choose groups that differ in the last two numbers.";
    case FINDING_SSM_V2:
        if (finding->other_version > 0)
            return "Set that querier to version 3, if all switches know it; otherwise use a group "
                   "outside of 232.x.x.x.";
        return "Let the program name its source (version 3), remove the host's "
               "setting for the old version, or use a group outside of 232.x.x.x.";
    case FINDING_DISPLACED:
        return "Let the home router be the querier: switch the other one off, give it the higher "
               "address, or run igmpqd in backup mode.";
    case FINDING_CADENCE:
        return finding->detail == FINDING_CADENCE_V1
                   ? "Set that querier to version 2."
                   : "Update that querier, or use another; look also for lost frames on the way, "
                     "and for a querier that restarts.";
    case FINDING_SILENT_HOST:
        return "Allow IGMP (IP protocol 2) in that host's firewall, and look whether queries get "
               "through to its port, above all over Wi-Fi.";
    case FINDING_LATE_ANSWERS:
        return "Look for a host that is overloaded or asleep (Wi-Fi power saving), or raise the "
               "querier's response time.";
    case FINDING_BURST_ANSWERS:
        return "Nothing needs to be done unless streams stop; then update that host's system.";
    case FINDING_OLDER_ANSWERS:
        return "If the host could do more, remove its setting for the old version; otherwise set "
               "the querier to that version.";
    case FINDING_FLAPPING:
        return "Set the same query interval on both, and look why the lower one falls silent: "
               "restarts, a bad cable, lost frames.";
    case FINDING_UNWANTED_DATA:
    case FINDING_OUTLIVED_DATA:
        if (finding->version > 0)
            return "Set the querier to version 3: in older versions no host can ask for a group of "
                   "this range, whose sources must be named. Or use a group outside of 232.x.x.x.";
        if (finding->detail == FINDING_OUTLIVED_SILENT && finding->id == FINDING_OUTLIVED_DATA)
            return "If that host still wants it, allow IGMP (IP protocol 2) in its firewall: it "
                   "does not answer queries. Otherwise, if the stream arrives at an ordinary port, "
                   "switch "
                   "on IGMP snooping, and the option not to flood unknown multicast.";
        return "If it arrives at an ordinary port, switch on IGMP snooping, and the option not to "
               "flood unknown multicast; or stop the sender.";
    case FINDING_QUERY_STORM:
        return "Look for a loop (two cables between the same switches) and for a querier with a "
               "very short interval; pull one cable or switch that querier off.";
    case FINDING_TOO_SHORT: return "Capture for five minutes or more.";
    case FINDING_CUT: return "Capture again with whole frames: tcpdump -s 0, or -s 512.";
    case FINDING_LEAVE_CUTS:
        return "Switch off fast leave (immediate leave) where several hosts are behind one port, "
               "as behind another switch or an access point; otherwise look why queries to that "
               "group "
               "do not get to the host that stayed.";
    case FINDING_CROWD:
        return "Set that querier's maximum response time to 10 s, over which hosts then spread "
               "their answers.";
    case FINDING_LOCAL_DATA:
        /* pfsync knows no other group. */
        return address_equal(finding->group, address_of(224, 0, 0, 240))
                   ? "If that is pfsync, give the firewalls a link or a VLAN of their own for it, "
                     "or let each send to the other's address (syncpeer)."
                   : "Choose another group for the sender, such as 239.1.2.3.";
    case FINDING_REPORT_FORMAT:
        return "Update that host's software; until then enter its groups at its port in the switch "
               "by hand (static members).";
    case FINDING_TABLE_FULL:
        return "Capture one network or VLAN at a time, or watch out for a device that makes up "
               "addresses.";
    case FINDING_ID_END: break;
    }
    return "";
}

void finding_line_advice(struct text_line *line, const struct finding *finding,
                         struct finding_clock clock)
{
    /* Who watches on has no capture to make. */
    if (clock.is_now && finding->id == FINDING_TOO_SHORT)
        text_line_add(line, "Ask again in five minutes.");
    else if (clock.is_now && finding->id == FINDING_TABLE_FULL)
        text_line_add(line, "Watch out for a device that makes up addresses.");
    else if (clock.is_now && finding->id == FINDING_PLACE &&
             finding->detail == FINDING_PLACE_NO_REPORTS)
        text_line_add(line, "If hosts should be there, look for a firewall on them that drops "
                            "IGMP, and whether the switch takes this port for a querier's.");
    else
        text_line_add(line, "%s", advice_of(finding));
}
