/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Frames out, through libnet's advanced link mode.
 */
#include "igmpq/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <libnet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

struct injector {
    libnet_t *libnet;
    char name[LINK_NAME_SIZE];
};

/*
 * Why libnet could not open the interface. It tells in prose only, and its clean-up overwrites
 * errno, so the one case that needs advice is found in the prose: its own words, or the system's.
 */
static int injector_explain(const char *interface, const char *detail, struct problem *problem)
{
    char advice[PRIVILEGE_ADVICE_SIZE];
    const char *after_function = strstr(detail, "(): ");

    if (strstr(detail, "CAP_NET_RAW") != NULL || strstr(detail, "UID") != NULL ||
        strstr(detail, strerror(EPERM)) != NULL || strstr(detail, strerror(EACCES)) != NULL)
        return problem_set(problem, "no permission to send on %s: %s", interface,
                           privilege_advice(advice));
    if (if_nametoindex(interface) == 0)
        return problem_set(problem, "there is no interface %s", interface);
    if (after_function != NULL)
        detail = after_function + 4;
    return problem_set(problem, "cannot send on %s: %.*s", interface, (int)strcspn(detail, "\r\n"),
                       detail);
}

static int injector_prepare(struct injector *injector, const char *interface,
                            struct problem *problem)
{
    char error[LIBNET_ERRBUF_SIZE] = "";
    const char *device;

    if (strlen(interface) >= sizeof injector->name)
        return problem_set(problem, "there is no interface %s", interface);
    snprintf(injector->name, sizeof injector->name, "%s", interface);
    injector->libnet = libnet_init(LIBNET_LINK_ADV, injector->name, error);
    if (injector->libnet == NULL)
        return injector_explain(interface, error, problem);
    /* libnet takes a name that begins with a digit for an address and then looks for an interface
     * that has it. */
    device = libnet_getdevice(injector->libnet);
    if (device == NULL || strcmp(device, interface) != 0)
        return problem_set(problem, "cannot send on %s: libnet takes it for %s", interface,
                           device != NULL ? device : "nothing");
    if (inject_refuse_input(libnet_getfd(injector->libnet)) != 0)
        return problem_set(problem, "cannot make the sending socket of %s deaf: %s", interface,
                           strerror(errno));
    if (inject_let_stack_hear(libnet_getfd(injector->libnet)) != 0)
        return problem_set(problem,
                           "cannot let this host's own members hear what is sent on %s: %s",
                           interface, strerror(errno));
    /* An interface that does not get rid of what it is given would hold up all the others. */
    int flags = fcntl(libnet_getfd(injector->libnet), F_GETFL);
    if (flags < 0 || fcntl(libnet_getfd(injector->libnet), F_SETFL, flags | O_NONBLOCK) != 0)
        return problem_set(problem, "cannot set up the sending socket of %s: %s", interface,
                           strerror(errno));
    return 0;
}

struct injector *injector_open(const char *interface, struct problem *problem)
{
    struct injector *injector = calloc(1, sizeof *injector);

    if (injector == NULL) {
        problem_set(problem, "cannot send on %s: not enough memory", interface);
        return NULL;
    }
    if (injector_prepare(injector, interface, problem) != 0) {
        injector_close(injector);
        return NULL;
    }
    return injector;
}

int inject(struct injector *injector, struct octets frame, struct problem *problem)
{
    int written;

    if (frame.length > UINT16_MAX) {
        errno = EMSGSIZE;
        return problem_set(problem, "%s: a frame of %zu octets is too long", injector->name,
                           frame.length);
    }
    errno = 0;
    written = libnet_adv_write_link(injector->libnet, frame.data, (uint32_t)frame.length);
    if (written == (int)frame.length)
        return 0;
    if (written >= 0) {
        errno = EMSGSIZE;
        return problem_set(problem, "%s took only %d of %zu octets", injector->name, written,
                           frame.length);
    }
    return problem_set(problem, "cannot send on %s: %s", injector->name,
                       errno != 0 ? strerror(errno) : libnet_geterror(injector->libnet));
}

void injector_close(struct injector *injector)
{
    if (injector == NULL)
        return;
    libnet_destroy(injector->libnet);
    free(injector);
}
