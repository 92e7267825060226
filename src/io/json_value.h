/* SPDX-License-Identifier: MIT */
/* Floor 3. How single values look in JSON; a part of json_*.c, for them alone. */
#ifndef IGMPQ_IO_JSON_VALUE_H
#define IGMPQ_IO_JSON_VALUE_H

#include <jansson.h>

#include "igmpq/base.h"
#include "igmpq/segment.h"

/** "1235470907.698870"; null for NEVER. */
json_t *json_value_time(instant at);
/** "12.000000"; null for NEVER. */
json_t *json_value_span(duration span);
json_t *json_value_address(struct address address);
/** null for none. */
json_t *json_value_address_or_null(struct address address);
/** null for none. */
json_t *json_value_mac(struct mac mac);
json_t *json_value_count(uint64_t count);
/** Its name; null for NULL. */
json_t *json_value_segment(const struct segment *segment);

/** A new object with its "type". */
json_t *json_value_object(const char *type);

/** What json_line_event() tells, to be added to. `segment` may be NULL. */
json_t *json_value_event(const struct event *event, const char *segment, duration wall);
/** What json_line_group() tells, to be added to, with at most so many sources. */
json_t *json_value_group(const struct group *group, const struct segment *segment,
                         unsigned most_sources, instant now, duration wall);
/** "sources" and "blocked": those from `first` on, at most so many. */
void json_value_add_sources(json_t *object, const struct group *group, unsigned first,
                            unsigned most, instant now);

/** The line, and the object is gone; NULL when anything did not fit into memory. */
char *json_value_line(json_t *object);

#endif
