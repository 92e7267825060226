/* SPDX-License-Identifier: MIT */
/* Floor 1. The names of the verdicts, as logs, JSON, metrics and test results spell them. */
#include "igmpq/verdict.h"

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_ACCEPTED: return "accepted";
    case VERDICT_NOT_IGMP: return "not-igmp";
    case VERDICT_CUT: return "cut";
    case VERDICT_TOO_MANY_TAGS: return "too-many-tags";
    case VERDICT_BAD_IP_HEADER: return "bad-ip-header";
    case VERDICT_BAD_IP_LENGTH: return "bad-ip-length";
    case VERDICT_BAD_IP_CHECKSUM: return "bad-ip-checksum";
    case VERDICT_FRAGMENT: return "fragment";
    case VERDICT_BAD_LENGTH: return "bad-length";
    case VERDICT_BAD_CHECKSUM: return "bad-checksum";
    case VERDICT_UNKNOWN_TYPE: return "unknown-type";
    case VERDICT_BAD_GROUP: return "bad-group";
    case VERDICT_BAD_SOURCE_COUNT: return "bad-source-count";
    case VERDICT_BAD_RECORD: return "bad-record";
    case VERDICT_WRONG_VLAN: return "wrong-vlan";
    case VERDICT_SEGMENT_DOWN: return "segment-down";
    case VERDICT_OWN: return "own";
    case VERDICT_LOOPED: return "looped";
    case VERDICT_SAME_HOST: return "same-host";
    case VERDICT_OWN_ADDRESS: return "own-address";
    case VERDICT_BAD_SOURCE: return "bad-source";
    case VERDICT_PROXY_QUERY: return "proxy-query";
    case VERDICT_OFF_SUBNET: return "off-subnet";
    case VERDICT_WRONG_DESTINATION: return "wrong-destination";
    case VERDICT_UNICAST_QUERY: return "unicast-query";
    case VERDICT_BAD_TTL: return "bad-ttl";
    case VERDICT_NO_ROUTER_ALERT: return "no-router-alert";
    case VERDICT_ODD_TOS: return "odd-tos";
    case VERDICT_DENIED: return "denied";
    case VERDICT_SPECIFIC_QUERY: return "specific-query";
    case VERDICT_IGNORED_LEAVE: return "ignored-leave";
    case VERDICT_SSM_RANGE: return "ssm-range";
    case VERDICT_NOT_TRACKED: return "not-tracked";
    case VERDICT_TABLE_FULL: return "table-full";
    case VERDICT_COUNT: break;
    }
    return "unknown";
}
