/* SPDX-License-Identifier: MIT */
/* Unit tests of the filters of system calls: what they refuse, each in a child, for there is no way
 * back; and that they can be made for every processor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/io/sandbox_filter.h"
#include "within.h"

static int zeros, nowhere; /* open before the filter */

#define NO_FILTER 200 /* exit status: the kernel has none */

/** What comes of it in a child behind the filter: the errno (0: it worked), or minus the signal
 * that ended it. */
static int behind(enum sandbox_role role, long (*attempt)(void))
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct problem problem;
        prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
        if (sandbox_filter(role, NULL, &problem) != 0)
            _exit(NO_FILTER);
        errno = 0;
        _exit(attempt() == -1 ? errno : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
        skip();
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static long do_execve(void)
{
    char *const nothing[] = {NULL};
    char *const arguments[] = {(char[]){"true"}, NULL};
    return execve("/bin/true", arguments, nothing);
}
static long do_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}
static long do_ptrace(void)
{
    return syscall(SYS_ptrace, 0, 0, NULL, NULL);
}
static long do_unshare(void)
{
    return syscall(SYS_unshare, 0);
}
static long do_fork(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child;
}
static long do_stream(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long do_stream6(void)
{
    return socket(AF_INET6, SOCK_STREAM, 0);
}
static long do_raw_icmp(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}
static long do_audit(void)
{
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
}
static long do_write(void)
{
    return open("/dev/null", O_WRONLY);
}
static long do_read_write(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}
static long do_truncate(void)
{
    return open("/dev/null", O_RDONLY | O_TRUNC);
}
static long do_create(void)
{
    return open("/tmp/igmpq-should-not-be", O_RDONLY | O_CREAT, 0600);
}
static long do_map_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? -1 : 0;
}
static long do_protect_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? 0 : mprotect(at, 4096, PROT_READ | PROT_EXEC);
}
static long do_kill(void)
{
    return kill(getppid(), 0);
}
static long do_push_input(void)
{
    return ioctl(STDIN_FILENO, TIOCSTI, "x");
}
static long do_raise_limit(void)
{
    struct rlimit limit = {8, 8};
    return setrlimit(RLIMIT_NOFILE, &limit);
}

struct attempt {
    const char *name;
    long (*attempt)(void);
    int result; /* of behind() */
};

static void check_all(enum sandbox_role role, const struct attempt *attempts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int result = behind(role, attempts[i].attempt);
        if (result != attempts[i].result)
            fail_msg("%s: %d, not %d", attempts[i].name, result, attempts[i].result);
    }
}

static void test_the_daemon_may_not(void **state)
{
    static const struct attempt attempts[] = {
        {"execve", do_execve, -SIGSYS},
        {"bpf", do_bpf, -SIGSYS},
        {"ptrace", do_ptrace, -SIGSYS},
        {"unshare", do_unshare, -SIGSYS},
        {"fork", do_fork, EPERM},
        {"AF_INET stream", do_stream, EPERM},
        {"AF_INET6 stream", do_stream6, EPERM},
        {"raw ICMP", do_raw_icmp, EPERM},
        {"audit", do_audit, EPERM},
        {"open for writing", do_write, EPERM},
        {"open for both", do_read_write, EPERM},
        {"open and truncate", do_truncate, EPERM},
        {"open and create", do_create, EPERM},
        {"map code", do_map_code, EPERM},
        {"protect code", do_protect_code, EPERM},
        {"kill", do_kill, EPERM},
        {"TIOCSTI", do_push_input, EPERM},
        {"setrlimit", do_raise_limit, EPERM},
    };

    (void)state;
    check_all(SANDBOX_DAEMON, attempts, sizeof attempts / sizeof attempts[0]);
}

static long do_read(void)
{
    char octet;
    int descriptor = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    return descriptor < 0 || read(descriptor, &octet, 1) != 1 ? -1 : 0;
}
static long do_datagram(void)
{
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}
static long do_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}
static long do_route(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}
static long do_memory(void)
{
    void *large = malloc((size_t)64 << 20);
    free(large);
    return large ? 0 : -1;
}
static long do_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit);
}
static long do_time(void)
{
    struct timespec now, little = {0, 1};
    return clock_gettime(CLOCK_BOOTTIME, &now) != 0 || nanosleep(&little, NULL) != 0 ? -1 : 0;
}
static long do_abort(void)
{
    abort();
}

static void test_the_daemon_may(void **state)
{
    static const struct attempt attempts[] = {
        {"read", do_read, 0},     {"AF_INET datagram", do_datagram, 0},
        {"AF_UNIX", do_unix, 0},  {"route", do_route, 0},
        {"memory", do_memory, 0}, {"getrlimit", do_limit, 0},
        {"time", do_time, 0},     {"abort", do_abort, -SIGABRT},
    };

    (void)state;
    check_all(SANDBOX_DAEMON, attempts, sizeof attempts / sizeof attempts[0]);
}

static void test_the_helper_runs_programs(void **state)
{
    (void)state;
    assert_int_equal(behind(SANDBOX_HELPER, do_execve), 0);
    assert_int_equal(behind(SANDBOX_HELPER, do_fork), 0);
    assert_int_equal(behind(SANDBOX_HELPER, do_stream), 0);
    assert_int_equal(behind(SANDBOX_HELPER, do_read_write), 0);
    assert_int_equal(behind(SANDBOX_HELPER, do_bpf), EPERM);
    assert_int_equal(behind(SANDBOX_HELPER, do_ptrace), EPERM);
    assert_int_equal(behind(SANDBOX_HELPER, do_unshare), EPERM);
}

static long do_open(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}
static long do_seek(void)
{
    char octet;
    return lseek(zeros, 0, SEEK_SET) < 0 || read(zeros, &octet, 1) != 1 ? -1 : 0;
}
static long do_print(void)
{
    return write(nowhere, "x", 1);
}

/* All it has is what is open already. */
static void test_the_reader_reads(void **state)
{
    static const struct attempt attempts[] = {
        {"seek and read", do_seek, 0},
        {"write", do_print, 0},
        {"memory", do_memory, 0},
        {"abort", do_abort, -SIGABRT},
        {"execve", do_execve, -SIGSYS},
        {"bpf", do_bpf, -SIGSYS},
        {"ptrace", do_ptrace, -SIGSYS},
        {"fork", do_fork, EPERM},
        {"open", do_open, EPERM},
        {"open for writing", do_write, EPERM},
        {"AF_INET datagram", do_datagram, EPERM},
        {"AF_UNIX", do_unix, EPERM},
        {"route", do_route, EPERM},
        {"map code", do_map_code, EPERM},
        {"protect code", do_protect_code, EPERM},
        {"kill", do_kill, EPERM},
        {"TIOCSTI", do_push_input, EPERM},
        {"setrlimit", do_raise_limit, EPERM},
    };

    (void)state;
    zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(zeros >= 0 && nowhere >= 0);
    check_all(SANDBOX_READER, attempts, sizeof attempts / sizeof attempts[0]);
    close(zeros);
    close(nowhere);
}

/** How many octets of program the kernel is given for it. */
static long exported(enum sandbox_role role, uint32_t processor)
{
    struct problem problem;
    scmp_filter_ctx context = sandbox_filter_make(role, processor, &problem);

    if (!context)
        fail_msg("%08x: %s", (unsigned)processor, problem.text);
    char path[] = "/tmp/igmpq-filter-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    unlink(path);
    assert_int_equal(seccomp_export_bpf(context, descriptor), 0);
    seccomp_release(context);
    long size = (long)lseek(descriptor, 0, SEEK_END);
    close(descriptor);
    return size;
}

static void test_every_processor(void **state)
{
    static const uint32_t processors[] = {
        SCMP_ARCH_X86_64,   SCMP_ARCH_X86,  SCMP_ARCH_X32,     SCMP_ARCH_ARM,
        SCMP_ARCH_AARCH64,  SCMP_ARCH_MIPS, SCMP_ARCH_MIPSEL,  SCMP_ARCH_MIPS64,
        SCMP_ARCH_MIPSEL64, SCMP_ARCH_PPC,  SCMP_ARCH_PPC64LE, SCMP_ARCH_S390X,
        SCMP_ARCH_RISCV64,
    };

    (void)state;
    for (size_t i = 0; i < sizeof processors / sizeof processors[0]; i++) {
        /* Eight octets an instruction: a rule for nearly each of some 150 names; the kernel takes
         * 4,096 instructions. */
        long size = exported(SANDBOX_DAEMON, processors[i]);
        if (size < 150 * 8 || size > 4096 * 8)
            fail_msg("%08x: %ld octets", (unsigned)processors[i], size);
        assert_true(exported(SANDBOX_HELPER, processors[i]) > 20 * 8);
        assert_within(exported(SANDBOX_READER, processors[i]), 40 * 8, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_daemon_may_not),       cmocka_unit_test(test_the_daemon_may),
        cmocka_unit_test(test_the_helper_runs_programs), cmocka_unit_test(test_the_reader_reads),
        cmocka_unit_test(test_every_processor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
