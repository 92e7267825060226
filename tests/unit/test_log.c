/* SPDX-License-Identifier: MIT */
/* Unit tests of problems and log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "igmpq/log.h"
#include "igmpq/problem.h"
#include "within.h"

static void test_problem(void **state)
{
    struct problem problem;
    char large[2 * sizeof problem.text];

    (void)state;
    errno = ENETDOWN;
    assert_int_equal(problem_set(&problem, "%s: %d", "eth0", 7), -1);
    assert_string_equal(problem.text, "eth0: 7");
    assert_int_equal(errno, ENETDOWN);
    assert_int_equal(problem_set(NULL, "%s", "nobody listens"), -1);
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    problem_set(&problem, "%s", large);
    assert_int_equal(strlen(problem.text), sizeof problem.text - 1);
}

/* Standard error is a datagram socket for a while: what one write(2) wrote is what one recv(2)
 * gets. */
struct caught {
    int socket;
    int standard_error;
    struct stat status;
};

static struct caught catch_log(void)
{
    struct caught caught;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    caught.standard_error = dup(STDERR_FILENO);
    assert_true(dup2(pair[1], STDERR_FILENO) >= 0);
    close(pair[1]);
    caught.socket = pair[0];
    assert_int_equal(fstat(STDERR_FILENO, &caught.status), 0);
    return caught;
}

/* The next line, or "" when nothing was written. */
static const char *caught_line(const struct caught *caught)
{
    static char line[10000];
    ssize_t length = recv(caught->socket, line, sizeof line - 1, MSG_DONTWAIT);

    line[length > 0 ? length : 0] = '\0';
    return line;
}

static void catch_end(struct caught *caught)
{
    dup2(caught->standard_error, STDERR_FILENO);
    close(caught->standard_error);
    close(caught->socket);
}

/* True when `line` begins as "2026-11-23 10:00:00.123 ". */
static bool has_time(const char *line)
{
    static const char shape[] = "dddd-dd-dd dd:dd:dd.ddd ";

    for (size_t i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == 'd' ? line[i] < '0' || line[i] > '9' : line[i] != shape[i])
            return false;
    }
    return true;
}

static void test_log_lines(void **state)
{
    struct caught caught = catch_log();
    char line[4][128];

    (void)state;
    unsetenv("JOURNAL_STREAM");
    log_set_level(LOG_LEVEL_WARNING);
    errno = ENETDOWN;
    log_error("no %s", "network");
    assert_int_equal(errno, ENETDOWN);
    log_warning("one");
    log_info("unseen");
    log_debug("unseen");
    for (size_t i = 0; i < 4; i++)
        snprintf(line[i], sizeof line[i], "%.100s", caught_line(&caught));
    log_set_level(LOG_LEVEL_INFO);
    catch_end(&caught);

    assert_true(has_time(line[0]));
    assert_string_equal(line[0] + 24, "error: no network\n");
    assert_true(has_time(line[1]));
    assert_string_equal(line[1] + 24, "warning: one\n");
    assert_string_equal(line[2], "");
    assert_int_equal(log_get_level(), LOG_LEVEL_INFO);
}

/* A log that cannot be written changes nothing for whoever logs. */
static void test_log_without_standard_error(void **state)
{
    int kept = dup(STDERR_FILENO);
    int left;

    (void)state;
    close(STDERR_FILENO);
    errno = ENETDOWN;
    log_error("nobody reads this");
    left = errno;
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    close(kept);
    assert_int_equal(left, ENETDOWN);
}

/* Nothing from the wire or from a configuration can make a second line or move a terminal's cursor.
 */
static void test_log_is_sanitized(void **state)
{
    struct caught caught = catch_log();
    char line[128];
    char next[128];

    (void)state;
    unsetenv("JOURNAL_STREAM");
    log_info("a\nb\rc\td\x1b[2Je\x7f%sf\xc2\x9bg\xc3\xa9h", "\n");
    snprintf(line, sizeof line, "%.100s", caught_line(&caught));
    snprintf(next, sizeof next, "%.100s", caught_line(&caught));
    catch_end(&caught);
    assert_string_equal(line + 24, "info: a?b?c?d?[2Je??f??g\xc3\xa9h\n");
    assert_string_equal(next, "");
}

static void test_log_cuts_long_lines(void **state)
{
    struct caught caught = catch_log();
    static char large[9000];
    static char line[10000];

    (void)state;
    unsetenv("JOURNAL_STREAM");
    memset(large, 'x', sizeof large - 1);
    log_info("%s", large);
    snprintf(line, sizeof line, "%s", caught_line(&caught));
    catch_end(&caught);
    assert_true(strlen(line) <= 4096);
    assert_string_equal(line + strlen(line) - 5, "x...\n");
}

static void test_log_in_the_journal(void **state)
{
    struct caught caught = catch_log();
    char ours[64];
    char line[3][128];

    (void)state;
    snprintf(ours, sizeof ours, "%llu:%llu", (unsigned long long)caught.status.st_dev,
             (unsigned long long)caught.status.st_ino);
    setenv("JOURNAL_STREAM", ours, 1);
    log_warning("for the journal");
    snprintf(line[0], sizeof line[0], "%.100s", caught_line(&caught));
    /* Inherited, but standard error is something else. */
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_warning("for a file");
    snprintf(line[1], sizeof line[1], "%.100s", caught_line(&caught));
    setenv("JOURNAL_STREAM", "nonsense", 1);
    log_warning("for a file");
    snprintf(line[2], sizeof line[2], "%.100s", caught_line(&caught));
    unsetenv("JOURNAL_STREAM");
    catch_end(&caught);
    assert_string_equal(line[0], "<4>for the journal\n");
    assert_true(has_time(line[1]));
    assert_true(has_time(line[2]));
}

/* What a reader that stopped for a while finds. */
struct reading {
    int lines;
    int lost;
    char last[256];
};

static void read_line(struct reading *reading, const char *line)
{
    int lost = 0;

    if (strstr(line, " lost: nobody read the log") != NULL) {
        assert_int_equal(sscanf(line + 24, "warning: %d line", &lost), 1);
        reading->lost += lost;
    } else if (strstr(line, "wwwww") != NULL) {
        reading->lines++;
    }
    snprintf(reading->last, sizeof reading->last, "%.250s", line);
}

/* Until nothing more comes: a terminal delivers a little later. */
static struct reading read_all(int descriptor)
{
    struct reading reading = {0};
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    char line[5000];
    size_t used = 0;

    while (poll(&ready, 1, 200) == 1 && used < sizeof line - 1 &&
           read(descriptor, line + used, 1) == 1) {
        if (line[used++] != '\n')
            continue;
        line[used] = '\0';
        read_line(&reading, line);
        used = 0;
    }
    return reading;
}

/* Nobody reads `reader`, the other end of `writer`: no line waits for it (the alarm would end the
 * test), and as soon as there is room again it is said how many are missing. */
static void check_stuck_reader(int reader, int writer, int width)
{
    enum { LINES = 3000 };
    int standard_error = dup(STDERR_FILENO);
    struct reading first, second;
    char text[1024];

    unsetenv("JOURNAL_STREAM");
    memset(text, 'w', sizeof text);
    text[width] = '\0';
    assert_int_equal(dup2(writer, STDERR_FILENO), STDERR_FILENO);
    alarm(20);
    for (int i = 0; i < LINES; i++)
        log_info("%s", text);
    alarm(0);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
    first = read_all(reader);
    log_info("%s", "heard again");
    log_info("%s", "no more is missing");
    second = read_all(reader);
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    close(reader);
    close(writer);
    assert_true(first.lines > 0);
    /* A terminal makes room for a while in the midst of it. Lines written in part are lost too, but
     * may be counted here as read. */
    assert_true(first.lost + second.lost > 0);
    assert_within(first.lines + second.lines + first.lost + second.lost, LINES, LINES + 50);
    assert_string_equal(second.last + 24, "info: no more is missing\n");
}

static void test_log_into_a_full_pipe(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    check_stuck_reader(ends[0], ends[1], 90);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    check_stuck_reader(ends[0], ends[1], 1000);
}

/* A terminal nobody reads takes parts of lines. Lines of many lengths, since what is left differs.
 */
static void test_log_into_a_full_terminal(void **state)
{
    (void)state;
    for (int width = 40; width < 1000; width = width * 3 / 2) {
        int reader = posix_openpt(O_RDWR | O_NOCTTY);
        struct termios mode;
        int writer;

        if (reader < 0 || grantpt(reader) != 0 || unlockpt(reader) != 0)
            skip();
        writer = open(ptsname(reader), O_RDWR | O_NOCTTY);
        if (writer < 0)
            skip();
        assert_int_equal(tcgetattr(writer, &mode), 0);
        mode.c_oflag &= ~(tcflag_t)ONLCR; /* the shape of the lines stays */
        assert_int_equal(tcsetattr(writer, TCSANOW, &mode), 0);
        check_stuck_reader(reader, writer, width);
    }
}

/* Ctrl-S. */
static void test_log_into_a_stopped_terminal(void **state)
{
    int standard_error = dup(STDERR_FILENO);
    int reader = posix_openpt(O_RDWR | O_NOCTTY);
    struct reading reading;
    int writer;

    (void)state;
    if (reader < 0 || grantpt(reader) != 0 || unlockpt(reader) != 0)
        skip();
    writer = open(ptsname(reader), O_RDWR | O_NOCTTY);
    if (writer < 0)
        skip();
    assert_int_equal(tcflow(writer, TCOOFF), 0);
    assert_int_equal(dup2(writer, STDERR_FILENO), STDERR_FILENO);
    alarm(20);
    log_info("wwwww");
    alarm(0);
    assert_int_equal(tcflow(writer, TCOON), 0);
    log_info("wwwww");
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    reading = read_all(reader);
    close(reader);
    close(writer);
    assert_int_equal(reading.lost, 1);
    assert_int_equal(reading.lines, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem),
        cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_log_without_standard_error),
        cmocka_unit_test(test_log_is_sanitized),
        cmocka_unit_test(test_log_cuts_long_lines),
        cmocka_unit_test(test_log_in_the_journal),
        cmocka_unit_test(test_log_into_a_full_pipe),
        cmocka_unit_test(test_log_into_a_full_terminal),
        cmocka_unit_test(test_log_into_a_stopped_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
