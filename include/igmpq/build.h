/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. The one and only sequence of octets for an envelope and an IGMP payload, made with
 * libnet. A LIBNET_NONE handle needs no privilege, so every program builds alike; golden frames pin
 * the result.
 */
#ifndef IGMPQ_BUILD_H
#define IGMPQ_BUILD_H

#include "igmpq/base.h"
#include "igmpq/frame.h"
#include "igmpq/igmp.h"
#include "igmpq/problem.h"

struct builder;

/** NULL with a sentence when there is no memory or libnet says no. */
struct builder *builder_open(struct problem *problem);
/** NULL is fine. */
void builder_close(struct builder *builder);

/**
 * A complete Ethernet frame without FCS: optional 802.1Q tag, IPv4 (ID 0, DF, Router Alert if the
 * envelope says so), the payload as given (its checksum is the caller's), zero padding to 60
 * octets, 64 when tagged. Returns the length, or -1 when it does not fit in `capacity` or libnet
 * says no.
 */
int build_frame(struct builder *builder, const struct envelope *envelope, struct octets payload,
                uint8_t *out, size_t capacity, struct problem *problem);

/** igmp_encode_query() and build_frame() in one. */
int build_query(struct builder *builder, const struct envelope *envelope,
                const struct igmp_query *query, uint8_t *out, size_t capacity,
                struct problem *problem);

#endif
