/* SPDX-License-Identifier: MIT */
/* Floor 3. Groups of users, by name. */
#include <grp.h>

#include "system.h"

int control_group_find(const char *name, gid_t *out)
{
    const struct group *group = getgrnam(name);

    if (!group)
        return -1;
    *out = group->gr_gid;
    return 0;
}
