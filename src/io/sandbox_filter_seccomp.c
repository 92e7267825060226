/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, Linux. Filters of system calls, made by libseccomp, which knows the names and numbers of
 * every processor; a name that a processor does not have is passed over there.
 *
 * The daemon: what is not listed fails with EPERM, so that a library that asks for something new
 * finds another way or says what it misses; what only an intruder would ask for ends the process.
 * Arguments are looked at where they are numbers. On i386 and s390 (31 bits) the C library makes
 * sockets through socketcall(2), whose arguments lie in memory, out of sight: there any socket can
 * be made.
 *
 * The helper runs programs, which have rights of their own: only what no hook needs is refused.
 *
 * The reader has all it needs open already: like the daemon, but without a way to open anything.
 */
#include "sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* For everyone: memory, time, signals to ourselves, descriptors that are open. C libraries ask
 * fstat(2) by the calls that take a path. */
static const char *const basic[] = {
    "_llseek",
    "brk",
    "cacheflush", /* arm, mips: part of the processor's interface */
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "close",
    "exit",
    "exit_group",
    "fcntl",
    "fcntl64",
    "fstat",
    "fstat64",
    "fstatat64",
    "futex",
    "futex_time64",
    "getpid",
    "getrandom",
    "gettid",
    "gettimeofday",
    "lseek",
    "madvise",
    "mremap",
    "munmap",
    "newfstatat",
    "pread64",
    "read",
    "readv",
    "restart_syscall",
    "riscv_flush_icache",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_yield",
    "set_robust_list",
    "set_thread_area",
    "set_tls", /* arm */
    "sigaction",
    "sigaltstack",
    "sigprocmask",
    "sigreturn",
    "statx",
    "sysinfo",
    "time",
    "write",
    "writev",
};

/* For the daemon as well: files to read, sockets, waiting. */
static const char *const allowed[] = {
    "_newselect",
    "accept",
    "accept4",
    "access",
    "arm_fadvise64_64",
    "bind",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "close_range",
    "connect",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fadvise64_64",
    "ftruncate", /* the process number in the file of it, at the end */
    "ftruncate64",
    "get_robust_list",
    "getcwd",
    "getdents",
    "getdents64",
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getpeername",
    "getppid",
    "getresgid",
    "getresgid32",
    "getresuid",
    "getresuid32",
    "getrlimit",
    "getrusage",
    "getsockname",
    "getsockopt",
    "getuid",
    "getuid32",
    "listen",
    "lstat",
    "lstat64",
    "membarrier",
    "nanosleep",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "pwrite64",
    "readlink",
    "readlinkat",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmmsg_time64",
    "recvmsg",
    "rt_sigpending",
    "sched_getaffinity",
    "select",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "signal",
    "stat",
    "stat64",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_gettime64",
    "timerfd_settime",
    "timerfd_settime64",
    "times",
    "ugetrlimit",
    "uname",
    "unlink", /* the control socket, at the end */
    "unlinkat",
    "wait4", /* the hook's helper */
    "waitid",
    "waitpid",
};

/* Nothing that the daemon is linked with ever asks for these. */
static const char *const deadly[] = {
    "acct",
    "add_key",
    "bpf",
    "chroot",
    "create_module",
    "delete_module",
    "execve",
    "execveat",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "mount",
    "move_mount",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "reboot",
    "request_key",
    "setns",
    "swapoff",
    "swapon",
    "umount",
    "umount2",
    "unshare",
    "userfaultfd",
};

struct filter {
    scmp_filter_ctx context;
    int error; /* the first, as a negative errno; 0: none */
};

/** A processor that does not have the call needs no rule for it, and neither does a library too old
 * to know the name: the kernel's number then falls under the default. */
static void add(struct filter *filter, uint32_t action, const char *name, unsigned count,
                const struct scmp_arg_cmp *arguments)
{
    int number = seccomp_syscall_resolve_name(name);

    if (number == __NR_SCMP_ERROR)
        return;
    int result = seccomp_rule_add_array(filter->context, action, number, count, arguments);
    if (result < 0 && result != -EDOM && filter->error == 0)
        filter->error = result;
}

static void add_list(struct filter *filter, uint32_t action, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(filter, action, names[i], 0, NULL);
}

/** Allowed where these bits of an argument have this value. */
static void allow_bits(struct filter *filter, const char *name, unsigned argument, uint64_t mask,
                       uint64_t value)
{
    struct scmp_arg_cmp compare = SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, mask, value);

    add(filter, SCMP_ACT_ALLOW, name, 1, &compare);
}

/** A socket of that family; `type` and `protocol` -1: any. The upper half of a register is no part
 * of an int. */
static void allow_socket(struct filter *filter, int family, int type, int protocol)
{
    struct scmp_arg_cmp compare[3] = {
        SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint64_t)family),
    };
    unsigned count = 1;

    if (type >= 0)
        compare[count++] =
            SCMP_CMP64(1, SCMP_CMP_MASKED_EQ,
                       UINT32_MAX & ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), (uint64_t)type);
    if (protocol >= 0)
        compare[count++] = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint64_t)protocol);
    add(filter, SCMP_ACT_ALLOW, "socket", count, compare);
}

static void allow_sockets(struct filter *filter)
{
    allow_socket(filter, AF_PACKET, -1, -1);                 /* libpcap, libnet */
    allow_socket(filter, AF_NETLINK, -1, NETLINK_ROUTE);     /* getifaddrs(3), links */
    allow_socket(filter, AF_NETLINK, -1, NETLINK_SOCK_DIAG); /* who holds a lock */
    allow_socket(filter, AF_NETLINK, -1, NETLINK_GENERIC);   /* libpcap: is it wireless? */
    allow_socket(filter, AF_INET, SOCK_DGRAM, -1);           /* for ioctl(2) */
    allow_socket(filter, AF_INET, SOCK_RAW, IPPROTO_RAW);    /* this host's own members */
    allow_socket(filter, AF_UNIX, -1, -1);                   /* locks, syslog, and for ioctl(2) */
}

static void allow_ioctls(struct filter *filter)
{
    allow_bits(filter, "ioctl", 1, 0xffffff00, 0x8900); /* of sockets: linux/sockios.h */
    allow_bits(filter, "ioctl", 1, 0xffffff00, 0x8b00); /* of wireless ones: linux/wireless.h */
    allow_bits(filter, "ioctl", 1, UINT32_MAX, FIONREAD);
    allow_bits(filter, "ioctl", 1, UINT32_MAX, FIONBIO);
}

/** Memory is not made executable. s390 takes the arguments of mmap(2) from memory, as do processors
 * that have mmap2(2) those of their older mmap. */
static void allow_mapping(struct filter *filter, uint32_t processor)
{
    bool has_mmap2 = seccomp_syscall_resolve_name_arch(processor, "mmap2") >= 0;

    if (processor == SCMP_ARCH_S390 || processor == SCMP_ARCH_S390X)
        add(filter, SCMP_ACT_ALLOW, "mmap", 0, NULL);
    else if (!has_mmap2)
        allow_bits(filter, "mmap", 2, PROT_EXEC, 0);
    if (has_mmap2)
        allow_bits(filter, "mmap2", 2, PROT_EXEC, 0);
    allow_bits(filter, "mprotect", 2, PROT_EXEC, 0);
}

static void allow_basic(struct filter *filter, uint32_t processor)
{
    add_list(filter, SCMP_ACT_ALLOW, basic, sizeof basic / sizeof basic[0]);
    /* abort(3) */
    allow_bits(filter, "tgkill", 0, UINT32_MAX, (uint32_t)getpid());
    allow_bits(filter, "tkill", 0, UINT32_MAX, (uint32_t)getpid());
    allow_bits(filter, "ioctl", 1, UINT32_MAX, TCGETS); /* isatty(3) */
    allow_mapping(filter, processor);
}

static void allow_daemon(struct filter *filter)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    struct scmp_arg_cmp nothing_new = SCMP_CMP64(2, SCMP_CMP_EQ, 0, 0);

    add_list(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);
    allow_bits(filter, "open", 1, writing, O_RDONLY);
    allow_bits(filter, "openat", 2, writing, O_RDONLY);
    add(filter, SCMP_ACT_ALLOW, "prlimit64", 1, &nothing_new); /* getrlimit(2) of glibc */
    allow_sockets(filter);
    allow_ioctls(filter);
}

/** Ending the whole process is known since Linux 4.14; before, its only thread. */
static uint32_t death(void)
{
    return seccomp_api_get() >= 3 ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_KILL;
}

static void fill(struct filter *filter, enum sandbox_role role, uint32_t processor)
{
    size_t count = sizeof deadly / sizeof deadly[0];

    switch (role) {
    case SANDBOX_DAEMON:
        add_list(filter, death(), deadly, count);
        allow_basic(filter, processor);
        allow_daemon(filter);
        break;
    case SANDBOX_READER:
        add_list(filter, death(), deadly, count);
        allow_basic(filter, processor);
        break;
    case SANDBOX_HELPER:
        for (size_t i = 0; i < count; i++)
            if (strncmp(deadly[i], "execve", 6) != 0)
                add(filter, SCMP_ACT_ERRNO(EPERM), deadly[i], 0, NULL);
        break;
    }
}

scmp_filter_ctx sandbox_filter_make(enum sandbox_role role, uint32_t processor,
                                    struct problem *problem)
{
    struct filter filter = {0};

    filter.context = seccomp_init(role == SANDBOX_HELPER ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (!filter.context) {
        problem_set(problem, "no memory");
        return NULL;
    }
    if (processor == SCMP_ARCH_NATIVE)
        processor = seccomp_arch_native();
    if (processor != seccomp_arch_native()) {
        /* In this order: one filter cannot hold two orders of octets. */
        filter.error = seccomp_arch_remove(filter.context, SCMP_ARCH_NATIVE);
        if (filter.error == 0)
            filter.error = seccomp_arch_add(filter.context, processor);
    }
    if (filter.error == 0)
        fill(&filter, role, processor);
    if (filter.error == 0)
        return filter.context;
    problem_set(problem, "the filter of system calls cannot be made: %s", strerror(-filter.error));
    seccomp_release(filter.context);
    return NULL;
}

/** Its translated code lives in our process: executable memory, files that it writes. */
static bool is_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded && strstr(preloaded, "/vgpreload_");
}

int sandbox_filter(enum sandbox_role role, const char *unlinked, struct problem *problem)
{
    if (is_valgrind()) {
        problem_set(problem,
                    "system calls are not filtered: valgrind needs what the filter refuses");
        return 1;
    }
    scmp_filter_ctx context = sandbox_filter_make(role, SCMP_ARCH_NATIVE, problem);

    (void)unlinked;
    if (!context)
        return 1;
    int result = seccomp_load(context);
    seccomp_release(context);
    if (result == 0)
        return 0;
    problem_set(problem, "this kernel takes no filter of system calls (%s)", strerror(-result));
    return 1;
}
