/* SPDX-License-Identifier: MIT */
/* Floor 4. The findings of a replay in words. */
#include <stdio.h>
#include <string.h>

#include "igmpq/report_finding.h"
#include "igmpq/text.h"
#include "replay.h"

#define WIDTH 96

static void print_finding(const struct replay *replay, const struct finding *finding)
{
    const struct segment *segment = engine_segment(replay->engine, finding->segment);
    char evidence[REPORT_FINDING_SIZE];
    struct finding_words words;

    report_finding(finding, replay->origin, &words);
    report_finding_evidence(finding, replay->origin, evidence);
    printf("\n%s %s: %s (%s)\n", finding_id_name(finding->id),
           finding_severity_name(finding->severity), report_finding_title(finding),
           segment ? segment->name : "?");
    text_print_wrapped(stdout, words.text, 4, WIDTH);
    text_print_wrapped(stdout, words.consequence, 4, WIDTH);
    text_print_wrapped(stdout, words.advice, 4, WIDTH);
    printf("    Evidence: %s.\n", evidence);
}

/** How many findings from the one at `first` on differ in who is concerned alone: the advice is the
 * same, since what is told in brief is told without it. */
static unsigned count_alike(const struct replay *replay, unsigned first)
{
    const struct findings *findings = replay->findings;
    const struct finding *one = findings_at(findings, first);
    struct finding_words words, others;
    unsigned count = 1;

    report_finding(one, replay->origin, &words);
    for (unsigned i = first + 1; i < findings_count(findings); i++, count++) {
        const struct finding *other = findings_at(findings, i);
        if (other->segment != one->segment || other->id != one->id ||
            other->severity != one->severity)
            break;
        report_finding(other, replay->origin, &others);
        if (strcmp(others.advice, words.advice) != 0)
            break;
    }
    return count;
}

/** `count` findings that are like those before them: what was seen, without what follows from it.
 */
static void print_likewise(const struct replay *replay, unsigned first, unsigned count)
{
    const struct finding *one = findings_at(replay->findings, first);
    const struct segment *segment = engine_segment(replay->engine, one->segment);
    struct finding_words words;

    printf("\n%s %s: %u more of these (%s)\n", finding_id_name(one->id),
           finding_severity_name(one->severity), count, segment ? segment->name : "?");
    for (unsigned i = 0; i < count && i < REPORT_FINDINGS_IN_BRIEF; i++) {
        report_finding(findings_at(replay->findings, first + i), replay->origin, &words);
        text_print_wrapped(stdout, words.text, 4, WIDTH);
    }
    if (count > REPORT_FINDINGS_IN_BRIEF)
        printf("    And %u more (--json lists all).\n", count - REPORT_FINDINGS_IN_BRIEF);
}

void replay_findings(const struct replay *replay)
{
    for (unsigned i = 0, alike; i < findings_count(replay->findings); i += alike) {
        alike = count_alike(replay, i);
        unsigned full = alike <= REPORT_FINDINGS_IN_FULL + 1 ? alike : REPORT_FINDINGS_IN_FULL;
        for (unsigned j = 0; j < full; j++)
            print_finding(replay, findings_at(replay->findings, i + j));
        if (alike > full)
            print_likewise(replay, i + full, alike - full);
    }
}
