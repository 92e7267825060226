/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Lines for a person, or for the journal, on standard error.
 */
#include "igmpq/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log_syslog.h"

/* Not above PIPE_BUF on Linux: a line into a pipe then arrives in one piece. */
#define LOG_LINE_SIZE 4096

/* A terminal says that it is writable when only a part of a line has room, and write(2) would wait
 * for the rest; Linux reserves for it in steps of 256 octets. */
#define LOG_TERMINAL_PIECE 128

static enum log_level log_level = LOG_LEVEL_INFO;

/* What could not be written, for the sentence that is due once somebody reads again. */
static struct {
    uint64_t lines;
    bool is_cut; /* the last one was written in part */
} log_lost;

/* The system's log; no path: it is not wanted. */
static struct {
    const char *path;
    int descriptor;
} log_system = {NULL, -1};

void log_open_syslog(const char *socket)
{
    log_system.path = socket != NULL ? socket : _PATH_LOG;
}

void log_set_level(enum log_level level)
{
    log_level = level;
}

enum log_level log_get_level(void)
{
    return log_level;
}

const char *log_level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR: return "error";
    case LOG_LEVEL_WARNING: return "warning";
    case LOG_LEVEL_INFO: return "info";
    case LOG_LEVEL_DEBUG: return "debug";
    }
    return "unknown";
}

/* The numbers of syslog(3), which the journal reads from the prefix (sd-daemon(3)). */
static int log_level_priority(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR: return 3;
    case LOG_LEVEL_WARNING: return 4;
    case LOG_LEVEL_INFO: return 6;
    case LOG_LEVEL_DEBUG: return 7;
    }
    return 6;
}

/* systemd.exec(5): JOURNAL_STREAM is inherited by children whose standard error was redirected
 * elsewhere, hence the comparison of device and inode. */
static bool log_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    unsigned long long device;
    unsigned long long inode;
    char *end;

    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return false;
    device = strtoull(stream, &end, 10);
    if (end == stream || *end != ':')
        return false;
    stream = end + 1;
    inode = strtoull(stream, &end, 10);
    if (end == stream || *end != '\0')
        return false;
    return (unsigned long long)status.st_dev == device &&
           (unsigned long long)status.st_ino == inode;
}

static const struct log_listener *log_listening;

void log_listen(const struct log_listener *listener)
{
    log_listening = listener;
}

static size_t log_prefix(enum log_level level, char *out, size_t size)
{
    struct timespec now;
    struct tm local;
    size_t length;

    if (log_is_journal())
        return (size_t)snprintf(out, size, "<%d>", log_level_priority(level));
    clock_gettime(CLOCK_REALTIME, &now);
    if (localtime_r(&now.tv_sec, &local) == NULL)
        memset(&local, 0, sizeof local);
    length = strftime(out, size, "%Y-%m-%d %H:%M:%S", &local);
    length += (size_t)snprintf(out + length, size - length,
                               ".%03u %s: ", (unsigned)(now.tv_nsec / 1000000) % 1000,
                               log_level_name(level));
    return length;
}

/* C0, DEL and C1 (which UTF-8 writes as c2 80 to c2 9f): new lines and terminal sequences. */
static void log_sanitize(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at != 0; at++) {
        if (*at < 0x20 || *at == 0x7f)
            *at = '?';
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
            at[0] = at[1] = '?';
    }
}

/* O_NONBLOCK would belong to all who share the terminal or the pipe, hence the question before each
 * write. Files always say yes, and a reader that is gone leaves an error for write(2). */
static bool log_is_writable(void)
{
    struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&standard_error, 1, 0) == 1;
}

/* False when nobody reads, so that write(2) would stop the querier. Any other failure is no reason
 * to stop querying, and there is nowhere to say so. */
static bool log_write(const char *data, size_t length)
{
    size_t piece = isatty(STDERR_FILENO) ? LOG_TERMINAL_PIECE : length;
    const char *begin = data;

    while (length > 0) {
        ssize_t written = -1;

        errno = EAGAIN;
        if (log_is_writable())
            written = write(STDERR_FILENO, data, length < piece ? length : piece);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN) {
            log_lost.is_cut |= data > begin;
            return false;
        }
        if (written <= 0)
            return true;
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* Say first what is missing here; false when that cannot be said yet. */
static bool log_write_lost(void)
{
    char line[128];
    size_t length = 0;

    if (log_lost.lines == 0)
        return true;
    if (log_lost.is_cut)
        line[length++] = '\n';
    length += log_prefix(LOG_LEVEL_WARNING, line + length, sizeof line - length);
    length += (size_t)snprintf(line + length, sizeof line - length,
                               "%llu line%s lost: nobody read the log\n",
                               (unsigned long long)log_lost.lines, log_lost.lines == 1 ? "" : "s");
    if (!log_write(line, length))
        return false;
    log_lost.lines = 0;
    log_lost.is_cut = false;
    return true;
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[LOG_LINE_SIZE];
    size_t room = sizeof line - 1; /* for the new line, which takes the place of the final zero */
    int kept = errno;
    size_t prefix;
    size_t length;
    va_list arguments;
    int wanted;

    if (level > log_level)
        return;
    prefix = log_prefix(level, line, room);
    va_start(arguments, format);
    wanted = vsnprintf(line + prefix, room - prefix, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        line[prefix] = '\0';
    log_sanitize(line + prefix);
    length = prefix + strlen(line + prefix);
    if (wanted > 0 && (size_t)wanted >= room - prefix)
        memcpy(line + length - 3, "...", 3);
    if (log_listening != NULL)
        log_listening->hear(log_listening->context, level, line + prefix);
    if (log_system.path != NULL)
        log_syslog_write(log_system.path, &log_system.descriptor, log_level_priority(level),
                         line + prefix);
    line[length++] = '\n';
    if (!log_write_lost() || !log_write(line, length))
        log_lost.lines++;
    errno = kept;
}
