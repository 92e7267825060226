/* SPDX-License-Identifier: MIT */
/* Floor 3. The settings of the configuration file that are for the daemon and not for the protocol:
 * the control socket, the hook, the groups that are expected, whom to become. */
#ifndef IGMPQ_IO_CONFIG_DAEMON_H
#define IGMPQ_IO_CONFIG_DAEMON_H

#include <libconfig.h>

#include "igmpq/config.h"

/** Their names, ended by NULL. */
extern const char *const config_daemon_names[];

/** Whether a setting of that name is one of them. */
bool config_daemon_knows(const char *name);

/** Read one of them. -1 with a sentence, and what in the file it is about in `*where`. */
int config_daemon_read(const config_setting_t *at, struct daemon_config *out,
                       const config_setting_t **where, struct problem *problem);

/** Whether this system has what they name. -1 with a sentence, and the place of the setting. */
int config_daemon_check_names(const struct daemon_config *config, struct config_place *place,
                              struct problem *problem);

/** Read expect-groups. Likewise. */
int config_daemon_read_expected(const config_setting_t *at, struct expected_groups *out,
                                const config_setting_t **where, struct problem *problem);

void config_daemon_default(struct daemon_config *out);
void config_daemon_free(struct daemon_config *config);

#endif
