/* SPDX-License-Identifier: MIT */
/* Floor 3. Places outlive libconfig's tree, which the names of files belong to. */
#include "config_place.h"

#include <stdlib.h>
#include <string.h>

struct config_place config_place_of(const config_setting_t *at)
{
    return (struct config_place){config_setting_source_file(at), config_setting_source_line(at)};
}

int config_names_keep(struct config_names *names, struct config_place *place)
{
    if (!place->file)
        return 0;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], place->file) == 0) {
            place->file = names->name[i];
            return 0;
        }
    char **grown = realloc(names->name, (names->count + 1) * sizeof *grown);
    if (!grown)
        return -1;
    names->name = grown;
    char *name = strdup(place->file);
    if (!name)
        return -1;
    place->file = names->name[names->count++] = name;
    return 0;
}

void config_names_free(struct config_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
    *names = (struct config_names){0};
}
