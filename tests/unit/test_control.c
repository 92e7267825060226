/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the control server, with clients that behave well and badly, and of its file. The
 * clock is an integer; the clients are sockets of
 * this process. control_peer_user() is replaced, so that a client can be anybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "igmpq/control.h"
#include "says.h"
#include "within.h"

#define ANSWER_SIZE 65536

static uid_t fake_user;

int __wrap_control_peer_user(int descriptor, uid_t *out);
int __wrap_control_peer_user(int descriptor, uid_t *out)
{
    (void)descriptor;
    *out = fake_user;
    return 0;
}

/* ---- an answerer: `lines` lines of so many octets, or none for ever ---- */

struct answerer {
    uint64_t lines, given;
    size_t octets;
    bool waits;
    enum control_code refuses; /* begin() does */
    unsigned begun, ended;
};

static enum control_code begin(void *context, struct control_exchange *exchange, instant now)
{
    struct answerer *answerer = context;

    (void)now;
    answerer->begun++;
    exchange->state = calloc(1, sizeof(uint64_t));
    if (answerer->refuses != CONTROL_OK)
        problem_set(&exchange->problem, "refused");
    return answerer->refuses;
}

static enum control_step next(void *context, struct control_exchange *exchange, instant now,
                              char **line)
{
    struct answerer *answerer = context;
    uint64_t *told = exchange->state;

    (void)now;
    if (*told >= answerer->lines)
        return answerer->waits ? CONTROL_WAITING : CONTROL_DONE;
    *line = calloc(1, answerer->octets + 32);
    int head = sprintf(*line, "{\"n\":%llu,\"x\":\"", (unsigned long long)*told);
    memset(*line + head, 'x', answerer->octets);
    strcpy(*line + head + answerer->octets, "\"}");
    ++*told;
    answerer->given++;
    return CONTROL_LINE;
}

static void end(void *context, struct control_exchange *exchange)
{
    struct answerer *answerer = context;

    answerer->ended++;
    free(exchange->state);
    exchange->state = NULL;
}

/* ---- a server in a folder of its own, and its clients ---- */

struct scene {
    char folder[64], path[96];
    struct answerer answerer;
    struct control *control;
    instant now;
};

static struct control_setup setup_of(struct scene *scene)
{
    return (struct control_setup){
        .path = scene->path,
        .mode = 0640,
        .version = "9.9",
        .answerer = {&scene->answerer, begin, next, end},
    };
}

static void open_scene(struct scene *scene)
{
    const char *temporary = getenv("TMPDIR");
    struct problem problem;

    *scene = (struct scene){.now = 1000 * SECONDS};
    fake_user = 0;
    snprintf(scene->folder, sizeof scene->folder, "%s/igmpq-XXXXXX",
             temporary && strlen(temporary) < 40 ? temporary : P_tmpdir);
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->path, sizeof scene->path, "%s/run/s.sock", scene->folder);
    struct control_setup setup = setup_of(scene);
    scene->control = control_open(&setup, &problem);
    assert_non_null(scene->control);
}

static void close_scene(struct scene *scene)
{
    char run[96];

    control_close(scene->control);
    assert_int_equal(scene->answerer.begun, scene->answerer.ended);
    assert_int_equal(access(scene->path, F_OK), -1);
    snprintf(run, sizeof run, "%s/run", scene->folder);
    rmdir(run);
    assert_int_equal(rmdir(scene->folder), 0);
}

static int join(const struct scene *scene)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", scene->path);
    assert_int_equal(connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
    return descriptor;
}

static void turn(struct scene *scene, unsigned times)
{
    struct pollfd polls[CONTROL_POLLS];

    for (; times > 0; times--) {
        control_poll(scene->control, polls);
        assert_true(poll(polls, CONTROL_POLLS, 0) >= 0);
        control_turn(scene->control, scene->now, polls);
    }
}

static void put(int descriptor, const char *text)
{
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
}

/** All that comes until the server closes; false when it has not closed. */
static bool take(struct scene *scene, int descriptor, char out[ANSWER_SIZE])
{
    size_t used = 0;

    for (unsigned i = 0; i < 200; i++) {
        turn(scene, 1);
        ssize_t got = read(descriptor, out + used, ANSWER_SIZE - 1 - used);
        if (got > 0)
            used += (size_t)got;
        out[used] = '\0';
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return true;
    }
    return false;
}

static void ask(struct scene *scene, const char *request, char out[ANSWER_SIZE])
{
    int descriptor = join(scene);

    put(descriptor, request);
    assert_true(take(scene, descriptor, out));
    close(descriptor);
}

static unsigned count(const char *text, const char *what)
{
    unsigned found = 0;

    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        found++;
    return found;
}

/* ---- answers ---- */

static void test_an_answer_has_header_objects_and_end(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    scene.answerer.lines = 3;
    ask(&scene, "status\n", answer);
    assert_ptr_equal(strstr(answer, "{\"type\":\"header\",\"schema\":1,\"program\":\"igmpqd\","
                                    "\"version\":\"9.9\",\"time\":\""),
                     answer);
    assert_int_equal(count(answer, "\"verb\":\"status\"}\n"), 1);
    assert_non_null(strstr(answer, "\"}\n{\"n\":0,\"x\":\"\"}\n{\"n\":1,\"x\":\"\"}\n{\"n\":2,"
                                   "\"x\":\"\"}\n{\"type\":\"end\",\"ok\":true,\"count\":3}\n"));
    assert_int_equal(count(answer, "\n"), 5);
    close_scene(&scene);
}

static void test_a_request_may_come_in_pieces(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    int descriptor = join(&scene);
    for (const char *at = "groups eth0"; *at; at++) {
        assert_int_equal(write(descriptor, at, 1), 1);
        turn(&scene, 2);
    }
    assert_int_equal(scene.answerer.begun, 0);
    put(descriptor, "\nstatus\n"); /* what follows is not read */
    assert_true(take(&scene, descriptor, answer));
    assert_int_equal(count(answer, "\"verb\":\"groups\""), 1);
    assert_int_equal(count(answer, "\"type\":\"end\""), 1);
    close(descriptor);
    close_scene(&scene);
}

static void test_the_sending_side_may_be_closed(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    scene.answerer.lines = 2;
    int descriptor = join(&scene);
    put(descriptor, "status\n");
    shutdown(descriptor, SHUT_WR);
    assert_true(take(&scene, descriptor, answer));
    assert_int_equal(count(answer, "\"type\":\"end\""), 1);
    close(descriptor);
    close_scene(&scene);
}

static void test_errors_are_told(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE], long_line[CONTROL_LINE_MOST + 2];

    (void)state;
    open_scene(&scene);
    ask(&scene, "frobnicate\n", answer);
    assert_non_null(
        strstr(answer, "\"verb\":null}\n{\"type\":\"error\",\"code\":\"unknown-verb\""));
    ask(&scene, "\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"bad-request\""));
    memset(long_line, 'x', sizeof long_line - 1);
    ask(&scene, long_line, answer);
    assert_non_null(strstr(answer, "too long"));
    int descriptor = join(&scene);
    put(descriptor, "stat");
    shutdown(descriptor, SHUT_WR);
    assert_true(take(&scene, descriptor, answer));
    assert_non_null(strstr(answer, "ends without a new line"));
    close(descriptor);
    scene.answerer.refuses = CONTROL_NO_SEGMENT;
    ask(&scene, "status eth9\n", answer);
    assert_non_null(strstr(answer, "{\"type\":\"error\",\"code\":\"no-segment\",\"text\":"));
    assert_int_equal(control_figures(scene.control).clients, 0);
    close_scene(&scene);
}

static void test_changes_are_for_root_and_the_own_user(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    fake_user = geteuid() + 12345;
    ask(&scene, "reload\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"denied\""));
    ask(&scene, "query eth0\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"denied\""));
    ask(&scene, "verbose on\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"denied\""));
    assert_int_equal(scene.answerer.begun, 0);
    ask(&scene, "status\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    fake_user = geteuid();
    ask(&scene, "reload\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    fake_user = 0;
    ask(&scene, "reload\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close_scene(&scene);
}

/* ---- clients that behave badly ---- */

static void test_a_silent_client_is_told_and_dropped(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    int silent = join(&scene), half = join(&scene);
    put(half, "stat");
    turn(&scene, 3);
    assert_int_equal(control_deadline(scene.control), scene.now + CONTROL_REQUEST_TIME);
    scene.now += CONTROL_REQUEST_TIME - 1;
    turn(&scene, 3);
    assert_int_equal(control_figures(scene.control).clients, 2);
    scene.now += 1;
    assert_true(take(&scene, silent, answer));
    assert_non_null(strstr(answer, "no request came in time"));
    assert_true(take(&scene, half, answer));
    assert_non_null(strstr(answer, "no request came in time"));
    assert_int_equal(control_deadline(scene.control), INSTANT_NEVER);
    close(silent);
    close(half);
    close_scene(&scene);
}

/** Lines are made as the client reads, and no faster; who does not read at all is dropped. */
static void test_a_client_that_does_not_read_costs_little(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.answerer.lines = UINT64_MAX;
    scene.answerer.octets = 1000;
    int descriptor = join(&scene), small = 4096;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    put(descriptor, "groups\n");
    turn(&scene, 2000);
    uint64_t given = scene.answerer.given;
    turn(&scene, 100);
    assert_int_equal(scene.answerer.given, given);
    assert_true(given < 2000); /* what the system keeps, and one buffer */
    scene.now += CONTROL_WRITE_TIME - 1;
    turn(&scene, 1);
    assert_int_equal(control_figures(scene.control).clients, 1);
    scene.now += 1;
    turn(&scene, 1);
    assert_int_equal(control_figures(scene.control).clients, 0);
    assert_int_equal(scene.answerer.ended, 1);
    close(descriptor);
    close_scene(&scene);
}

/** One that reads a little now and then gets everything. */
static void test_a_slow_client_gets_everything(void **state)
{
    struct scene scene;
    static char answer[4 * ANSWER_SIZE * 16];
    size_t used = 0;

    (void)state;
    open_scene(&scene);
    scene.answerer.lines = 3000;
    scene.answerer.octets = 1000;
    int descriptor = join(&scene);
    put(descriptor, "groups\n");
    for (;;) {
        turn(&scene, 2);
        scene.now += CONTROL_WRITE_TIME / 2;
        ssize_t got = read(descriptor, answer + used, 50000);
        if (got == 0)
            break;
        assert_true(got > 0 && used + (size_t)got < sizeof answer);
        used += (size_t)got;
    }
    answer[used] = '\0';
    assert_int_equal(count(answer, "\n"), 3002);
    assert_non_null(strstr(answer, "{\"type\":\"end\",\"ok\":true,\"count\":3000}\n"));
    close(descriptor);
    close_scene(&scene);
}

/** poll(2) tells of everything that is to be done: no turn is needed that nothing announced. */
static void test_a_long_answer_needs_no_other_wake(void **state)
{
    struct scene scene;
    struct pollfd polls[CONTROL_POLLS];
    static char answer[ANSWER_SIZE];
    ssize_t got = 1;

    (void)state;
    open_scene(&scene);
    scene.answerer.lines = 5000;
    scene.answerer.octets = 100;
    int descriptor = join(&scene);
    put(descriptor, "groups\n");
    while (got != 0) {
        control_poll(scene.control, polls);
        int ready = poll(polls, CONTROL_POLLS, 0);
        if (ready > 0)
            control_turn(scene.control, scene.now, polls);
        got = read(descriptor, answer, sizeof answer);
        assert_true(ready > 0 || got >= 0);
    }
    assert_int_equal(scene.answerer.given, 5000);
    close(descriptor);
    close_scene(&scene);
}

static void test_a_follower_waits_and_leaves(void **state)
{
    struct scene scene;
    char text[4096];

    (void)state;
    open_scene(&scene);
    scene.answerer.waits = true;
    int descriptor = join(&scene);
    put(descriptor, "events follow\n");
    turn(&scene, 5);
    ssize_t first = read(descriptor, text, sizeof text - 1); /* the header, and that all is well */
    assert_true(first > 0);
    text[first] = '\0';
    assert_non_null(strstr(text, "{\"type\":\"alive\",\"every\":\"15.000000\"}\n"));
    /* Nobody else wakes the daemon, and it tells once each time. */
    assert_int_equal(control_deadline(scene.control), scene.now + CONTROL_ALIVE);
    scene.now += CONTROL_ALIVE;
    turn(&scene, 3);
    first = read(descriptor, text, sizeof text - 1);
    assert_true(first > 0);
    text[first] = '\0';
    assert_string_equal(text, "{\"type\":\"alive\",\"every\":\"15.000000\"}\n");
    assert_int_equal(control_deadline(scene.control), scene.now + CONTROL_ALIVE);
    scene.answerer.lines = 1; /* something has happened */
    turn(&scene, 1);
    ssize_t got = read(descriptor, text, sizeof text);
    assert_true(got > 0 && strncmp(text, "{\"n\":0", 6) == 0);
    scene.now += 100 * CONTROL_WRITE_TIME;
    turn(&scene, 2);
    assert_int_equal(control_figures(scene.control).clients, 1);
    close(descriptor);
    turn(&scene, 2);
    assert_int_equal(control_figures(scene.control).clients, 0);
    close_scene(&scene);
}

static void test_there_is_a_limit_of_clients(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];
    int descriptor[CONTROL_CLIENTS];

    (void)state;
    open_scene(&scene);
    scene.answerer.waits = true;
    fake_user = geteuid() + 12345;
    unsigned others = CONTROL_CLIENTS - CONTROL_RESERVED;
    for (unsigned i = 0; i < others; i++) {
        descriptor[i] = join(&scene);
        put(descriptor[i], "events follow\n");
        turn(&scene, 2);
    }
    ask(&scene, "status\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"busy\""));
    assert_int_equal(control_figures(scene.control).refused, 1);
    /* The last places are for those who may change something, and silent ones make room. */
    fake_user = 0;
    for (unsigned i = others; i < CONTROL_CLIENTS; i++) {
        descriptor[i] = join(&scene);
        turn(&scene, 2);
        scene.now += 1 * MILLISECONDS;
    }
    assert_int_equal(control_figures(scene.control).clients, CONTROL_CLIENTS);
    scene.answerer.refuses = CONTROL_FAILED; /* an answer that ends, beside those that do not */
    ask(&scene, "reload\n", answer);
    assert_non_null(strstr(answer, "\"code\":\"failed\""));
    assert_int_equal(read(descriptor[others], answer, sizeof answer), 0);
    assert_int_equal(read(descriptor[others + 1], answer, sizeof answer), -1);
    for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
        close(descriptor[i]);
    close_scene(&scene);
}

/** So many a second, and the rest has to wait. */
static void test_a_flood_of_connections_is_slowed_down(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    unsigned turns = 0;
    for (; turns < 2000 && control_deadline(scene.control) > scene.now + 1 * SECONDS; turns++) {
        close(join(&scene));
        turn(&scene, 1);
    }
    assert_within(turns, 200, 400);
    int descriptor = join(&scene);
    put(descriptor, "status\n");
    turn(&scene, 5);
    assert_int_equal(scene.answerer.begun, 0);
    scene.now += 1 * SECONDS;
    turn(&scene, 5);
    assert_int_equal(scene.answerer.begun, 1);
    close(descriptor);
    close_scene(&scene);
}

static uint32_t noise(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/** Issue 7, Show 3: malformed, oversized and half requests; each is answered with one error, or
 * with nothing when the client has left. */
static void test_a_thousand_bad_requests(void **state)
{
    struct scene scene;
    static char answer[ANSWER_SIZE];
    uint32_t seed = 1;

    (void)state;
    open_scene(&scene);
    for (unsigned i = 0; i < 1000; i++) {
        char text[700];
        size_t length = 1 + noise(&seed) % (sizeof text - 1);
        for (size_t j = 0; j < length; j++)
            text[j] = (char)(i % 3 == 0 ? noise(&seed) : 'a' + noise(&seed) % 26);
        if (i % 2 == 0)
            text[length - 1] = '\n';
        int descriptor = join(&scene);
        assert_true(write(descriptor, text, length) > 0);
        if (i % 5 == 0) {
            close(descriptor);
            turn(&scene, 3);
        } else {
            shutdown(descriptor, SHUT_WR);
            assert_true(take(&scene, descriptor, answer));
            assert_int_equal(count(answer, "\"type\":\"error\""), 1);
            close(descriptor);
        }
        scene.now += 10 * MILLISECONDS;
    }
    assert_int_equal(control_figures(scene.control).clients, 0);
    ask(&scene, "status\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close_scene(&scene);
}

/* ---- the file ---- */

static void test_mode_and_folder(void **state)
{
    struct scene scene;
    struct stat about;

    (void)state;
    open_scene(&scene);
    assert_int_equal(stat(scene.path, &about), 0);
    assert_true(S_ISSOCK(about.st_mode));
    assert_int_equal(about.st_mode & 07777, 0640);
    close_scene(&scene);
}

static void test_one_that_is_in_use_is_left_alone(void **state)
{
    struct scene scene;
    struct problem problem;
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    struct control_setup setup = setup_of(&scene);
    assert_null(control_open(&setup, &problem));
    assert_says(&problem, "another igmpqd listens on");
    assert_says(&problem, "--control-socket");
    ask(&scene, "status\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close_scene(&scene);
}

static void test_a_stale_one_is_replaced(void **state)
{
    struct scene scene;
    struct problem problem;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    static char answer[ANSWER_SIZE];

    (void)state;
    open_scene(&scene);
    control_close(scene.control);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", scene.path);
    assert_int_equal(bind(dead, (const struct sockaddr *)&address, sizeof address), 0);
    close(dead);
    struct control_setup setup = setup_of(&scene);
    scene.control = control_open(&setup, &problem);
    assert_non_null(scene.control);
    ask(&scene, "status\n", answer);
    assert_non_null(strstr(answer, "\"ok\":true"));
    close_scene(&scene);
}

static void test_other_files_are_left_alone(void **state)
{
    struct scene scene;
    struct problem problem;

    (void)state;
    open_scene(&scene);
    /* Another file took the place of ours: it is not removed at the end. */
    assert_int_equal(unlink(scene.path), 0);
    int file = open(scene.path, O_WRONLY | O_CREAT, 0600);
    close(file);
    control_close(scene.control);
    assert_int_equal(access(scene.path, F_OK), 0);
    struct control_setup setup = setup_of(&scene);
    assert_null(control_open(&setup, &problem));
    assert_says(&problem, "is no socket");
    assert_int_equal(access(scene.path, F_OK), 0);
    unlink(scene.path);
    scene.control = NULL;
    close_scene(&scene);
}

static void test_what_cannot_be_made_is_told(void **state)
{
    char long_path[200];
    struct problem problem;
    struct control_setup setup = {.path = "/no/such/folder/at/all.sock", .mode = 0600};

    (void)state;
    assert_null(control_open(&setup, &problem));
    assert_says(&problem, "/no/such/folder/at");
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    long_path[0] = '/';
    setup.path = long_path;
    assert_null(control_open(&setup, &problem));
    assert_says(&problem, "longer than");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_has_header_objects_and_end),
        cmocka_unit_test(test_a_request_may_come_in_pieces),
        cmocka_unit_test(test_the_sending_side_may_be_closed),
        cmocka_unit_test(test_errors_are_told),
        cmocka_unit_test(test_changes_are_for_root_and_the_own_user),
        cmocka_unit_test(test_a_silent_client_is_told_and_dropped),
        cmocka_unit_test(test_a_client_that_does_not_read_costs_little),
        cmocka_unit_test(test_a_slow_client_gets_everything),
        cmocka_unit_test(test_a_long_answer_needs_no_other_wake),
        cmocka_unit_test(test_a_follower_waits_and_leaves),
        cmocka_unit_test(test_there_is_a_limit_of_clients),
        cmocka_unit_test(test_a_flood_of_connections_is_slowed_down),
        cmocka_unit_test(test_a_thousand_bad_requests),
        cmocka_unit_test(test_mode_and_folder),
        cmocka_unit_test(test_one_that_is_in_use_is_left_alone),
        cmocka_unit_test(test_a_stale_one_is_replaced),
        cmocka_unit_test(test_other_files_are_left_alone),
        cmocka_unit_test(test_what_cannot_be_made_is_told),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
