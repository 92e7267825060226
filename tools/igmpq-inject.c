/* SPDX-License-Identifier: MIT */
/* Floor 4. igmpq-inject: one message, safely, and who answers. The order of things: read the
 * command line, listen, decide, send, listen, tell. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "igmpq/background.h"
#include "igmpq/clock.h"
#include "igmpq/recorder.h"
#include "inject/inject_neighbour.h"
#include "inject/inject_options.h"
#include "inject/inject_output.h"
#include "inject/inject_probe.h"
#include "inject/inject_session.h"

#define EXIT_STATUS_SILENCE 3

#define LISTEN_DEFAULT  (2 * SECONDS)
#define WAIT_SLACK      (1 * SECONDS) /* beyond the response time: hosts and networks are slow */
#define INTERVAL_LEAST  (1 * SECONDS) /* where nothing is waited for */
#define OFFLINE_VERSION 2
/* Where there is no interface to take them from. */
#define OFFLINE_MAC ((struct mac){{0x02, 0, 0, 0, 0, 0x05}})

static volatile sig_atomic_t stop_signal;

static void on_stop(int number)
{
    stop_signal = number;
}

static void tell(const char *text)
{
    fprintf(stderr, "igmpq-inject: %s\n", text);
}

static int fail(int status, const struct problem *problem)
{
    tell(problem->text);
    return status;
}

static void print_help(void)
{
    struct options options = {.own = request_options};

    printf("Usage: igmpq-inject -i INTERFACE [-V VERSION] [-g GROUP] [options]\n"
           "       igmpq-inject --hex | --write FILE [options]\n"
           "       igmpq-inject -i INTERFACE --probe-host ADDRESS\n"
           "\n"
           "Sends one IGMP general query and tells which hosts answer it; or any other IGMP\n"
           "message, right or wrong. It listens first, and does not silence the querier of the\n"
           "network: where it could, it asks from 0.0.0.0 instead of its own address.\n"
           "\n");
    options_print(&options, stdout);
    printf("\n"
           "Exit status: 0 sent, and answered if that was waited for; 1 failed or refused;\n"
           "2 wrong command line; 3 sent, but nobody answered.\n"
           "Example: sudo igmpq-inject -i eth0\n");
}

/** Stop signals are let in only while listening: what was heard so far is then told. */
static void set_signals(sigset_t *wait_mask)
{
    static const int stops[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t blocked;

    sigemptyset(&blocked);
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++) {
        sigaction(stops[i], &action, NULL);
        sigaddset(&blocked, stops[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, wait_mask);
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++)
        sigdelset(wait_mask, stops[i]);
}

/* --- without sending -------------------------------------------------------------------------- */

/** The addresses of the interface, where one is named: for that nobody needs privilege. */
static int take_addresses(const struct request *request, struct choice *choice,
                          struct problem *problem)
{
    struct links links;
    char names[256];

    choice->source_mac = OFFLINE_MAC;
    if (request->interface) {
        if (links_take(&links, problem) < 0)
            return -1;
        const struct link_info *link = links_find(&links, request->interface);
        if (link) {
            choice->source_mac = link->mac;
            if (request->vlan <= 0)
                choice->source = link->primary.address;
        } else {
            problem_set(problem, "there is no interface %s; there are: %s", request->interface,
                        links_names(&links, names, sizeof names));
        }
        links_free(&links);
        if (!link)
            return -1;
    }
    if (request->has_source)
        choice->source = request->source;
    if (request->has_source_mac)
        choice->source_mac = request->source_mac;
    return 0;
}

static void print_hex(struct octets frame)
{
    for (size_t i = 0; i < frame.length; i++)
        printf("%02x", frame.data[i]);
    putchar('\n');
}

static int write_frames(const struct request *request, const struct made *made,
                        struct problem *problem)
{
    struct octets frame = {made->frame, made->length};
    struct recorder *recorder = NULL;
    duration interval = request->interval != INJECT_UNSET ? request->interval : INTERVAL_LEAST;
    instant at = clock_wall();

    if (request->write) {
        bool is_standard = strcmp(request->write, "-") == 0;
        recorder = recorder_open(is_standard ? "/dev/stdout" : request->write, problem);
        if (!recorder)
            return -1;
    }
    for (int i = 0; i < (request->count > 0 ? request->count : 1); i++) {
        if (request->hex)
            print_hex(frame);
        if (recorder)
            recorder_add(recorder, at + i * interval, frame);
    }
    return recorder_close(recorder, problem);
}

static int run_offline(const struct request *request)
{
    unsigned version = request_version(request);
    struct choice choice = {
        .version = version != 0 ? version : OFFLINE_VERSION,
        .robustness = 2,
        .query_interval = 125 * SECONDS,
    };
    struct problem problem;
    struct made made;

    if (request_check_version(request, choice.version, &problem) < 0)
        return fail(EXIT_STATUS_USAGE, &problem);
    message_tell_rounding(request, choice.version, tell);
    if (take_addresses(request, &choice, &problem) < 0)
        return fail(EXIT_STATUS_FAILURE, &problem);
    struct builder *builder = builder_open(&problem);
    if (!builder)
        return fail(EXIT_STATUS_FAILURE, &problem);
    int result = message_make(builder, request, &choice, &made, &problem);
    builder_close(builder);
    if (result == 0)
        result = write_frames(request, &made, &problem);
    return result < 0 ? fail(EXIT_STATUS_FAILURE, &problem) : EXIT_SUCCESS;
}

/* --- with a network --------------------------------------------------------------------------- */

/** How long to listen before the first message: only where something depends on it. */
static duration listening_time(const struct request *request)
{
    if (request->listen != INJECT_UNSET)
        return request->listen;
    return request->kind == INJECT_QUERY || request_version(request) == 0 ? LISTEN_DEFAULT : 0;
}

static bool is_waiting(const struct request *request)
{
    return request->kind == INJECT_QUERY && !request->no_wait;
}

/** Why a message is as it is, for a person. */
struct reasons {
    char version[DECIDE_TEXT_SIZE];
    char source[DECIDE_TEXT_SIZE];
};

/** Everything that is open becomes a choice. */
static int choose(const struct session *session, struct choice *choice, struct reasons *reasons,
                  struct problem *problem)
{
    const struct request *request = session->request;
    struct knowledge known = session_knowledge(session);

    *choice = (struct choice){.version = request_version(request)};
    reasons->version[0] = '\0';
    if (choice->version == 0) {
        choice->version = decide_version(&known, request->kind == INJECT_QUERY, reasons->version);
        if (request_check_version(request, choice->version, problem) < 0)
            return -1;
    }
    decide_announced(&known, &choice->robustness, &choice->query_interval);
    if (decide_source(&known, request, &choice->source, reasons->source, problem) < 0)
        return -1;
    choice->source_mac = request->has_source_mac ? request->source_mac : session->link.mac;
    struct address destination = message_destination(request, choice->version);
    if (!address_is_multicast(destination) && !request->has_destination_mac)
        return neighbour_find(session->link.name, destination, "--dst-mac",
                              &choice->destination_mac, problem);
    return 0;
}

/** One message, told. */
static int send_one(struct session *session, struct sent *sent, struct problem *problem)
{
    const struct request *request = session->request;
    struct address source_before = session->made.envelope.source;
    unsigned version_before = sent->version;
    char text[INJECT_TEXT_SIZE];
    struct choice choice;
    struct reasons reasons;

    if (choose(session, &choice, &reasons, problem) < 0)
        return -1;
    if (sent->number == 1)
        message_tell_rounding(request, choice.version, tell);
    if (message_make(session->builder, request, &choice, &session->made, problem) < 0 ||
        session_send(session, problem) < 0)
        return -1;
    sent->version = choice.version;
    sent->text = message_describe(request, choice.version, text);
    sent->why_version = reasons.version;
    sent->why_source = reasons.source;
    sent->is_repeated = sent->number > 1 && version_before == choice.version &&
                        address_equal(source_before, choice.source);
    output_sent(session, sent);
    sent->text = sent->why_version = sent->why_source = NULL; /* they end here */
    return 0;
}

/** One message and its answers. -1, or whether anybody answered. */
static int run_round(struct session *session, struct sent *sent, bool is_last,
                     struct problem *problem)
{
    const struct request *request = session->request;
    bool waits = is_waiting(request);
    struct tally tally = {0};

    if (send_one(session, sent, problem) < 0)
        return -1;
    duration wait = request->wait != INJECT_UNSET ? request->wait
                    : waits ? message_max_response(request, sent->version) + WAIT_SLACK
                            : 0;
    duration interval = request->interval != INJECT_UNSET ? request->interval
                        : waits                           ? wait
                                                          : INTERVAL_LEAST;
    if (!is_last && wait > interval)
        wait = interval;
    if (session_listen(session, wait, problem) < 0)
        return -1;
    if (waits)
        tally = output_answers(session, sent);
    if (!is_last && interval > wait && session_listen(session, interval - wait, problem) < 0)
        return -1;
    return tally.hosts > 0;
}

static int run_rounds(struct session *session, struct problem *problem)
{
    const struct request *request = session->request;
    unsigned count = request->count > 0 ? (unsigned)request->count : 1;
    int answered = 0;

    for (struct sent sent = {.number = 1}; sent.number <= count && !stop_signal; sent.number++) {
        int result = run_round(session, &sent, sent.number == count, problem);
        if (result < 0)
            return -1;
        answered |= result;
    }
    return answered;
}

static int run_live(const struct request *request)
{
    struct session session;
    struct problem problem;
    sigset_t wait_mask;
    int result = -1;

    set_signals(&wait_mask);
    if (session_open(&session, request, &stop_signal, &wait_mask, &problem) < 0)
        goto done;
    struct knowledge known = session_knowledge(&session);
    if (decide_frame(&known, request, &problem) < 0)
        goto done;
    if (capture_warning(session.capture))
        tell(capture_warning(session.capture));
    output_header(&session);
    if (session_listen(&session, listening_time(request), &problem) < 0)
        goto done;
    output_heard(&session);
    if (stop_signal) {
        problem_set(&problem, "interrupted; nothing was sent");
        goto done;
    }
    result =
        request->host_count > 0 ? probe_hosts(&session, &problem) : run_rounds(&session, &problem);
done:
    session_close(&session);
    if (result < 0)
        return fail(EXIT_STATUS_FAILURE, &problem);
    bool was_waiting = request->host_count > 0 || is_waiting(request);
    return was_waiting && result == 0 ? EXIT_STATUS_SILENCE : EXIT_SUCCESS;
}

static int fail_no_interface(void)
{
    struct links links;
    struct problem problem;
    char names[256];

    if (links_take(&links, &problem) < 0)
        return fail(EXIT_STATUS_USAGE, &problem);
    problem_set(&problem,
                "which interface? give one with -i (there are: %s), or --hex or --write "
                "to send nothing",
                links_names(&links, names, sizeof names));
    links_free(&links);
    return fail(EXIT_STATUS_USAGE, &problem);
}

/** What could not be written was not told: that is a failure too. */
static int finish(int status)
{
    struct problem problem;

    return options_finish_output(stdout, &problem) ? status : fail(EXIT_STATUS_FAILURE, &problem);
}

int main(int argc, char **argv)
{
    struct request request;
    struct problem problem;

    background_fill_standard();
    int result = request_read(&request, argc, argv, &problem);
    if (request.wants_help) {
        print_help();
        return finish(EXIT_SUCCESS);
    }
    if (request.wants_version) {
        printf("igmpq-inject %s\n", PACKAGE_VERSION);
        return finish(EXIT_SUCCESS);
    }
    if (result < 0)
        return fail(EXIT_STATUS_USAGE, &problem);
    if (request_is_offline(&request))
        return finish(run_offline(&request));
    if (!request.interface)
        return fail_no_interface();
    return finish(run_live(&request));
}
