/* SPDX-License-Identifier: MIT */
/* Floor 3. The system's log, beside standard error. Unlike syslog(3) it never waits for a reader.
 */
#ifndef IGMPQ_IO_LOG_SYSLOG_H
#define IGMPQ_IO_LOG_SYSLOG_H

#include <stddef.h>

/** One line of that priority (the numbers of syslog(3)), without time and new line; what nobody
 * takes is lost. `socket` is where the log daemon listens; `descriptor` (-1 at first) is kept by
 * the caller, and is another one when the log daemon was started again. */
void log_syslog_write(const char *socket, int *descriptor, int priority, const char *text);

#endif
