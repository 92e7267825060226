/* SPDX-License-Identifier: MIT */
/* Floor 3. The control socket in the file system. */
#include "control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

#define BACKLOG      16
#define FOLDER_TRIES 20
#define FOLDER_PAUSE 10000000 /* nanoseconds */
#define OTHER_ADVICE "choose another path with --control-socket, or 'none'"

int control_socket_prepare(int descriptor)
{
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static int make_socket(void)
{
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);

    return descriptor < 0 ? -1 : control_socket_prepare(descriptor);
}

/** Who gives root up later can remove the socket only from a folder of his own: one that was made
 * for it, or the usual one, left by an igmpqd that stayed root. */
static void give_folder(int descriptor, const char *folder, bool is_ours,
                        const struct service_user *owner)
{
    static const char usual[] = CONTROL_SOCKET;
    size_t length = (size_t)(strrchr(usual, '/') - usual);
    struct stat about;

    if (!owner || !owner->is_change || fstat(descriptor, &about) < 0 || about.st_uid != geteuid())
        return;
    is_ours |= strlen(folder) == length && strncmp(folder, usual, length) == 0;
    /* Where it cannot be given away, the socket stays behind, and the next igmpqd replaces it. */
    if (is_ours && fchown(descriptor, owner->user, owner->group) < 0)
        errno = 0;
}

/** What is denied here may be allowed elsewhere: who is not root has no place in the usual folder.
 */
static const char *advice(int error)
{
    bool is_denied = error == EACCES || error == EPERM || error == EROFS;

    return is_denied ? "; " OTHER_ADVICE : "";
}

/**
 * Make the folder of the socket where it is missing, and hold it while looking at what is there:
 * two daemons that start at once must not both find the other's socket stale. Its descriptor, or -1
 * with a sentence. A folder that somebody else holds does not keep the daemon from starting.
 */
static int hold_folder(const char *path, const struct service_user *owner, struct problem *problem)
{
    char folder[CONTROL_PATH_SIZE];
    const struct timespec pause = {.tv_nsec = FOLDER_PAUSE};

    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        snprintf(folder, sizeof folder, "%s", slash ? "/" : ".");
    else
        *slash = '\0';
    bool is_made = mkdir(folder, 0755) == 0;
    if (is_made)
        chmod(folder, 0755); /* whatever the umask is: the mode of the socket is what decides */
    else if (errno != EEXIST)
        return problem_set(problem, "%s cannot be made: %s%s", folder, strerror(errno),
                           advice(errno));
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return problem_set(problem, "%s: %s%s", folder, strerror(errno), advice(errno));
    give_folder(descriptor, folder, is_made, owner);
    for (int i = 0; i < FOLDER_TRIES && flock(descriptor, LOCK_EX | LOCK_NB) < 0; i++)
        nanosleep(&pause, NULL);
    return descriptor;
}

/** Remove a socket that nobody listens on. 0, or -1 with a sentence. */
static int clear_stale(const struct sockaddr_un *address, struct problem *problem)
{
    const char *path = address->sun_path;
    struct stat about;

    if (lstat(path, &about) < 0)
        return errno == ENOENT
                   ? 0
                   : problem_set(problem, "%s: %s%s", path, strerror(errno), advice(errno));
    if (!S_ISSOCK(about.st_mode))
        return problem_set(problem, "%s is there already and is no socket; " OTHER_ADVICE, path);
    int probe = make_socket();
    if (probe < 0)
        return problem_set(problem, "cannot make a socket: %s", strerror(errno));
    int result = connect(probe, (const struct sockaddr *)address, sizeof *address);
    int why = result < 0 ? errno : 0;
    close(probe);
    if (result == 0 || why == EAGAIN || why == EINPROGRESS)
        return problem_set(problem, "another igmpqd listens on %s; " OTHER_ADVICE, path);
    if (why != ECONNREFUSED)
        return problem_set(problem, "%s: %s%s", path, strerror(why), advice(why));
    if (unlink(path) < 0)
        return problem_set(problem, "%s, of a daemon that is gone, cannot be removed: %s%s", path,
                           strerror(errno), advice(errno));
    return 0;
}

/** Owner and group as wanted. Without following a link: the file may lie in a folder of others. */
static int set_owner(const char *path, const struct control_setup *setup, struct problem *problem)
{
    const struct service_user *owner =
        setup->owner && setup->owner->is_change ? setup->owner : NULL;
    bool has_group = setup->group && setup->group[0] != '\0';
    gid_t group = owner ? owner->group : (gid_t)-1;

    if (!owner && !has_group)
        return 0;
    if (has_group && control_group_find(setup->group, &group) < 0)
        return problem_set(problem, "there is no group '%s'", setup->group);
    if (lchown(path, owner ? owner->user : (uid_t)-1, group) == 0)
        return 0;
    if (has_group)
        return problem_set(
            problem,
            "%s cannot be given to group %s: %s (who is not root has to be a member: "
            "SupplementaryGroups=%s in the unit of systemd)",
            path, setup->group, strerror(errno), setup->group);
    return 0; /* a container's root that may not give files away: then they are root's */
}

static int listen_on(struct control_socket *out, const struct sockaddr_un *address,
                     const struct control_setup *setup, struct problem *problem)
{
    struct stat about;

    out->descriptor = make_socket();
    if (out->descriptor < 0)
        return problem_set(problem, "cannot make a socket: %s", strerror(errno));
    mode_t before = umask(0777 & ~(mode_t)setup->mode);
    int result = bind(out->descriptor, (const struct sockaddr *)address, sizeof *address);
    umask(before);
    if (result < 0) {
        problem_set(problem, "%s cannot be made: %s%s", address->sun_path, strerror(errno),
                    advice(errno));
        close(out->descriptor);
        out->descriptor = -1;
        return -1;
    }
    if (lstat(address->sun_path, &about) == 0) {
        out->device = about.st_dev;
        out->inode = about.st_ino;
    }
    if (set_owner(address->sun_path, setup, problem) < 0)
        goto failed;
    if (listen(out->descriptor, BACKLOG) < 0) {
        problem_set(problem, "%s: %s", address->sun_path, strerror(errno));
        goto failed;
    }
    return 0;
failed:
    control_socket_close(out);
    return -1;
}

int control_socket_open(struct control_socket *out, const struct control_setup *setup,
                        struct problem *problem)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    out->descriptor = -1;
    if (strlen(setup->path) >= sizeof out->path)
        return problem_set(problem, "%s is longer than the path of a socket can be (%zu)",
                           setup->path, sizeof out->path - 1);
    snprintf(out->path, sizeof out->path, "%s", setup->path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", setup->path);
    int folder = hold_folder(setup->path, setup->owner, problem);
    if (folder < 0)
        return -1;
    int result = clear_stale(&address, problem);
    if (result == 0)
        result = listen_on(out, &address, setup, problem);
    close(folder);
    return result;
}

void control_socket_close(struct control_socket *socket)
{
    struct stat about;

    if (socket->descriptor < 0)
        return;
    close(socket->descriptor);
    socket->descriptor = -1;
    if (lstat(socket->path, &about) == 0 && about.st_dev == socket->device &&
        about.st_ino == socket->inode)
        unlink(socket->path);
}
