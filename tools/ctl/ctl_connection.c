/* SPDX-License-Identifier: MIT */
/* Floor 4. One request to the daemon and the lines of its answer, none of which is trusted. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "igmpq/control.h"

/* The longest line there is tells of a group's or a segment's list of addresses. */
#define LINE_MOST ((size_t)4 << 20)

/* Beyond this an answer is passed on, with --json, but not kept. */
#define OBJECTS_MOST 1000000

enum line_end { LINE_GOOD, LINE_NONE, LINE_LATE, LINE_BROKEN, LINE_GIVEN_UP };

struct ctl_answer {
    const struct ctl *ctl;
    int descriptor;
    char *data; /* received; the present line, and from `next` to `used` what is behind it */
    size_t line, next, used, capacity;
    json_t *header;
    uint64_t count; /* objects so far */
    bool is_patient;
    duration alive_every; /* as the daemon says when there is nothing else to say; 0: it does not */
    bool is_over;
};

static duration now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECONDS + time.tv_nsec / 1000;
}

/** Wait until there is something to read, at most until then. */
static enum line_end wait_for(const struct ctl_answer *answer, instant until)
{
    const struct ctl *ctl = answer->ctl;
    struct pollfd polls[] = {{.fd = answer->descriptor, .events = POLLIN},
                             {.fd = ctl->keyboard, .events = POLLIN}};

    for (;;) {
        bool has_time = answer->is_patient && answer->alive_every == 0;
        duration left = has_time ? 3600 * SECONDS : until - now();
        int count = left > 0 ? poll(polls, 2, (int)(left / MILLISECONDS) + 1) : 0;
        if (ctl->is_over && *ctl->is_over)
            return LINE_GIVEN_UP;
        if (count < 0 && errno != EINTR)
            return LINE_NONE;
        if (count > 0 && polls[0].revents)
            return LINE_GOOD;
        if (count > 0)
            return LINE_GIVEN_UP;
        if (left <= 0)
            return LINE_LATE;
    }
}

/** Room for more behind what was received: what was taken goes, then the buffer grows. */
static bool make_room(struct ctl_answer *answer)
{
    if (answer->line > 0) {
        memmove(answer->data, answer->data + answer->line, answer->used - answer->line);
        answer->used -= answer->line;
        answer->next -= answer->line;
        answer->line = 0;
    }
    if (answer->used < answer->capacity)
        return true;
    size_t capacity = answer->capacity ? answer->capacity * 2 : 16384;
    char *data = capacity <= LINE_MOST ? realloc(answer->data, capacity) : NULL;
    if (!data)
        return false;
    answer->data = data;
    answer->capacity = capacity;
    return true;
}

/** So long nothing may come of a daemon that tells every now and then that it is alive: one of
 * these may be late, and is not two. */
static duration silence_most(const struct ctl_answer *answer)
{
    return answer->alive_every * 5 / 2 + 2500 * MILLISECONDS;
}

/** The next line becomes the present one, ended by a zero instead of its new line. */
static enum line_end read_line(struct ctl_answer *answer, size_t *length)
{
    instant until = now() + (answer->is_patient ? silence_most(answer) : answer->ctl->timeout);
    size_t seen = answer->next;

    answer->line = answer->next;
    for (;;) {
        char *end =
            answer->used > seen ? memchr(answer->data + seen, '\n', answer->used - seen) : NULL;
        if (end) {
            *end = '\0';
            *length = (size_t)(end - answer->data) - answer->line;
            answer->next = answer->line + *length + 1;
            return LINE_GOOD;
        }
        seen = answer->used - answer->line;
        if (!make_room(answer))
            return LINE_BROKEN;
        enum line_end state = wait_for(answer, until);
        if (state != LINE_GOOD)
            return state;
        ssize_t got = recv(answer->descriptor, answer->data + answer->used,
                           answer->capacity - answer->used, 0);
        if (got <= 0)
            return LINE_NONE;
        answer->used += (size_t)got;
    }
}

static json_t *read_object(struct ctl_answer *answer, enum line_end *end)
{
    size_t length;

    *end = read_line(answer, &length);
    if (*end != LINE_GOOD)
        return NULL;
    json_t *object = json_loadb(answer->data + answer->line, length, 0, NULL);
    if (json_is_object(object) && ctl_type(object)[0] != '\0') {
        ctl_clean(object);
        return object;
    }
    json_decref(object);
    *end = LINE_BROKEN;
    return NULL;
}

static void explain(const struct ctl_answer *answer, enum line_end end, struct problem *problem)
{
    const char *path = answer->ctl->socket;

    switch (end) {
    case LINE_GOOD: break;
    case LINE_NONE:
        if (answer->header)
            problem_set(problem, "igmpqd broke off: it ended or was started again, or it dropped "
                                 "this program, which read too slowly");
        else
            problem_set(problem, "igmpqd gave no answer at %s: it is about to end, or to start",
                        path);
        break;
    case LINE_LATE:
        if (answer->is_patient) {
            problem_set(problem,
                        "igmpqd at %s has been silent for %g s, and it would have told that it is "
                        "alive: it is stopped, or it hangs",
                        path, (double)silence_most(answer) / (double)SECONDS);
            break;
        }
        problem_set(problem,
                    "igmpqd gave no answer at %s within %g s: it is stopped, or very busy "
                    "(--timeout waits longer)",
                    path, (double)answer->ctl->timeout / (double)SECONDS);
        break;
    case LINE_BROKEN:
        problem_set(problem,
                    "what answers at %s cannot be understood: it is not igmpqd, or one of "
                    "another version",
                    path);
        break;
    case LINE_GIVEN_UP: problem_set(problem, "given up while waiting for igmpqd"); break;
    }
}

/** The daemon's header says that we can talk to each other. */
static int check_header(struct ctl_answer *answer, struct problem *problem)
{
    enum line_end end;
    json_t *header = read_object(answer, &end);
    const json_t *schema = json_object_get(header, "schema");
    char a[32], b[32];

    if (!header || !ctl_is_type(header, "header") || !json_is_integer(schema)) {
        explain(answer, header ? LINE_BROKEN : end, problem);
        json_decref(header);
        return -1;
    }
    answer->header = header;
    if (json_integer_value(schema) == CONTROL_SCHEMA)
        return 0;
    return problem_set(problem,
                       "igmpqd is of version %s and answers in schema %s, and this igmpqctl reads "
                       "schema %d: use the igmpqctl that came with it",
                       ctl_text(header, "version", a), ctl_text(header, "schema", b),
                       CONTROL_SCHEMA);
}

struct ctl_answer *ctl_ask(const struct ctl *ctl, const char *request, int *status,
                           struct problem *problem)
{
    char line[CONTROL_LINE_MOST + 1];
    int length = snprintf(line, sizeof line, "%s\n", request);

    if (length > CONTROL_LINE_MOST) {
        *status = CTL_EXIT_USAGE;
        problem_set(problem, "this is too long for a request");
        return NULL;
    }
    *status = CTL_EXIT_UNREACHABLE;
    struct ctl_answer *answer = calloc(1, sizeof *answer);
    if (!answer) {
        problem_set(problem, "no memory");
        return NULL;
    }
    answer->ctl = ctl;
    answer->descriptor = ctl_connect(ctl, problem);
    if (answer->descriptor < 0)
        goto failed;
    /* A daemon that is busy answers and closes before it has read; what it said is still there to
     * be read, so that an error here says nothing. One that waits for our request learns that none
     * comes. */
    if (send(answer->descriptor, line, (size_t)length, MSG_NOSIGNAL) != length)
        shutdown(answer->descriptor, SHUT_WR);
    if (check_header(answer, problem) == 0)
        return answer;
failed:
    ctl_close(answer);
    return NULL;
}

json_t *ctl_header(const struct ctl_answer *answer)
{
    return answer->header;
}

const char *ctl_line(const struct ctl_answer *answer)
{
    return answer->data + answer->line;
}

void ctl_be_patient(struct ctl_answer *answer)
{
    answer->is_patient = true;
}

/** The last object: how it ended. */
static int finish(const struct ctl_answer *answer, const json_t *last, struct problem *problem)
{
    const json_t *count = json_object_get(last, "count");
    char text[32];

    if (ctl_is_type(last, "error")) {
        problem_set(problem, "igmpqd says no: %s", ctl_text(last, "text", text));
        return CTL_EXIT_REFUSED;
    }
    if (json_is_integer(count) && (uint64_t)json_integer_value(count) == answer->count)
        return 0;
    problem_set(problem, "the answer of igmpqd is not complete: %" PRIu64 " of %s objects came",
                answer->count, ctl_text(last, "count", text));
    return CTL_EXIT_UNREACHABLE;
}

json_t *ctl_next(struct ctl_answer *answer, int *status, struct problem *problem)
{
    enum line_end end;

    *status = 0;
    if (answer->is_over)
        return NULL;
    json_t *object = read_object(answer, &end);
    while (object && ctl_is_type(object, "alive")) {
        double every;
        if (ctl_seconds(object, "every", &every) && every > 0 && every <= 3600)
            answer->alive_every = (duration)(every * (double)SECONDS);
        json_decref(object);
        object = read_object(answer, &end);
    }
    if (!object) {
        answer->is_over = true;
        *status = CTL_EXIT_UNREACHABLE;
        explain(answer, end, problem);
        return NULL;
    }
    if (!ctl_is_type(object, "end") && !ctl_is_type(object, "error")) {
        answer->count++;
        return object;
    }
    answer->is_over = true;
    *status = finish(answer, object, problem);
    json_decref(object);
    return NULL;
}

void ctl_close(struct ctl_answer *answer)
{
    if (!answer)
        return;
    if (answer->descriptor >= 0)
        close(answer->descriptor);
    free(answer->data);
    json_decref(answer->header);
    free(answer);
}

/** Everything of an answer that has begun, in one array. */
static json_t *read_all(struct ctl_answer *answer, int *status, struct problem *problem)
{
    json_t *list = json_array(), *object;
    bool has_room = json_array_append(list, ctl_header(answer)) == 0;

    while (has_room && (object = ctl_next(answer, status, problem)))
        has_room = json_array_append_new(list, object) == 0 && answer->count < OBJECTS_MOST;
    if (*status == 0 && has_room)
        return list;
    if (*status == 0) {
        *status = CTL_EXIT_REFUSED;
        problem_set(problem, "the answer is too long; --json passes it on");
    }
    json_decref(list);
    return NULL;
}

json_t *ctl_ask_all(const struct ctl *ctl, const char *request, int *status,
                    struct problem *problem)
{
    json_t *kept = json_object_get(ctl->kept, request);

    *status = json_is_string(kept) ? CTL_EXIT_REFUSED : 0;
    if (json_is_string(kept)) {
        problem_set(problem, "%s", json_string_value(kept));
        return NULL;
    }
    if (kept)
        return json_incref(kept);
    struct ctl_answer *answer = ctl_ask(ctl, request, status, problem);
    json_t *list = answer ? read_all(answer, status, problem) : NULL;
    ctl_close(answer);
    /* What is not kept is not masked either. */
    if (ctl->kept &&
        json_object_set_new(ctl->kept, request,
                            list ? json_incref(list) : json_string(problem->text)) < 0) {
        json_decref(list);
        list = NULL;
        if (ctl->has_lost)
            *ctl->has_lost = true;
        *status = CTL_EXIT_REFUSED;
        problem_set(problem, "no memory");
    }
    return list;
}

json_t *ctl_ask_verb(const struct ctl *ctl, const char *verb, int *status, struct problem *problem)
{
    char request[CONTROL_LINE_MOST + 1];

    snprintf(request, sizeof request, "%s%s%s", verb, ctl->segment ? " " : "",
             ctl->segment ? ctl->segment : "");
    return ctl_ask_all(ctl, request, status, problem);
}
