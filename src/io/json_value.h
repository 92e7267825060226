/* SPDX-License-Identifier: MIT */
/* Floor 3. How single values look in JSON; a part of json_*.c, for them alone. */
#ifndef IGMPQ_IO_JSON_VALUE_H
#define IGMPQ_IO_JSON_VALUE_H

#include <jansson.h>

#include "igmpq/base.h"
#include "igmpq/segment.h"

/** "1235470907.698870"; null for NEVER. */
json_t *json_value_time(instant at);
/** The same of a time on the daemon's clock; `wall` leads from there to the epoch. */
json_t *json_value_wall(instant at, duration wall);
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

/** Text of whatever octets: where it is no UTF-8, '?' for everything that is not ASCII. */
json_t *json_value_text(const char *text);

/** A new object with its "type". */
json_t *json_value_object(const char *type);
/**
 * Add a member, or an element. What has no memory for all that belongs to it becomes NULL, to which
 * nothing can be added any more, and so does what that belongs to: nobody is told half of a line.
 */
void json_value_put(json_t **object, const char *key, json_t *value);
void json_value_append(json_t **array, json_t *value);

/** What json_line_event() tells, to be added to. `segment` may be NULL. */
json_t *json_value_event(const struct event *event, const char *segment, duration wall);
/** What json_line_group() tells, to be added to, with at most so many sources. */
json_t *json_value_group(const struct group *group, const struct segment *segment,
                         unsigned most_sources, instant now, duration wall);
/** "sources" and "blocked": those from `first` on, at most so many. */
void json_value_add_sources(json_t **object, const struct group *group, unsigned first,
                            unsigned most, instant now);

/** The line, and the object is gone; NULL when anything did not fit into memory. */
char *json_value_line(json_t *object);

#endif
