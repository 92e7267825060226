/* SPDX-License-Identifier: MIT */
/* Floor 3. What the parts of the words about findings share: report_finding.c and
 * report_finding_host.c (what was seen), report_finding_advice.c (what comes of it, what to do). */
#ifndef IGMPQ_REPORT_FINDING_PRIVATE_H
#define IGMPQ_REPORT_FINDING_PRIVATE_H

#include <stdarg.h>
#include <stdio.h>

#include "igmpq/report_finding.h"
#include "igmpq/text.h"

/** Text that grows to the right and is cut, not overrun, at the end of its buffer. */
struct finding_line {
    char *text;
    size_t size, used;
};

void finding_line_add(struct finding_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** "12.345 s", to the millisecond. */
void finding_line_seconds(struct finding_line *line, duration span);
void finding_line_address(struct finding_line *line, struct address address);
/** "192.168.1.20 (02:00:00:00:00:14)"; the address alone when there is no MAC address. */
void finding_line_who(struct finding_line *line, struct address address, struct mac mac);

/* What was seen, one sentence each (report_finding_host.c). */
void finding_tell_gap(struct finding_line *line, const struct finding *finding);
void finding_tell_leave(struct finding_line *line, const struct finding *finding);
void finding_tell_place(struct finding_line *line, const struct finding *finding);
void finding_tell_alias(struct finding_line *line, const struct finding *finding);
void finding_tell_old_report(struct finding_line *line, const struct finding *finding);
void finding_tell_silent(struct finding_line *line, const struct finding *finding);
void finding_tell_late(struct finding_line *line, const struct finding *finding);
void finding_tell_burst(struct finding_line *line, const struct finding *finding);
void finding_tell_older(struct finding_line *line, const struct finding *finding);
void finding_tell_data(struct finding_line *line, const struct finding *finding);

/** What happens, or will. */
void finding_line_consequence(struct finding_line *line, const struct finding *finding,
                              instant start);
/** What to do about it. */
void finding_line_advice(struct finding_line *line, const struct finding *finding);

#endif
