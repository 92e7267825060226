/* SPDX-License-Identifier: MIT */
/* Floor 3. Who to become, and becoming it. */
#include "igmpq/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "sandbox_private.h"

#define NOBODY        "nobody"
#define NOBODY_NUMBER 65534 /* where not even that has a name */

/* Numbers are given out from below, and few are when this is asked for; the limit of the system may
 * be a thousand million. */
#define DESCRIPTORS_MOST 4096

static bool find_user(const char *name, struct service_user *out)
{
    const struct passwd *found = getpwnam(name);

    if (!found)
        return false;
    snprintf(out->name, sizeof out->name, "%s", name);
    out->user = found->pw_uid;
    out->group = found->pw_gid;
    return true;
}

static int find_named(const char *name, struct service_user *out, struct problem *problem)
{
    *out = (struct service_user){.is_named = true};
    if (strlen(name) >= sizeof out->name || !find_user(name, out))
        return problem_set(problem, "there is no user '%s'; make it (useradd --system %s)", name,
                           name);
    if (out->user == 0)
        return problem_set(problem,
                           "user '%s' is root, which igmpqd gives up: name another one, or say "
                           "--no-sandbox",
                           name);
    return 0;
}

int sandbox_check_user(const char *name, struct problem *problem)
{
    struct service_user ignored;

    return find_named(name, &ignored, problem);
}

uid_t sandbox_default_user(void)
{
    struct service_user found;

    return find_user(IGMPQ_USER, &found) ? found.user : (uid_t)-1;
}

static void stay(struct service_user *out)
{
    const struct passwd *found = getpwuid(geteuid());

    *out = (struct service_user){.user = geteuid(), .group = getegid()};
    if (found && strlen(found->pw_name) < sizeof out->name)
        snprintf(out->name, sizeof out->name, "%s", found->pw_name);
    else
        snprintf(out->name, sizeof out->name, "%lu", (unsigned long)out->user);
}

int sandbox_choose(const char *wanted, struct service_user *out, struct problem *problem)
{
    bool is_root = geteuid() == 0;

    if (wanted && wanted[0] != '\0') {
        if (find_named(wanted, out, problem) < 0)
            return -1;
        out->is_change = is_root;
        if (is_root || out->user == geteuid())
            return 0;
        return problem_set(problem,
                           "only root can become user '%s': start igmpqd as root or as that user, "
                           "or do not name one",
                           wanted);
    }
    if (!is_root || !sandbox_keeps_rights()) {
        stay(out);
        return 0;
    }
    *out = (struct service_user){.is_change = true};
    if (find_user(IGMPQ_USER, out) && out->user != 0)
        return 0;
    out->is_fallback = true;
    if (find_user(NOBODY, out) && out->user != 0)
        return 0;
    snprintf(out->name, sizeof out->name, "%d", NOBODY_NUMBER);
    out->user = NOBODY_NUMBER;
    out->group = NOBODY_NUMBER;
    return 0;
}

/** All three user IDs, and all groups. -1 with errno. */
static int become(const struct service_user *user)
{
    if (setgroups(0, NULL) != 0)
        return -1;
#if defined(__APPLE__) || defined(__NetBSD__)
    return setgid(user->group) != 0 || setuid(user->user) != 0 ? -1 : 0;
#else
    return setresgid(user->group, user->group, user->group) != 0 ||
                   setresuid(user->user, user->user, user->user) != 0
               ? -1
               : 0;
#endif
}

int sandbox_drop(const struct service_user *user, enum sandbox_role role, struct problem *problem)
{
    struct problem inner;
    int result = 0;

    sandbox_before_user();
    if (user->is_change && become(user) != 0) {
        /* EPERM: a container without CAP_SETUID or CAP_SETGID; EINVAL: a user namespace that does
         * not have that user. */
        bool is_refused = errno == EPERM || errno == EINVAL;
        problem_set(problem, "cannot become user %s: %s", user->name, strerror(errno));
        if (!is_refused || user->is_named)
            return -1;
        result = 1;
    }
    if (sandbox_after_user(role, &inner) < 0) {
        *problem = inner;
        return -1;
    }
    if (result == 0 && user->is_change && (geteuid() == 0 || getuid() == 0 || setuid(0) == 0))
        return problem_set(problem, "root was given up and is still there");
    return result;
}

void sandbox_close_descriptors(int first, const int *kept, unsigned count)
{
    for (int descriptor = first; descriptor < DESCRIPTORS_MOST; descriptor++) {
        bool is_kept = false;
        for (unsigned i = 0; i < count; i++)
            is_kept |= kept[i] == descriptor;
        if (!is_kept)
            close(descriptor);
    }
}
