/* SPDX-License-Identifier: MIT */
/* Unit tests of problems and log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "igmpq/log.h"
#include "igmpq/problem.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem),
        cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_log_without_standard_error),
        cmocka_unit_test(test_log_is_sanitized),
        cmocka_unit_test(test_log_cuts_long_lines),
        cmocka_unit_test(test_log_in_the_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
