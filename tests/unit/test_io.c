/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the world that need neither privilege nor network: what is said when a library or
 * the system refuses, and the lock. The program is linked with --wrap for each function below that
 * has a __wrap_ here: it fails on demand, else it passes the call on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <libnet.h>
#include <pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/netlink.h>
#endif

#include "golden.h"
#include "igmpq/build.h"
#include "igmpq/capture.h"
#include "igmpq/inject.h"
#include "igmpq/links.h"
#include "igmpq/local_echo.h"
#include "igmpq/lock.h"
#include "igmpq/problem.h"
#include "says.h"

static struct {
    bool no_memory;
    int activate_status;        /* of pcap_activate(), when not 0 */
    const char *libnet_refuses; /* what libnet_init() says */
    libnet_t *libnet;           /* what it returns instead of opening an interface */
    int write_errno;            /* of libnet_adv_write_link(), when not 0 */
    int written;                /* what it returns without an error */
    int socket_errno;
} fake;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fake.no_memory ? NULL : __real_calloc(count, size);
}

int __real_pcap_activate(pcap_t *pcap);
int __wrap_pcap_activate(pcap_t *pcap);
int __wrap_pcap_activate(pcap_t *pcap)
{
    return fake.activate_status != 0 ? fake.activate_status : __real_pcap_activate(pcap);
}

libnet_t *__real_libnet_init(int type, const char *device, char *error);
libnet_t *__wrap_libnet_init(int type, const char *device, char *error);
libnet_t *__wrap_libnet_init(int type, const char *device, char *error)
{
    if (fake.libnet_refuses != NULL) {
        snprintf(error, LIBNET_ERRBUF_SIZE, "%s", fake.libnet_refuses);
        errno = EBADF; /* as its clean-up leaves it */
        return NULL;
    }
    if (fake.libnet != NULL)
        return fake.libnet;
    return __real_libnet_init(type, device, error);
}

int __wrap_libnet_adv_write_link(libnet_t *libnet, const uint8_t *packet, uint32_t length);
int __wrap_libnet_adv_write_link(libnet_t *libnet, const uint8_t *packet, uint32_t length)
{
    (void)libnet;
    (void)packet;
    if (fake.write_errno == 0)
        return fake.written >= 0 ? fake.written : (int)length;
    errno = fake.write_errno;
    return -1;
}

const char *__wrap_libnet_getdevice(libnet_t *libnet);
const char *__wrap_libnet_getdevice(libnet_t *libnet)
{
    (void)libnet;
    return "eth0";
}

/* A packet socket needs privilege, any other socket takes the same filter. */
int __wrap_libnet_getfd(libnet_t *libnet);
int __wrap_libnet_getfd(libnet_t *libnet)
{
    return libnet->fd;
}

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    if (fake.socket_errno != 0) {
        errno = fake.socket_errno;
        return -1;
    }
    return __real_socket(family, type, protocol);
}

static int reset(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    fake.written = -1;
    return 0;
}

static void test_capture_refusals(void **state)
{
    static const struct {
        int status;
        const char *says;
    } cases[] = {
        {PCAP_ERROR_PERM_DENIED, "no permission to capture on lo: run it as root"},
        {PCAP_ERROR_PROMISC_PERM_DENIED, "run it as root"},
        {PCAP_ERROR_NO_SUCH_DEVICE, "there is no interface lo"},
        {PCAP_ERROR_IFACE_NOT_UP, "lo is down: bring it up first"},
        {PCAP_ERROR_RFMON_NOTSUP, "cannot capture on lo: "},
        {PCAP_ERROR, "cannot capture on lo: "},
    };
    char error[PCAP_ERRBUF_SIZE] = "";

    (void)state;
    pcap_t *pcap = pcap_create("lo", error);
    if (pcap == NULL) {
        print_message("libpcap cannot look at lo here: %s\n", error); /* as under qemu-user */
        skip();
    }
    pcap_close(pcap);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problem problem = {""};

        fake.activate_status = cases[i].status;
        assert_null(capture_open_live("lo", CAPTURE_IGMP, &problem));
        assert_says(&problem, cases[i].says);
    }
}

static void test_no_memory(void **state)
{
    struct problem problem;

    (void)state;
    fake.no_memory = true;
    assert_null(capture_open_live("lo", CAPTURE_IGMP, &problem));
    assert_says(&problem, "not enough memory");
    assert_null(capture_open_file("x", &problem));
    assert_null(injector_open("lo", &problem));
    assert_says(&problem, "not enough memory");
    assert_null(local_echo_open(1, &problem));
    assert_says(&problem, "not enough memory");
    assert_null(builder_open(&problem));
    assert_says(&problem, "not enough memory");
}

static void test_inject_refusals(void **state)
{
    static const struct {
        const char *libnet;
        const char *says;
    } cases[] = {
        {"libnet_open_link(): UID/EUID 0 or capability CAP_NET_RAW required\n",
         "no permission to send on lo: run it as root"},
        {"socket: Permission denied", "no permission to send on lo: run it as root"},
        {"libnet_check_iface(): lo is down\n", "cannot send on lo: lo is down"},
        {"unknown physical layer type 0x9", "cannot send on lo: unknown physical layer type 0x9"},
    };
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake.libnet_refuses = cases[i].libnet;
        assert_null(injector_open("lo", &problem));
        assert_says(&problem, cases[i].says);
        assert_null(strchr(problem.text, '\n'));
    }
    fake.libnet_refuses = "anything";
    assert_null(injector_open("igmpqnone0", &problem));
    assert_says(&problem, "there is no interface igmpqnone0");
    assert_null(injector_open("longer-than-any-interface-name", &problem));
    assert_says(&problem, "there is no interface longer-than");
    assert_null(builder_open(&problem));
    assert_says(&problem, "cannot make frames");
}

/* A socket of another kind in the place of libnet's. */
static void fake_libnet(void)
{
    fake.libnet = __real_libnet_init(LIBNET_NONE, NULL, (char[LIBNET_ERRBUF_SIZE]){0});
    assert_non_null(fake.libnet);
    fake.libnet->fd = __real_socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(fake.libnet->fd >= 0);
}

/* Whoever sends retries on these, so errno has to survive the making of the sentence. */
static void test_inject_keeps_errno(void **state)
{
    static const int errors[] = {ENOBUFS, ENETDOWN, ENXIO, EPERM, ENODEV};
    struct octets frame = {golden_v2_general, sizeof golden_v2_general};
    static uint8_t large[70000];
    struct injector *injector;
    struct problem problem = {""};

    (void)state;
    fake_libnet();
    injector = injector_open("eth0", &problem);
    if (injector == NULL)
        fail_msg("%s", problem.text);
    assert_int_equal(inject(injector, frame, &problem), 0);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fake.write_errno = errors[i];
        assert_int_equal(inject(injector, frame, &problem), -1);
        assert_int_equal(errno, errors[i]);
        assert_says(&problem, "cannot send on eth0: ");
        assert_says(&problem, strerror(errors[i]));
    }
    fake.write_errno = 0;
    fake.written = 59;
    assert_int_equal(inject(injector, frame, &problem), -1);
    assert_int_equal(errno, EMSGSIZE);
    fake.written = -1;
    assert_int_equal(inject(injector, (struct octets){large, sizeof large}, &problem), -1);
    assert_int_equal(errno, EMSGSIZE);
    injector_close(injector);
    injector_close(NULL);
}

/* libnet has been seen to choose the interface itself: what it chose must be what was asked for. */
static void test_inject_into_another_interface(void **state)
{
    struct problem problem = {""};

    (void)state;
    fake_libnet();
    assert_null(injector_open("10", &problem));
    assert_says(&problem, "cannot send on 10: libnet takes it for eth0");
}

static void test_local_echo_refusals(void **state)
{
    struct problem problem = {""};

    (void)state;
    fake.socket_errno = EPERM;
    assert_null(local_echo_open(1, &problem));
    assert_says(&problem, "run it as root");
    fake.socket_errno = EMFILE;
    assert_null(local_echo_open(1, &problem));
    assert_says(&problem, strerror(EMFILE));
    local_echo_close(NULL);
}

/* "NAME (process ", as the kernel calls this program: under valgrind it has another name. */
static const char *own_program(char *out, size_t size)
{
    FILE *comm = fopen("/proc/self/comm", "r");

    if (comm == NULL || fgets(out, (int)size, comm) == NULL)
        out[0] = '\0';
    if (comm != NULL)
        fclose(comm);
    out[strcspn(out, "\n")] = '\0';
    snprintf(out + strlen(out), size - strlen(out), " (process ");
    return out;
}

static void test_lock(void **state)
{
    char program[64];
    char name[LINK_NAME_SIZE];
    char other[LINK_NAME_SIZE];
    char holder[32];
    struct problem problem = {""};
    int lock;
    int second;

    (void)state;
    snprintf(name, sizeof name, "t%ld", (long)getpid());
    snprintf(other, sizeof other, "u%ld", (long)getpid());
    snprintf(holder, sizeof holder, "(process %ld)", (long)getpid());
    lock = lock_take(name, LOCK_NO_USER, &problem);
    if (lock < 0) {
        print_message("no lock can be taken here: %s\n", problem.text);
        skip();
    }
    /* Also after many have asked: then it may no longer be known who holds it, but nobody waits for
     * an answer. */
    for (int i = 0; i < 100; i++) {
        assert_int_equal(lock_take(name, LOCK_NO_USER, &problem), -1);
        assert_says(&problem, name);
        assert_says(&problem, " already");
        assert_true(lock_is_held(name, LOCK_NO_USER));
        if (i < 10)
            assert_says(&problem, holder);
        /* The program is named, and not taken for an igmpqd. */
        if (i < 10 && access("/proc/self/comm", R_OK) == 0)
            assert_says(&problem, own_program(program, sizeof program));
    }
    second = lock_take(other, LOCK_NO_USER, &problem);
    assert_true(second >= 0);
    lock_release(second);
    lock_release(lock);
    lock = lock_take(name, LOCK_NO_USER, &problem);
    assert_true(lock >= 0);
    lock_release(lock);
    lock_release(-1);
}

/* However its holder dies, the lock goes with it. */
static void test_lock_dies_with_its_process(void **state)
{
    char name[LINK_NAME_SIZE];
    int ready[2];
    char octet = 0;
    pid_t child;
    int lock;

    (void)state;
    snprintf(name, sizeof name, "v%ld", (long)getpid());
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        octet = lock_take(name, LOCK_NO_USER, NULL) >= 0 ? 'y' : 'n';
        if (write(ready[1], &octet, 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &octet, 1), 1);
    if (octet == 'y')
        assert_int_equal(lock_take(name, LOCK_NO_USER, NULL), -1);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    close(ready[1]);
    lock = lock_take(name, LOCK_NO_USER, NULL);
    assert_true(lock >= 0 || octet == 'n');
    lock_release(lock);
}

#ifdef __linux__
/* How anybody could take the name: as the lock does, without listening, or with a full queue that
 * keeps back who he is. */
enum squat { SQUAT_LISTENS, SQUAT_BINDS, SQUAT_FULL, SQUAT_COUNT };

static void squat(const char *interface, enum squat how, int ready)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "igmpqd/%s", interface);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    char octet = 'n';

    alarm(30); /* should the test fail before it ends this */
    if (setgid(65534) == 0 && setuid(65534) == 0) {
        close(descriptor);
        descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
        octet = bind(descriptor, (const struct sockaddr *)&address, size) == 0 ? 'y' : 'n';
        if (how != SQUAT_BINDS)
            listen(descriptor, how == SQUAT_FULL ? 0 : 64);
        for (int i = 0; how == SQUAT_FULL && i < 4; i++)
            connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
                    (const struct sockaddr *)&address, size);
    }
    if (write(ready, &octet, 1) == 1)
        pause();
    _exit(1);
}

/** Whether the kernel tells who holds a socket that does not listen: qemu-user passes no such
 * question on. */
static bool can_search_sockets(void)
{
    int descriptor = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);

    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

/* Abstract names have no owner. Whoever is neither root nor our own user cannot keep the querier
 * from starting, and a second querier is still told of the first. */
static void test_lock_taken_by_another_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    if (!can_search_sockets()) {
        print_message("there is no sock_diag here\n");
        skip();
    }
    for (enum squat how = SQUAT_LISTENS; how < SQUAT_COUNT; how++) {
        char name[LINK_NAME_SIZE];
        struct problem problem = {""};
        int ready[2], lock, second;
        char octet = 0;
        pid_t child;

        snprintf(name, sizeof name, "w%ld-%d", (long)getpid(), (int)how);
        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            squat(name, how, ready[1]);
        assert_int_equal(read(ready[0], &octet, 1), 1);
        if (octet == 'y') {
            assert_false(lock_is_held(name, LOCK_NO_USER));
            lock = lock_take(name, LOCK_NO_USER, &problem);
            if (lock < 0)
                fail_msg("%d: %s", (int)how, problem.text);
            assert_true(lock_is_held(name, LOCK_NO_USER));
            assert_int_equal(lock_take(name, LOCK_NO_USER, &problem), -1);
            assert_says(&problem, "already");
            /* also when the name has become free meanwhile */
            kill(child, SIGKILL);
            assert_int_equal(waitpid(child, NULL, 0), child);
            assert_int_equal(lock_take(name, LOCK_NO_USER, &problem), -1);
            lock_release(lock);
            assert_false(lock_is_held(name, LOCK_NO_USER));
            second = lock_take(name, LOCK_NO_USER, &problem);
            assert_true(second >= 0);
            lock_release(second);
        } else {
            kill(child, SIGKILL);
            assert_int_equal(waitpid(child, NULL, 0), child);
        }
        close(ready[0]);
        close(ready[1]);
        if (octet != 'y')
            skip(); /* user 65534 cannot be had here */
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_capture_refusals, reset, reset),
        cmocka_unit_test_setup_teardown(test_no_memory, reset, reset),
        cmocka_unit_test_setup_teardown(test_inject_refusals, reset, reset),
        cmocka_unit_test_setup_teardown(test_inject_keeps_errno, reset, reset),
        cmocka_unit_test_setup_teardown(test_inject_into_another_interface, reset, reset),
        cmocka_unit_test_setup_teardown(test_local_echo_refusals, reset, reset),
        cmocka_unit_test_setup_teardown(test_lock, reset, reset),
        cmocka_unit_test_setup_teardown(test_lock_dies_with_its_process, reset, reset),
#ifdef __linux__
        cmocka_unit_test_setup_teardown(test_lock_taken_by_another_user, reset, reset),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
