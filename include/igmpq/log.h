/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Lines for a person on standard error: "2026-11-23 10:00:00.123 warning: text".
 * Levels: error, warning, info, debug. Under systemd (JOURNAL_STREAM set and standard error is that
 * stream) the time is left out and the level is given as the "<N>" prefix that the journal reads.
 * A reader that stops reading never stops the writer: lines without room are dropped, and counted
 * in a line of their own once there is room again. The level, that count, the socket of the
 * system's log and who listens are the only mutable state. Never exits.
 */
#ifndef IGMPQ_LOG_H
#define IGMPQ_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/** "error", "warning", "info", "debug"; static. */
const char *log_level_name(enum log_level level);

/** Lines above this level are not written; starts at info. */
void log_set_level(enum log_level level);
/** For who would make a line in vain. */
enum log_level log_get_level(void);

/** Also to the system's log, facility daemon, from now on; `socket` is where the log daemon
 * listens, which may come later and go (NULL: at the usual place). Borrowed. */
void log_open_syslog(const char *socket);

/** One line; control characters inside are replaced so that nothing from the wire can forge a line.
 */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Hears each line that is written, without time and level. It must not log. */
struct log_listener {
    void (*hear)(void *context, enum log_level level, const char *text);
    void *context;
};

/** One more reader, from now on; NULL: no more. Borrowed. */
void log_listen(const struct log_listener *listener);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
