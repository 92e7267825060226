/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. Linked into copies of the programs for tests/faults/run: the calls of calls.h come here
 * first (-Wl,--wrap), are counted by the place that they come from, and fail as the file says that
 * FAULTS_PLAN names. Without it nothing fails.
 *
 * Nothing here allocates, opens or logs once the program runs: it is in the middle of everything.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <libconfig.h>
#include <net/if.h>
#include <pcap.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <libnet.h>

#include "plan.h"

#define MESSAGE "a fault of the test"

static struct plan *plan;
static bool has_failed; /* so that the library's own message is asked for, and there is one */

extern const char begin_of_program __asm__("__ehdr_start") __attribute__((visibility("hidden")));

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_fcntl(int descriptor, int command, ...);
int __wrap_fcntl(int descriptor, int command, ...);
int __real_ioctl(int descriptor, unsigned long request, ...);
int __wrap_ioctl(int descriptor, unsigned long request, ...);
json_t *__wrap_json_pack(const char *format, ...);
char *__real_pcap_geterr(pcap_t *pcap);
char *__wrap_pcap_geterr(pcap_t *pcap);
const char *__real_libnet_geterror(libnet_t *libnet);
const char *__wrap_libnet_geterror(libnet_t *libnet);

static void __attribute__((constructor)) read_plan(void)
{
    const char *path = getenv("FAULTS_PLAN");
    int descriptor = path ? __real_open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared = MAP_FAILED;

    if (descriptor >= 0) {
        shared = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        close(descriptor);
    }
    if (path && shared == MAP_FAILED) {
        static const char text[] = "FAULTS_PLAN cannot be read\n";
        (void)!fwrite(text, 1, sizeof text - 1, stderr);
        _exit(125);
    }
    if (shared != MAP_FAILED)
        plan = shared;
}

static void count(uint32_t call, uint32_t place)
{
    uint32_t i = 0;

    while (i < plan->sites && (plan->site[i].call != call || plan->site[i].place != place))
        i++;
    if (i == PLAN_SITES) {
        plan->is_full = 1;
        return;
    }
    if (i == plan->sites) {
        plan->site[i] = (struct plan_site){.call = call, .place = place};
        plan->sites++;
    }
    plan->site[i].count++;
}

/** Whether this call is to fail; `error` is then in errno. */
static bool fails(uint32_t call, const void *from, int error)
{
    if (!plan)
        return false;
    uint32_t place = (uint32_t)((const char *)from - &begin_of_program);
    count(call, place);
    if (plan->mode == PLAN_COUNT || plan->call != call || (plan->place && plan->place != place))
        return false;
    if (plan->number > 1) {
        plan->number--;
        return false;
    }
    if (plan->mode == PLAN_ONCE && plan->fired > 0)
        return false;
    plan->fired++;
    has_failed = true;
    errno = plan->error ? plan->error : error;
    return true;
}

/* ---- what a call that fails leaves behind ---- */

static void say(char *error)
{
    memcpy(error, MESSAGE, sizeof MESSAGE);
}

static void spoil(config_t *config)
{
    config->error_type = CONFIG_ERR_FILE_IO;
    config->error_text = MESSAGE;
}

static void misread(json_error_t *error)
{
    if (!error)
        return;
    memset(error, 0, sizeof *error);
    memcpy(error->text, MESSAGE, sizeof MESSAGE);
}

char *__wrap_pcap_geterr(pcap_t *pcap)
{
    static char text[] = MESSAGE;
    char *real = __real_pcap_geterr(pcap);

    return has_failed && real[0] == '\0' ? text : real;
}

const char *__wrap_libnet_geterror(libnet_t *libnet)
{
    const char *real = __real_libnet_geterror(libnet);

    return has_failed && real[0] == '\0' ? MESSAGE : real;
}

/* ---- the calls ---- */

enum {
    CALL_open,
    CALL_fcntl,
    CALL_ioctl,
    CALL_json_pack,
#define FAULT(type, name, parameters, arguments, result, error) CALL_##name,
#include "calls.h"
#undef FAULT
};

#define ACT_ON(what) (what),
#define FAULT(type, name, parameters, arguments, result, error)                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        int before = errno;                                                                        \
        if (!fails(CALL_##name, __builtin_return_address(0), error)) {                             \
            errno = before;                                                                        \
            return __real_##name arguments;                                                        \
        }                                                                                          \
        int wanted = errno;                                                                        \
        type failed = (result);                                                                    \
        errno = wanted;                                                                            \
        return failed;                                                                             \
    }
#include "calls.h"
#undef FAULT

/* Those with arguments of any number: the last one is handed on as the longest that there is. */

int __wrap_open(const char *path, int flags, ...)
{
    va_list list;
    mode_t mode = 0;

    if (fails(CALL_open, __builtin_return_address(0), EMFILE))
        return -1;
    va_start(list, flags);
    if (flags & O_CREAT)
        mode = va_arg(list, mode_t);
    va_end(list);
    return __real_open(path, flags, mode);
}

int __wrap_fcntl(int descriptor, int command, ...)
{
    va_list list;

    if (fails(CALL_fcntl, __builtin_return_address(0), EINVAL))
        return -1;
    va_start(list, command);
    long argument = va_arg(list, long);
    va_end(list);
    return __real_fcntl(descriptor, command, argument);
}

int __wrap_ioctl(int descriptor, unsigned long request, ...)
{
    va_list list;

    if (fails(CALL_ioctl, __builtin_return_address(0), ENODEV))
        return -1;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    return __real_ioctl(descriptor, request, argument);
}

json_t *__wrap_json_pack(const char *format, ...)
{
    va_list list;
    bool is_failing = fails(CALL_json_pack, __builtin_return_address(0), ENOMEM);

    /* What is handed over with "o" is given back in both cases. */
    va_start(list, format);
    json_t *packed = json_vpack_ex(NULL, 0, format, list);
    va_end(list);
    if (is_failing) {
        json_decref(packed);
        return NULL;
    }
    return packed;
}
