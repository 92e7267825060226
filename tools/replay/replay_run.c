/* SPDX-License-Identifier: MIT */
/* Floor 4. The engine on the capture's clock: frames before timers at equal times. */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "igmpq/clock.h"
#include "igmpq/text.h"

/* A capture that leaps further is several captures, or damaged: what was due meanwhile is done
 * late, and once. */
#define LEAP_MOST (7 * 86400 * SECONDS)
/* The daemon's own query may be recorded a little before its clock, which is not the recorder's,
 * said that it was due. */
#define ECHO_EARLY (50 * MILLISECONDS)
/* Live: what was captured before a timer ran out may be read after it. */
#define LIVE_LAG (100 * MILLISECONDS)

#define PROGRESS_FRAMES 16384
#define PROGRESS_AFTER  (1 * SECONDS)
#define PROGRESS_EVERY  (200 * MILLISECONDS)

const char *replay_link_name(enum link_type link)
{
    switch (link) {
    case LINK_ETHERNET: return "ethernet";
    case LINK_COOKED_V1: return "linux-cooked-v1";
    case LINK_COOKED_V2: return "linux-cooked-v2";
    case LINK_RAW_IP: return "raw-ip";
    case LINK_BSD_LOOPBACK: return "bsd-loopback";
    case LINK_80211: return "802.11";
    case LINK_80211_RADIOTAP: return "802.11-radiotap";
    case LINK_TYPE_COUNT: break;
    }
    return "?";
}

static void record_query(struct replay *replay, instant at, const struct query *query)
{
    uint8_t frame[FRAME_MAX];
    struct envelope envelope = query->envelope;
    struct problem problem;

    if (replay->recorder == NULL)
        return;
    if (mac_is_none(envelope.source_mac)) {
        /* Nobody said which: one that is administered locally, with the address in it. */
        uint32_t own = replay->options->as.address.ipv4;
        envelope.source_mac = (struct mac){{0x02, 0, (uint8_t)(own >> 24), (uint8_t)(own >> 16),
                                            (uint8_t)(own >> 8), (uint8_t)own}};
    }
    int length =
        build_query(replay->builder, &envelope, &query->message, frame, sizeof frame, &problem);
    if (length < 0)
        replay_note_trouble(replay, problem.text);
    else
        recorder_add(replay->recorder, at, (struct octets){frame, (size_t)length});
}

/** Tell and record what the core gave out; `number` of the frame that it is about, 0: a timer. */
static void empty_outbox(struct replay *replay, instant at, uint64_t number)
{
    struct outbox *outbox = &replay->outbox;

    for (unsigned i = 0; i < outbox->query_count; i++)
        record_query(replay, at, &outbox->query[i]);
    for (unsigned i = 0; i < outbox->event_count; i++) {
        replay_lan_event(replay, &outbox->event[i]);
        replay_output_event(replay, &outbox->event[i], number);
    }
    outbox_clear(outbox);
}

/** What is due at `at`: nothing may be left over. */
static void tick(struct replay *replay, instant at)
{
    do {
        engine_tick(replay->engine, at, &replay->outbox);
        empty_outbox(replay, at, 0);
    } while (engine_deadline(replay->engine) <= at);
}

static void leap(struct replay *replay, instant at)
{
    char text[96], span[TEXT_DURATION_SIZE];

    snprintf(text, sizeof text, "the capture leaps by %s s here",
             text_seconds(at - replay->now, span));
    replay_output_remark(replay, text);
    replay->now = at;
    tick(replay, at);
}

/** Time passes to `at`: all that was due before it is done, each thing at its own time. */
static void pass(struct replay *replay, instant at)
{
    instant due;

    if (replay->has_begun && at - replay->now > LEAP_MOST && engine_deadline(replay->engine) < at)
        leap(replay, at);
    while ((due = engine_deadline(replay->engine)) < at) {
        if (due > replay->now)
            replay->now = due;
        tick(replay, replay->now);
    }
    if (at > replay->now)
        replay->now = at;
}

static void start_own(struct replay *replay, instant at)
{
    const struct replay_options *options = replay->options;
    const struct identity identity = {
        .is_up = true,
        .mac = options->mac,
        .own = options->as,
        .is_proxy = address_is_none(options->as.address),
    };

    pass(replay, at);
    replay->has_started = true;
    engine_link(replay->engine, at, replay->own, &identity, &replay->outbox);
    empty_outbox(replay, at, 0);
}

/** The clock starts with the first frame, or with the daemon that is played, whichever is first. */
static void begin(struct replay *replay, instant at)
{
    const struct replay_options *options = replay->options;

    replay->now = replay->origin = at;
    if (options->is_as && options->has_start && !options->start_is_relative && options->start < at)
        replay->now = replay->origin = options->start;
    replay->has_begun = true;
}

static instant start_of(const struct replay *replay)
{
    const struct replay_options *options = replay->options;

    if (!options->has_start)
        return replay->origin;
    return options->start_is_relative ? instant_after(replay->origin, options->start)
                                      : options->start;
}

/** Our own query, recorded a moment before it is due here: then it is due now. */
static void meet_echo(struct replay *replay, const struct captured_frame *captured)
{
    struct frame frame;
    instant due = engine_deadline(replay->engine);

    if (!replay->has_started || due > replay->now + ECHO_EARLY)
        return;
    frame_decode(replay->link, captured->captured, captured->wire_length, &frame);
    if (frame.protocol != 2 || !address_equal(frame.source, replay->options->as.address))
        return;
    replay->now = due;
    tick(replay, due);
}

/** The engine's port of a frame: one, but for captures on all interfaces at once that tell which.
 */
static unsigned port_of(struct replay *replay, struct octets captured)
{
    if (replay->link != LINK_COOKED_V2 || replay->options->is_as)
        return 0;
    uint32_t index = octets_be32(captured, 4);
    for (unsigned i = 0; i < replay->interface_count; i++)
        if (replay->interface[i] == index)
            return i;
    unsigned most = sizeof replay->interface / sizeof *replay->interface;
    if (replay->interface_count < most)
        replay->interface[replay->interface_count++] = index;
    return replay->interface_count - 1;
}

static enum verdict hear(struct replay *replay, unsigned port,
                         const struct captured_frame *captured)
{
    return engine_frame(replay->engine, replay->now, port, replay->link, captured->captured,
                        captured->wire_length, &replay->received, &replay->outbox);
}

static void take_igmp(struct replay *replay, instant at)
{
    struct received *received = &replay->received;

    replay->igmp++;
    if (received->segment == ENGINE_NO_SEGMENT) {
        replay->stray++;
    } else {
        findings_frame(replay->findings, replay->now, replay->frames, received);
        replay_lan_frame(replay, received);
    }
    if (replay->options->output == REPLAY_JSON || replay->options->is_verbose)
        replay_output_frame(replay, at);
}

static void take_data(struct replay *replay)
{
    const struct received *received = &replay->received;
    struct replay_lan *lan;

    bool is_local = address_is_link_local_multicast(received->frame.destination);
    replay->data += !is_local;
    if (received->segment == ENGINE_NO_SEGMENT ||
        (lan = replay_lan_of(replay, received->segment)) == NULL)
        return;
    lan->data += !is_local;
    findings_data(replay->findings, replay->now, replay->frames, received->segment,
                  received->frame.destination, received->frame.source, received->frame.source_mac);
}

static void take_frame(struct replay *replay, const struct captured_frame *captured)
{
    struct received *received = &replay->received;

    replay->frames++;
    if (!replay->has_begun)
        begin(replay, captured->at);
    if (replay->last != INSTANT_NEVER && captured->at < replay->last)
        replay->out_of_order++;
    else
        replay->last = captured->at;
    if (replay->first == INSTANT_NEVER)
        replay->first = captured->at;
    if (replay->options->is_as && !replay->has_started && start_of(replay) <= captured->at)
        start_own(replay, start_of(replay));
    pass(replay, captured->at);
    if (replay->options->is_as)
        meet_echo(replay, captured);

    unsigned port = port_of(replay, captured->captured);
    enum verdict verdict = hear(replay, port, captured);
    if (received->segment == ENGINE_NO_SEGMENT && !replay->options->is_as &&
        replay_lan_add(replay, port, &received->frame) != ENGINE_NO_SEGMENT)
        verdict = hear(replay, port, captured);
    if (received->frame.protocol == 2)
        take_igmp(replay, captured->at);
    else if (verdict == VERDICT_NOT_IGMP && address_is_multicast(received->frame.destination))
        take_data(replay);
    if (replay->outbox.event_count > 0)
        empty_outbox(replay, replay->now, replay->frames);
}

/* ---- a file ---- */

struct progress {
    instant began, shown;
    bool is_wanted, is_there;
};

static void show_progress(struct replay *replay, struct progress *progress)
{
    uint64_t done, of;
    instant now = clock_now();

    if (now - progress->began < PROGRESS_AFTER || now - progress->shown < PROGRESS_EVERY)
        return;
    progress->shown = now;
    progress->is_there = true;
    capture_progress(replay->capture, &done, &of);
    fprintf(stderr, "\r%" PRIu64 " frames", replay->frames);
    if (of > 0 && done <= of)
        fprintf(stderr, ", %" PRIu64 " %%", done * 100 / of);
    fprintf(stderr, "   ");
}

static void run_file(struct replay *replay)
{
    struct captured_frame captured;
    struct problem problem;
    enum capture_result result;
    struct progress progress = {.began = clock_now(), .is_wanted = isatty(STDERR_FILENO) != 0};

    while ((result = capture_next(replay->capture, &captured, &problem)) == CAPTURE_FRAME) {
        take_frame(replay, &captured);
        if (progress.is_wanted && replay->frames % PROGRESS_FRAMES == 0)
            show_progress(replay, &progress);
    }
    if (progress.is_there)
        fprintf(stderr, "\r%*s\r", 40, "");
    if (result == CAPTURE_FAILED)
        replay_note_trouble(replay, problem.text);
}

/* ---- live ---- */

static int wait_for_frames(struct replay *replay, instant until)
{
    instant now = clock_wall();
    instant due = instant_after(engine_deadline(replay->engine), LIVE_LAG);
    duration left = instant_earlier(due, until) - now;
    struct pollfd descriptor = {.fd = capture_descriptor(replay->capture), .events = POLLIN};

    if (left < 0)
        left = 0;
    if (left > 60 * SECONDS)
        left = 60 * SECONDS;
    return poll(&descriptor, 1, (int)(left / MILLISECONDS) + 1);
}

static void run_live(struct replay *replay, const volatile sig_atomic_t *stop)
{
    struct captured_frame captured;
    struct problem problem;
    enum capture_result result = CAPTURE_EMPTY;
    replay->listens_since = clock_wall();
    instant until = instant_after(replay->listens_since, replay->options->live_time);

    begin(replay, replay->listens_since);
    if (replay->options->is_as)
        start_own(replay, replay->now);
    while (!*stop && result != CAPTURE_FAILED && clock_wall() < until) {
        fflush(stdout);
        if (wait_for_frames(replay, until) < 0 && errno != EINTR)
            break;
        while ((result = capture_next(replay->capture, &captured, &problem)) == CAPTURE_FRAME)
            take_frame(replay, &captured);
        pass(replay, clock_wall() - LIVE_LAG);
    }
    if (result == CAPTURE_FAILED)
        replay_note_trouble(replay, problem.text);
    pass(replay, instant_earlier(clock_wall(), until));
    /* A trunk may have no network without a tag: its silence says nothing where others speak. */
    if (engine_segment_count(replay->engine) == 0 && !replay->has_trouble)
        replay_lan_add_silent(replay);
}

/* ---- all of it ---- */

void replay_run(struct replay *replay, const volatile sig_atomic_t *stop)
{
    const struct replay_options *options = replay->options;
    bool is_live = options->interface != NULL;

    if (is_live && capture_warning(replay->capture) != NULL)
        fprintf(stderr, "igmpq-replay: %s\n", capture_warning(replay->capture));
    replay_output_begin(replay);
    if (is_live)
        run_live(replay, stop);
    else
        run_file(replay);
    if (!replay->has_begun && options->has_start && !options->start_is_relative)
        begin(replay, options->start); /* a daemon alone on an empty wire */
    if (replay->has_begun) {
        instant end = instant_after(replay->now, options->until);
        if (options->is_as && !replay->has_started && start_of(replay) <= end)
            start_own(replay, start_of(replay));
        pass(replay, end);
        if (engine_deadline(replay->engine) <= end)
            tick(replay, end);
        if (!findings_end(replay->findings, end))
            replay_note_no_memory(replay);
    }
    replay_summary(replay);
    struct problem unwritten;
    if (recorder_close(replay->recorder, &unwritten) < 0)
        replay_note_trouble(replay, unwritten.text);
    replay->recorder = NULL;
}
