/* SPDX-License-Identifier: MIT */
/* Floor 4. From a request to octets: the IGMP message, the frame around it, the faults asked for.
 */
#ifndef IGMPQ_INJECT_MESSAGE_H
#define IGMPQ_INJECT_MESSAGE_H

#include "igmpq/build.h"
#include "inject_options.h"

#define INJECT_FRAME_MOST (2 * FRAME_MAX) /* with --trailing */
#define INJECT_TEXT_SIZE  160

/** What the options leave open. */
struct choice {
    unsigned version;
    unsigned robustness; /* version 3: unless --qrv and --qqi say otherwise */
    duration query_interval;
    struct address source;
    struct mac source_mac;
    struct mac destination_mac; /* where the destination is a host's address; else none */
};

/** A finished frame and what is in it. */
struct made {
    struct envelope envelope;
    uint8_t payload[IGMP_LENGTH_MAX];
    size_t payload_length;
    uint8_t frame[INJECT_FRAME_MOST];
    size_t length;
};

/** 0, or -1 with a sentence. */
int message_make(struct builder *builder, const struct request *request,
                 const struct choice *choice, struct made *out, struct problem *problem);

/** Where it goes: --dst, or what its kind wants. */
struct address message_destination(const struct request *request, unsigned version);

/** The response time that a query of that version says, as its receivers read it. */
duration message_max_response(const struct request *request, unsigned version);

/** "version 2 general query", "version 3 report of 2 records"; returns out. */
const char *message_describe(const struct request *request, unsigned version,
                             char out[INJECT_TEXT_SIZE]);

/** Tell of each value that the wire cannot say exactly. */
void message_tell_rounding(const struct request *request, unsigned version,
                           void (*tell)(const char *text));

#endif
