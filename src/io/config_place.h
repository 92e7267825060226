/* SPDX-License-Identifier: MIT */
/* Floor 3. Where in which file a setting stands, and the names of those files. */
#ifndef IGMPQ_IO_CONFIG_PLACE_H
#define IGMPQ_IO_CONFIG_PLACE_H

#include <libconfig.h>

#include "igmpq/config.h"

/** The file's name is libconfig's own, and good as long as its tree is there. */
struct config_place config_place_of(const config_setting_t *at);

/** libconfig's name in a place becomes one of `names`. -1 without memory. */
int config_names_keep(struct config_names *names, struct config_place *place);
void config_names_free(struct config_names *names);

#endif
