/* SPDX-License-Identifier: MIT */
/* Floor 3. What the parts of the words about findings share: report_finding.c and
 * report_finding_host.c (what was seen), report_finding_advice.c (what comes of it, what to do). */
#ifndef IGMPQ_REPORT_FINDING_PRIVATE_H
#define IGMPQ_REPORT_FINDING_PRIVATE_H

#include <stdio.h>

#include "igmpq/report_finding.h"
#include "igmpq/text.h"

/** "12.345 s", to the millisecond. */
void finding_line_seconds(struct text_line *line, duration span);
void finding_line_address(struct text_line *line, struct address address);

/* What was seen, one sentence each (report_finding_host.c). */
void finding_tell_gap(struct text_line *line, const struct finding *finding);
void finding_tell_leave(struct text_line *line, const struct finding *finding);
void finding_tell_cut_by_leave(struct text_line *line, const struct finding *finding);
void finding_tell_place(struct text_line *line, const struct finding *finding);
void finding_tell_alias(struct text_line *line, const struct finding *finding);
void finding_tell_old_report(struct text_line *line, const struct finding *finding);
void finding_tell_silent(struct text_line *line, const struct finding *finding);
void finding_tell_late(struct text_line *line, const struct finding *finding);
void finding_tell_burst(struct text_line *line, const struct finding *finding);
void finding_tell_older(struct text_line *line, const struct finding *finding);
void finding_tell_data(struct text_line *line, const struct finding *finding);
void finding_tell_local_data(struct text_line *line, const struct finding *finding);

/** What instants are told from. */
struct finding_clock {
    instant origin; /* the start; of who watches on: now */
    bool is_now;
};

/** What happens, or will. */
void finding_line_consequence(struct text_line *line, const struct finding *finding,
                              struct finding_clock clock);
/** What to do about it. */
void finding_line_advice(struct text_line *line, const struct finding *finding,
                         struct finding_clock clock);

#endif
