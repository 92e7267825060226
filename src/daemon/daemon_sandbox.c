/* SPDX-License-Identifier: MIT */
/* Floor 4. Root is given up when all is open, and before the first frame is read. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "daemon_private.h"
#include "igmpq/json.h"
#include "igmpq/lock.h"

int daemon_choose_user(struct daemon *daemon, struct problem *problem)
{
    const struct daemon_config *config = &daemon->config.daemon;

    daemon->is_confined = !config->is_unconfined;
    daemon->lock_user = sandbox_default_user();
    if (!daemon->is_confined) {
        log_warning("no sandbox: igmpqd stays what it was started as; for debugging only");
        return 0;
    }
    if (sandbox_choose(config->user, &daemon->user, problem) < 0)
        return -1;
    /* Anything may run as nobody: its locks are no reason not to start. */
    if (!daemon->user.is_fallback)
        daemon->lock_user = daemon->user.user;
    else
        log_info("there is no user '" IGMPQ_USER
                 "': running as %s, as others may (useradd --system "
                 "--no-create-home --shell /usr/sbin/nologin " IGMPQ_USER ")",
                 daemon->user.name);
    return 0;
}

/** What can still be told to the person who starts us, and not later when it matters. */
static void check_reload(const struct daemon *daemon)
{
    const char *path = daemon->setup->config_path;

    if (path && access(path, R_OK) < 0)
        log_warning("%s cannot be read by user %s (%s): it is in force, and SIGHUP cannot read it "
                    "again (chgrp it to a group of that user, chmod g+r, and +x for its folders)",
                    path, daemon->user.name, strerror(errno));
}

int daemon_confine(struct daemon *daemon, struct problem *problem)
{
    const char *socket = daemon->control ? daemon->control_path : NULL;
    struct problem why;

    if (!daemon->is_confined)
        return 0;
    /* What draws on the system once and keeps the result. */
    json_draw_seed();
    tzset();
    int dropped = sandbox_drop(&daemon->user, SANDBOX_DAEMON, problem);
    if (dropped < 0)
        return -1;
    if (dropped > 0)
        log_warning("%s: running as root, without its capabilities (start igmpqd as another user "
                    "with CAP_NET_RAW, or let it have CAP_SETUID and CAP_SETGID)",
                    problem->text);
    check_reload(daemon);
    int filtered = sandbox_filter(SANDBOX_DAEMON, socket, &why);
    log_info("running as user %s%s", dropped > 0 ? "root" : daemon->user.name,
             filtered == 0 ? ", system calls filtered" : "");
    if (filtered != 0)
        log_info("%s", why.text);
    return 0;
}
