/* SPDX-License-Identifier: MIT */
/* Floor 4. The timeline, line by line: for people or as JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "igmpq/report.h"
#include "igmpq/text.h"
#include "replay.h"

const char *replay_output_wall(const struct replay *replay, instant at, char out[40])
{
    int64_t seconds = at / SECONDS, rest = at % SECONDS;
    struct tm broken;

    if (rest < 0) {
        seconds--;
        rest += SECONDS;
    }
    time_t when = (time_t)seconds;
    bool is_good = replay->options->is_local ? localtime_r(&when, &broken) != NULL
                                             : gmtime_r(&when, &broken) != NULL;
    size_t used = is_good ? strftime(out, 40, "%Y-%m-%d %H:%M:%S", &broken) : 0;
    snprintf(out + used, 40 - used, ".%06d", (int)rest);
    return out;
}

const char *replay_output_relative(const struct replay *replay, instant at, char out[40])
{
    duration span = at - replay->origin;
    uint64_t size = span < 0 ? (uint64_t)-span : (uint64_t)span;

    snprintf(out, 40, "%s%" PRIu64 ".%06" PRIu64, span < 0 ? "-" : "", size / SECONDS,
             size % SECONDS);
    return out;
}

void replay_note_trouble(struct replay *replay, const char *text)
{
    char before[sizeof replay->trouble.text];

    if (!replay->has_trouble) {
        problem_set(&replay->trouble, "%s", text);
    } else if (strstr(replay->trouble.text, text) == NULL) {
        memcpy(before, replay->trouble.text, sizeof before);
        problem_set(&replay->trouble, "%s; %s", before, text);
    }
    replay->has_trouble = true;
}

void replay_note_no_memory(struct replay *replay)
{
    replay_note_trouble(replay, "no memory: the answer is not complete");
}

void replay_output_line(struct replay *replay, char *line)
{
    if (line == NULL) {
        replay_note_no_memory(replay);
        return;
    }
    puts(line);
    free(line);
}

static void print_entry(const struct replay *replay, instant at, const char *segment,
                        const char *text, uint64_t number)
{
    char relative[40], wall[40];

    printf("%14s  %s  %-8s  %s", replay_output_relative(replay, at, relative),
           replay_output_wall(replay, at, wall), segment, text);
    if (number > 0)
        printf("  [frame %" PRIu64 "]", number);
    putchar('\n');
}

void replay_output_begin(struct replay *replay)
{
    const struct replay_options *options = replay->options;
    char own[TEXT_PREFIX_SIZE];

    if (options->output == REPLAY_JSON) {
        struct json_header header = {"igmpq-replay", replay->input, replay_link_name(replay->link),
                                     options->is_as ? "as" : "observe"};
        replay_output_line(replay, json_line_header(&header));
    }
    if (options->output != REPLAY_TIMELINE)
        return;
    printf("%s (%s), ", replay->input, replay_link_name(replay->link));
    if (options->is_as)
        printf("as %s:\n", text_prefix(options->as, own));
    else
        printf("observed:\n");
}

void replay_output_remark(struct replay *replay, const char *text)
{
    if (replay->options->output == REPLAY_TIMELINE)
        print_entry(replay, replay->now, "", text, 0);
}

void replay_output_event(struct replay *replay, const struct event *event, uint64_t number)
{
    const struct replay_options *options = replay->options;
    const struct segment *segment = engine_segment(replay->engine, event->segment);
    char text[REPORT_SIZE + 64];

    if (options->output == REPLAY_JSON)
        replay_output_line(replay, json_line_event(event, segment, 0));
    if (options->output != REPLAY_TIMELINE)
        return;
    report_event(event, segment, text);
    if (event->kind == EVENT_ROLE && event->cause == ELECTION_START) {
        size_t used = strlen(text); /* as the daemon logs it */
        snprintf(text + used, sizeof text - used,
                 "; start %" PRId64 ".%06" PRId64 ", seed %" PRIu64, event->at / SECONDS,
                 event->at % SECONDS, options->seed);
    }
    print_entry(replay, event->at, segment->name, text, number);
}

void replay_output_frame(struct replay *replay, instant at)
{
    const struct received *received = &replay->received;
    const struct segment *segment = received->segment == ENGINE_NO_SEGMENT
                                        ? NULL
                                        : engine_segment(replay->engine, received->segment);
    char text[REPORT_SIZE];

    if (replay->options->output == REPLAY_JSON)
        replay_output_line(replay, json_line_frame(replay->frames, at, segment, received));
    if (replay->options->output != REPLAY_TIMELINE)
        return;
    report_frame(received, text);
    print_entry(replay, at, segment ? segment->name : "-", text, replay->frames);
}
