/* SPDX-License-Identifier: MIT */
/* Floor 4. The events of the recent past. */
#include "daemon_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ring {
    struct recorded *recorded;
    char (*text)[REPORT_SIZE]; /* NULL: not kept */
    size_t size;
    uint64_t added;
};

struct event_log {
    struct ring notable, routine;
    uint64_t last;
};

static bool ring_make(struct ring *ring, size_t size, bool has_text)
{
    ring->size = size;
    ring->recorded = calloc(size, sizeof *ring->recorded);
    ring->text = has_text ? calloc(size, sizeof *ring->text) : NULL;
    return ring->recorded && (ring->text || !has_text);
}

struct event_log *event_log_open(void)
{
    struct event_log *log = calloc(1, sizeof *log);

    if (!log)
        return NULL;
    if (ring_make(&log->notable, EVENTS_NOTABLE, true) &&
        ring_make(&log->routine, EVENTS_ROUTINE, false))
        return log;
    event_log_close(log);
    return NULL;
}

void event_log_close(struct event_log *log)
{
    if (!log)
        return;
    free(log->notable.recorded);
    free(log->notable.text);
    free(log->routine.recorded);
    free(log);
}

void event_log_add(struct event_log *log, const struct event *event, const char *name,
                   const char *segment, enum log_level level, const char *text)
{
    struct ring *ring = level == LOG_LEVEL_DEBUG ? &log->routine : &log->notable;
    size_t place = (size_t)(ring->added++ % ring->size);
    struct recorded *recorded = &ring->recorded[place];

    *recorded =
        (struct recorded){.event = *event, .name = name, .serial = ++log->last, .level = level};
    snprintf(recorded->segment, sizeof recorded->segment, "%s", segment);
    if (ring->text) {
        snprintf(ring->text[place], sizeof ring->text[place], "%s", text);
        recorded->text = ring->text[place];
    }
}

static size_t ring_count(const struct ring *ring)
{
    return ring->added < ring->size ? (size_t)ring->added : ring->size;
}

/** The one that is `index` behind the oldest. */
static const struct recorded *ring_at(const struct ring *ring, size_t index)
{
    return &ring->recorded[(ring->added - ring_count(ring) + index) % ring->size];
}

static const struct recorded *ring_next(const struct ring *ring, uint64_t after)
{
    size_t low = 0, high = ring_count(ring);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ring_at(ring, middle)->serial > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low < ring_count(ring) ? ring_at(ring, low) : NULL;
}

const struct recorded *event_log_next(const struct event_log *log, uint64_t after)
{
    const struct recorded *notable = ring_next(&log->notable, after);
    const struct recorded *routine = ring_next(&log->routine, after);

    if (!notable || !routine)
        return notable ? notable : routine;
    return notable->serial < routine->serial ? notable : routine;
}

uint64_t event_log_before(const struct event_log *log, uint64_t count)
{
    size_t notable = ring_count(&log->notable), routine = ring_count(&log->routine);

    for (; count > 0 && notable + routine > 0; count--) {
        bool is_notable =
            routine == 0 || (notable > 0 && ring_at(&log->notable, notable - 1)->serial >
                                                ring_at(&log->routine, routine - 1)->serial);
        if (is_notable)
            notable--;
        else
            routine--;
    }
    uint64_t before = notable > 0 ? ring_at(&log->notable, notable - 1)->serial : 0;
    uint64_t other = routine > 0 ? ring_at(&log->routine, routine - 1)->serial : 0;
    return before > other ? before : other;
}

uint64_t event_log_last(const struct event_log *log)
{
    return log->last;
}
