/* SPDX-License-Identifier: MIT */
/* Unit tests of the file with the number of the process, and of the system's log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/io/log_syslog.h"
#include "igmpq/pidfile.h"
#include "says.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, P_tmpdir "/igmpq-pidfile-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static long number_in(const char *path)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");

    if (!file)
        return -1;
    if (!fgets(text, sizeof text, file))
        text[0] = '\0';
    fclose(file);
    return strtol(text, NULL, 10);
}

static void test_written_and_removed(void **state)
{
    struct problem problem;
    char path[96];

    (void)state;
    snprintf(path, sizeof path, "%s/pid", folder);
    put(path, "12345\n"); /* of a daemon that is dead */
    struct pidfile *pidfile = pidfile_open(path, &problem);
    if (!pidfile)
        fail_msg("%s", problem.text);
    assert_int_equal(number_in(path), 12345);
    assert_int_equal(pidfile_write(pidfile, &problem), 0);
    assert_int_equal(number_in(path), getpid());
    assert_null(pidfile_open(path, &problem));
    assert_says(&problem, "another igmpqd (process ");
    pidfile_close(pidfile);
    assert_int_equal(access(path, F_OK), -1);
    pidfile_close(NULL);
}

/* One ends and removes its file while another has opened it and waits for its processor: what that
 * one then locks is to be the file that is there. The race is run until it was lost often enough.
 */
static void test_one_ends_while_another_starts(void **state)
{
    struct problem problem;
    char path[96];

    (void)state;
    snprintf(path, sizeof path, "%s/pid", folder);
    pid_t other = fork();
    for (unsigned i = 0; i < 3000; i++) {
        struct pidfile *pidfile = pidfile_open(path, &problem);
        if (pidfile && other != 0) {
            assert_int_equal(pidfile_write(pidfile, &problem), 0);
            assert_int_equal(number_in(path), getpid());
        }
        pidfile_close(pidfile);
    }
    if (other == 0)
        _exit(0);
    assert_int_equal(waitpid(other, NULL, 0), other);
    unlink(path);
}

/* Who goes into the background leaves it to the daemon, with the lock. */
static void test_left_to_the_daemon(void **state)
{
    struct problem problem;
    char path[96], go = 0;
    int ends[2];

    (void)state;
    snprintf(path, sizeof path, "%s/pid", folder);
    struct pidfile *pidfile = pidfile_open(path, &problem);
    assert_non_null(pidfile);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t daemon = fork();
    if (daemon == 0) {
        close(ends[1]);
        if (pidfile_write(pidfile, &problem) < 0 || read(ends[0], &go, 1) != 0)
            _exit(1);
        pidfile_close(pidfile);
        _exit(0);
    }
    pidfile_leave(pidfile);
    pidfile_leave(NULL);
    assert_null(pidfile_open(path, &problem));
    assert_int_equal(access(path, F_OK), 0);
    close(ends[0]);
    close(ends[1]);
    int status = 1;
    assert_int_equal(waitpid(daemon, &status, 0), daemon);
    assert_int_equal(status, 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void test_other_files_are_left_alone(void **state)
{
    struct problem problem;
    char path[96], link[96];

    (void)state;
    snprintf(path, sizeof path, "%s/text", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    put(path, "root:x:0:0:\n");
    assert_null(pidfile_open(path, &problem));
    assert_says(&problem, "no file of a process number");
    put(path, "1\n");
    assert_int_equal(symlink(path, link), 0);
    assert_null(pidfile_open(link, &problem));
    assert_null(pidfile_open(folder, &problem));
    assert_null(pidfile_open("/no/such/folder/pid", &problem));
    assert_says(&problem, "cannot be made");
    /* One that was replaced is not ours to remove. */
    struct pidfile *pidfile = pidfile_open(path, &problem);
    assert_non_null(pidfile);
    unlink(path);
    put(path, "2\n");
    pidfile_close(pidfile);
    assert_int_equal(number_in(path), 2);
    unlink(path);
    unlink(link);
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    memcpy(address.sun_path, path, strlen(path));
    unlink(path);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

static void test_syslog(void **state)
{
    char path[96], text[4096], wanted[64];
    static char large[4000];
    int descriptor = -1;

    (void)state;
    snprintf(path, sizeof path, "%s/log", folder);
    log_syslog_write(path, &descriptor, 3, "nobody is there");
    assert_int_equal(descriptor, -1);
    int reader = listen_at(path);
    log_syslog_write(path, &descriptor, 4, "take heed");
    ssize_t length = recv(reader, text, sizeof text - 1, 0);
    assert_true(length > 0);
    text[length] = '\0';
    assert_int_equal(strncmp(text, "<28>", 4), 0);
    snprintf(wanted, sizeof wanted, " igmpqd[%ld]: take heed", (long)getpid());
    assert_string_equal(text + 4 + 15, wanted); /* "Nov 23 10:00:00" */
    /* The log daemon is started again. */
    close(reader);
    reader = listen_at(path);
    log_syslog_write(path, &descriptor, 6, "again");
    length = recv(reader, text, sizeof text - 1, 0);
    assert_true(length > 0);
    /* It does not read: nothing waits. */
    for (int i = 0; i < 5000; i++)
        log_syslog_write(path, &descriptor, 6, "and again");
    while (recv(reader, text, sizeof text, 0) > 0)
        continue;
    memset(large, 'x', sizeof large - 1);
    log_syslog_write(path, &descriptor, 6, large);
    assert_int_equal(recv(reader, text, sizeof text, 0), 2047);
    close(descriptor);
    close(reader);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_removed),
        cmocka_unit_test(test_one_ends_while_another_starts),
        cmocka_unit_test(test_left_to_the_daemon),
        cmocka_unit_test(test_other_files_are_left_alone),
        cmocka_unit_test(test_syslog),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
