/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Findings in words, for a person at home: what was seen, what comes of it, what to do.
 * Beside report.h, which does the same for events.
 */
#ifndef IGMPQ_REPORT_FINDING_H
#define IGMPQ_REPORT_FINDING_H

#include "igmpq/findings.h"

#define REPORT_FINDING_SIZE 512

/** Of findings with the same number, severity and segment, as of each of a hundred members, a
 * person is told some in full, and what was seen alone of some more. */
#define REPORT_FINDINGS_IN_FULL  3
#define REPORT_FINDINGS_IN_BRIEF 10

/** Each one or two sentences, ending with a full stop, never empty, without the segment's name. */
struct finding_words {
    char text[REPORT_FINDING_SIZE];        /* what was seen, with addresses and figures */
    char consequence[REPORT_FINDING_SIZE]; /* what happens, or will */
    char advice[REPORT_FINDING_SIZE];      /* what to do about it */
};

/** A few words that name what was found: "no querier", "two queriers at once"; static. */
const char *report_finding_title(const struct finding *finding);

/**
 * The words of one finding. Instants in them are told as seconds since `start` (the first frame,
 * or when the daemon began to watch).
 */
void report_finding(const struct finding *finding, instant start, struct finding_words *out);

/** The same for who watches on, `now`: instants are told as "300 s ago" and "in 300 s". */
void report_finding_now(const struct finding *finding, instant now, struct finding_words *out);

/** Where to look: "frame 7 at 12.5 s", "12 times from 0 s (frame 1) to 300.25 s (frame 77)". */
void report_finding_evidence(const struct finding *finding, instant start,
                             char out[REPORT_FINDING_SIZE]);

#endif
