/* SPDX-License-Identifier: MIT */
/*
 * Floor 1. The link layers below IPv4: where the packet begins, and from whom and on which VLAN it
 * came. A part of frame_decode(), for it alone.
 */
#ifndef IGMPQ_LINK_LAYER_H
#define IGMPQ_LINK_LAYER_H

#include "igmpq/base.h"
#include "igmpq/frame.h"
#include "igmpq/verdict.h"

/**
 * Decode the link layer of one frame.
 *
 * `wire_length` is at least `captured.length`. The caller has zeroed `*out`; MACs, direction,
 * interface and VLAN are written as far as they can be read, whatever the verdict. On
 * VERDICT_ACCEPTED an IPv4 packet begins at `*ip_offset`, at or before the end of the capture. Else
 * VERDICT_NOT_IGMP, VERDICT_CUT or VERDICT_TOO_MANY_TAGS.
 */
enum verdict link_layer_decode(enum link_type link, struct octets captured, size_t wire_length,
                               struct frame *out, size_t *ip_offset);

#endif
