/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of the snapshot of interfaces. The program is linked with --wrap for each function
 * below that has a __wrap_ here: it fails or invents on demand, else it passes the call on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igmpq/links.h"
#include "says.h"

static struct {
    struct ifaddrs *entries; /* what getifaddrs() returns */
    int getifaddrs_errno;
    int socket_errno;
} fake;

int __real_getifaddrs(struct ifaddrs **out);
int __wrap_getifaddrs(struct ifaddrs **out);
int __wrap_getifaddrs(struct ifaddrs **out)
{
    if (fake.getifaddrs_errno != 0) {
        errno = fake.getifaddrs_errno;
        return -1;
    }
    if (fake.entries == NULL)
        return __real_getifaddrs(out);
    *out = fake.entries;
    return 0;
}

void __real_freeifaddrs(struct ifaddrs *entries);
void __wrap_freeifaddrs(struct ifaddrs *entries);
void __wrap_freeifaddrs(struct ifaddrs *entries)
{
    if (entries != fake.entries)
        __real_freeifaddrs(entries);
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

unsigned __real_if_nametoindex(const char *name);
unsigned __wrap_if_nametoindex(const char *name);
unsigned __wrap_if_nametoindex(const char *name)
{
    /* The last one of the invented interfaces is the first one by number. */
    if (fake.entries != NULL)
        return strcmp(name, "wide") == 0 ? 1 : 2;
    return __real_if_nametoindex(name);
}

static int reset(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    return 0;
}

static void test_is_name(void **state)
{
    (void)state;
    assert_true(links_is_name("e"));
    assert_true(links_is_name("fifteen-letters"));
    assert_true(links_is_name("vlan 10"));
    assert_false(links_is_name("sixteen--letters"));
    assert_false(links_is_name("net/eth0"));
    assert_false(links_is_name(""));
}

static void test_links_names(void **state)
{
    struct link_info link[] = {
        {.name = "lo", .index = 1, .is_loopback = true, .is_ethernet = true},
        {.name = "eth0", .index = 2, .is_ethernet = true},
        {.name = "tun0", .index = 3},
        {.name = "eth1", .index = 4, .is_ethernet = true},
        {.name = "wlan0", .index = 5, .is_ethernet = true},
        {.name = "ppp0", .index = 6},
    };
    struct links links = {link, 6};
    char out[64];
    char little[8];

    (void)state;
    assert_string_equal(links_names(&links, out, sizeof out), "eth0, eth1 and wlan0");
    links.count = 4;
    assert_string_equal(links_names(&links, out, sizeof out), "eth0 and eth1");
    links.count = 3;
    assert_string_equal(links_names(&links, out, sizeof out), "eth0");
    links.count = 1;
    assert_string_equal(links_names(&links, out, sizeof out), "none");
    links.count = 0;
    assert_string_equal(links_names(&links, out, sizeof out), "none");
    links.count = 6;
    assert_string_equal(links_names(&links, little, sizeof little), "eth0, e");
    assert_ptr_equal(links_find(&links, "eth1"), &link[3]);
    assert_null(links_find(&links, "eth"));
    assert_null(links_find(&links, "eth10"));
}

/* An IPv4 entry as getifaddrs() gives it. */
struct entry {
    struct ifaddrs entry;
    struct sockaddr_in address;
    struct sockaddr_in mask;
};

static void chain(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        entries[i].entry.ifa_addr = (struct sockaddr *)&entries[i].address;
        entries[i].entry.ifa_netmask = (struct sockaddr *)&entries[i].mask;
        entries[i].entry.ifa_next = i + 1 < count ? &entries[i + 1].entry : NULL;
    }
}

static struct entry ipv4_entry(const char *name, unsigned flags, uint32_t address, uint32_t mask)
{
    struct entry entry = {.entry = {.ifa_flags = flags}};

    entry.entry.ifa_name = (char *)(uintptr_t)name;
    entry.address.sin_family = AF_INET;
    entry.address.sin_addr.s_addr = htonl(address);
    entry.mask.sin_family = AF_INET;
    entry.mask.sin_addr.s_addr = htonl(mask);
    return entry;
}

/* Labels belong to their interface; 169.254/16 only when there is nothing else; the first otherwise
 * (Q-49, Q-127). */
static void test_links_addresses(void **state)
{
    const unsigned up = IFF_UP | IFF_RUNNING;
    struct entry entries[] = {
        ipv4_entry("eth0", up, 0xa9fe0102, 0xffff0000),   /* 169.254.1.2/16 */
        ipv4_entry("eth0:1", up, 0xc0a8010a, 0xffffff00), /* 192.168.1.10/24 */
        ipv4_entry("eth0", up, 0x0a000001, 0xff000000),   /* 10.0.0.1/8 */
        ipv4_entry("eth1", IFF_UP, 0xa9fe0103, 0xffff0000),
        ipv4_entry("eth1", IFF_UP, 0xa9fe0104, 0xffff0000),
        ipv4_entry("eth10", 0, 0, 0),
        ipv4_entry("p2p", up, 0x0a000002, 0xffffffff),
        ipv4_entry("wide", up, 0x0a000003, 0),
    };
    const size_t count = sizeof entries / sizeof entries[0];
    struct links links;
    const struct link_info *link;

    (void)state;
    chain(entries, count);
    entries[6].entry.ifa_netmask = NULL;
    fake.entries = &entries[0].entry;
    assert_int_equal(links_take(&links, NULL), 0);
    assert_int_equal(links.count, 5);
    assert_string_equal(links.link[0].name, "wide");
    link = links_find(&links, "eth0");
    assert_int_equal(link->address_count, 3);
    assert_int_equal(link->primary.address.ipv4, 0xc0a8010a);
    assert_int_equal(link->primary.length, 24);
    assert_true(link->is_up);
    assert_true(link->has_carrier);
    link = links_find(&links, "eth1");
    assert_int_equal(link->address_count, 2);
    assert_int_equal(link->primary.address.ipv4, 0xa9fe0103);
    assert_int_equal(link->primary.length, 16);
    assert_true(link->is_up);
    assert_false(link->has_carrier);
    link = links_find(&links, "eth10");
    assert_int_equal(link->address_count, 0);
    assert_int_equal(link->primary.length, 0);
    assert_false(link->is_up);
    assert_int_equal(links_find(&links, "p2p")->primary.length, 32);
    assert_int_equal(links_find(&links, "wide")->primary.length, 0);
    assert_int_equal(links_find(&links, "wide")->address_count, 1);
    links_free(&links);
    assert_null(links.link);
    assert_int_equal(links.count, 0);
}

/* Whatever this machine has: sorted, each found by its name, loopback recognised. */
/** Under qemu-user for a big-endian processor musl walks for ever through what qemu leaves in the
 * host's byte order of the kernel's answer. */
static bool are_links_listed(void)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        struct ifaddrs *entries;

        alarm(10);
        _exit(getifaddrs(&entries) == 0 ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void test_links_of_this_host(void **state)
{
    struct links links;
    struct problem problem = {""};

    (void)state;
    if (!are_links_listed()) {
        print_message("the C library cannot list the interfaces here\n");
        skip();
    }
    assert_int_equal(links_take(&links, &problem), 0);
    for (size_t i = 0; i < links.count; i++) {
        const struct link_info *link = &links.link[i];

        assert_true(link->index > 0);
        assert_true(i == 0 || links.link[i - 1].index < link->index);
        assert_ptr_equal(links_find(&links, link->name), link);
        assert_int_equal(if_nametoindex(link->name), link->index);
        assert_int_equal(links_mtu(link->name), link->mtu);
        assert_true(!link->is_loopback || !link->is_ethernet);
    }
    links_free(&links);
    assert_int_equal(links_mtu("igmpqnone0"), 0);
    assert_int_equal(links_mtu("longer-than-any-interface-name"), 0);
    fake.getifaddrs_errno = EMFILE;
    assert_int_equal(links_take(&links, &problem), -1);
    assert_says(&problem, strerror(EMFILE));
    assert_int_equal(links.count, 0);
}

static void test_links_watch(void **state)
{
    int descriptor = links_watch_open(NULL);
    struct problem problem = {""};

    (void)state;
    if (descriptor >= 0)
        links_watch_drain(descriptor); /* comes back although nothing may wait */
    links_watch_close(descriptor);
    links_watch_close(-1);
    fake.socket_errno = EMFILE;
    assert_int_equal(links_watch_open(&problem), -1);
    assert_true(strlen(problem.text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_is_name, reset, reset),
        cmocka_unit_test_setup_teardown(test_links_names, reset, reset),
        cmocka_unit_test_setup_teardown(test_links_addresses, reset, reset),
        cmocka_unit_test_setup_teardown(test_links_of_this_host, reset, reset),
        cmocka_unit_test_setup_teardown(test_links_watch, reset, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
