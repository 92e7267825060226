/* SPDX-License-Identifier: MIT */
#include "ctl_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../tools/ctl/ctl.h"

static struct {
    char folder[40];
    char path[80];
    pid_t process;
    int listener;
    int asked; /* what the daemon heard */
    int life_line;
    int waiting[32];
    char heard[4096];
    char *out, *err;
} fake = {.listener = -1, .asked = -1, .life_line = -1};

/* ---- the daemon ---- */

static void send_all(int client, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(client, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        length -= (size_t)sent;
    }
}

static void repeat(int client, const char *text, unsigned count)
{
    char end[80];

    send_all(client, CANNED_HEADER, strlen(CANNED_HEADER));
    for (unsigned i = 0; i < count; i++)
        send_all(client, text, strlen(text));
    snprintf(end, sizeof end, "{\"type\":\"end\",\"ok\":true,\"count\":%u}\n", count);
    send_all(client, end, strlen(end));
}

static void give(int client, const struct canned *canned)
{
    char byte;

    switch (canned->manner) {
    case CANNED_ANSWERS: send_all(client, canned->text, strlen(canned->text)); break;
    case CANNED_REPEATS: repeat(client, canned->text, canned->count); break;
    case CANNED_STAYS_SILENT:
        send_all(client, canned->text, strlen(canned->text));
        while (recv(client, &byte, 1, 0) > 0) /* until the client goes */
            ;
        break;
    case CANNED_FLOODS:
        while (send(client, canned->text, strlen(canned->text), MSG_NOSIGNAL) > 0)
            ;
        break;
    }
}

/** Until the test ends, however it ends: then the other end of the life line is closed. */
static void serve(const struct canned *list, int asked, int life_line)
{
    struct pollfd polls[] = {{.fd = fake.listener, .events = POLLIN},
                             {.fd = life_line, .events = POLLIN}};

    while (poll(polls, 2, -1) > 0 && !polls[1].revents) {
        char request[600] = "";
        size_t length = 0;
        int client = accept(fake.listener, NULL, NULL);
        while (client >= 0 && length + 1 < sizeof request &&
               recv(client, request + length, 1, 0) == 1 && request[length] != '\n')
            length++;
        request[length] = '\n';
        if (write(asked, request, length + 1) < 0)
            _exit(1);
        request[length] = '\0';
        const struct canned *canned = list;
        while (canned->request && strcmp(canned->request, request) != 0)
            canned++;
        give(client, canned);
        close(client);
    }
    _exit(0);
}

const char *daemon_socket(void)
{
    if (fake.path[0])
        return fake.path;
    strcpy(fake.folder, "/tmp/igmpq-ctl-XXXXXX");
    assert_non_null(mkdtemp(fake.folder));
    snprintf(fake.path, sizeof fake.path, "%s/sock", fake.folder);
    return fake.path;
}

static void stop_daemon(void)
{
    if (fake.process > 0) {
        kill(fake.process, SIGKILL);
        waitpid(fake.process, NULL, 0);
    }
    fake.process = 0;
    for (size_t i = 0; i < sizeof fake.waiting / sizeof *fake.waiting; i++) {
        if (fake.waiting[i] > 0)
            close(fake.waiting[i]);
        fake.waiting[i] = 0;
    }
    if (fake.asked >= 0)
        close(fake.asked);
    if (fake.life_line >= 0)
        close(fake.life_line);
    if (fake.listener >= 0)
        close(fake.listener);
    fake.asked = fake.life_line = fake.listener = -1;
}

static void listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    stop_daemon();
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", daemon_socket());
    unlink(address.sun_path);
    fake.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fake.listener >= 0);
    assert_int_equal(bind(fake.listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fake.listener, 0), 0);
}

void daemon_answers(const struct canned *list)
{
    int ends[2], life[2];

    listen_here();
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(pipe2(life, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    fake.asked = ends[0];
    fake.life_line = life[1];
    fake.process = fork();
    assert_true(fake.process >= 0);
    if (fake.process == 0) {
        close(life[1]);
        serve(list, ends[1], life[0]);
    }
    close(ends[1]);
    close(life[0]);
}

void daemon_dies(void)
{
    listen_here();
    stop_daemon();
}

void daemon_hangs(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t count = 0;

    listen_here();
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", daemon_socket());
    for (; count < sizeof fake.waiting / sizeof *fake.waiting; count++) {
        fake.waiting[count] = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_true(fake.waiting[count] > 0);
        assert_int_equal(fcntl(fake.waiting[count], F_SETFL, O_NONBLOCK), 0);
        if (connect(fake.waiting[count], (const struct sockaddr *)&address, sizeof address) != 0)
            return;
    }
    fail_msg("there is always room for one more");
}

int daemon_ends(void **state)
{
    (void)state;
    stop_daemon();
    if (fake.path[0]) {
        unlink(fake.path);
        rmdir(fake.folder);
    }
    fake.path[0] = '\0';
    free(fake.out);
    free(fake.err);
    fake.out = fake.err = NULL;
    return 0;
}

const char *daemon_was_asked(void)
{
    ssize_t length = read(fake.asked, fake.heard, sizeof fake.heard - 1);

    fake.heard[length > 0 ? length : 0] = '\0';
    return fake.heard;
}

/* ---- the program ---- */

int run_ctl(const char *words)
{
    /* getopt remembers where in a word it stood: no word may be written over by those of the next
     * run. */
    static char lines[16384];
    static size_t used;
    char *line = lines + used, *word[32] = {(char[]){"igmpqctl"}}, *rest = NULL;
    int count = 1;
    size_t out_size, err_size;

    assert_true(used + strlen(words) < sizeof lines);
    strcpy(line, words);
    used += strlen(words) + 1;
    for (char *at = strtok_r(line, " ", &rest); at && count < 31; at = strtok_r(NULL, " ", &rest))
        word[count++] = at;
    free(fake.out);
    free(fake.err);
    FILE *out = open_memstream(&fake.out, &out_size);
    FILE *err = open_memstream(&fake.err, &err_size);
    assert_non_null(out);
    assert_non_null(err);
    setenv("IGMPQ_SOCKET", daemon_socket(), 1);
    setenv("TZ", "UTC", 1);
    unsetenv("NO_COLOR");
    alarm(600); /* a program that waits for ever is no test result; under valgrind it is slow */
    int status = ctl_main(count, word, out, err);
    alarm(0);
    fclose(out);
    fclose(err);
    return status;
}

const char *said(void)
{
    return fake.out;
}

const char *complained(void)
{
    return fake.err;
}

void shows(const char *words, const char *text)
{
    assert_int_equal(run_ctl(words), 0);
    assert_string_equal(said(), text);
    assert_string_equal(complained(), "");
}

void shows_the_same(const char *words)
{
    char *before = strdup(said());

    shows(words, before);
    free(before);
}

void fails(const char *words, int status, const char *sentence)
{
    int got = run_ctl(words);

    if (got != status || !strstr(complained(), sentence))
        fail_msg("igmpqctl %s: status %d, not %d, and:\n%s", words, got, status, complained());
    assert_string_equal(said(), "");
    assert_memory_equal(complained(), "igmpqctl: ", 10);
    assert_ptr_equal(strchr(complained(), '\n'), complained() + strlen(complained()) - 1);
}
