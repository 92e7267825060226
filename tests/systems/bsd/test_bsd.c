/* SPDX-License-Identifier: MIT */
/*
 * Tests of the files that only a BSD has, on the model of its kernel. Compiled with the headers of
 * that BSD, linked and run on Linux by run.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/types.h>

#include <sys/socket.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/route.h>
#include <string.h>

#include "igmpq/inject.h"
#include "igmpq/links.h"
#include "igmpq/local_echo.h"

#include "../../../src/io/system.h"
#include "kernel.h"

extern const struct CMUnitTest bsd_tests[];
extern const unsigned bsd_test_count;

#define BPF_DEVICE 5 /* any descriptor that is no socket of the model */

static const struct kernel_interface em0 = {
    .name = "em0", .link_state = LINK_STATE_UP, .mac = {2, 0, 0, 0, 0, 1}, .address = 0xc0a83205};

static struct links take(void)
{
    struct links links;
    struct problem problem;

    assert_int_equal(links_take(&links, &problem), 0);
    assert_int_equal(kernel_seen().open, 0);
    assert_int_equal(kernel_seen().unknown, 0);
    return links;
}

static void test_ethernet(void **state)
{
    (void)state;
    kernel_reset();
    unsigned index = kernel_add(&em0);
    struct links links = take();
    const struct link_info *link = links_find(&links, "em0");

    assert_int_equal(links.count, 2);
    assert_non_null(link);
    assert_int_equal(link->index, index);
    assert_true(link->is_ethernet);
    assert_true(link->is_up);
    assert_true(link->has_carrier);
    assert_false(link->is_loopback);
    assert_memory_equal(link->mac.octet, em0.mac, 6);
    assert_int_equal(link->mtu, 1500);
    assert_int_equal(link->primary.address.ipv4, 0xc0a83205);
    assert_int_equal(link->primary.length, 24);
    assert_int_equal(link->vlan, 0);
    assert_false(links_find(&links, "lo0")->is_ethernet);
    assert_true(links_find(&links, "lo0")->is_loopback);
    links_free(&links);
}

/* The name stands in front of the hardware address, so its length decides where that begins. */
static void test_longest_name(void **state)
{
    struct kernel_interface interface = em0;

    (void)state;
    kernel_reset();
    interface.name = "fifteen_letters";
    kernel_add(&interface);
    struct links links = take();
    assert_memory_equal(links_find(&links, "fifteen_letters")->mac.octet, em0.mac, 6);
    links_free(&links);
}

static bool has_carrier(uint8_t link_state, unsigned flags)
{
    struct kernel_interface interface = em0;

    kernel_reset();
    interface.flags = flags;
    interface.link_state = link_state;
    kernel_add(&interface);
    struct links links = take();
    bool result = links_find(&links, "em0")->has_carrier;
    links_free(&links);
    return result;
}

static void test_carrier(void **state)
{
    (void)state;
    assert_true(has_carrier(LINK_STATE_UP, 0));
    assert_false(has_carrier(LINK_STATE_DOWN, 0));
    assert_true(has_carrier(LINK_STATE_UNKNOWN, 0));
    assert_false(has_carrier(LINK_STATE_UP, IFF_UP | IFF_BROADCAST));
}

/* A port of a lagg or trunk may keep the type of Ethernet in its link-layer address; the
 * interface's own type tells what it has become (lagg_port_create, trunk_port_create). */
static void test_port_of_lagg(void **state)
{
    struct kernel_interface port = em0, lagg = em0;

    (void)state;
    kernel_reset();
    port.type = IFT_IEEE8023ADLAG;
    port.lower_type = IFT_ETHER;
    kernel_add(&port);
    lagg.name = "lagg0";
    kernel_add(&lagg);
    struct links links = take();
    assert_false(links_find(&links, "em0")->is_ethernet);
    assert_true(links_find(&links, "lagg0")->is_ethernet);
    links_free(&links);
}

static const struct kernel_interface vlan10 = {.name = "vlan10",
#ifdef __FreeBSD__
                                               .type = IFT_L2VLAN,
#endif
                                               .link_state = LINK_STATE_UP,
                                               .mac = {2, 0, 0, 0, 0, 1},
                                               .tag = 10,
                                               .parent = "em0"};

static void test_vlan(void **state)
{
    struct kernel_interface bare = vlan10;

    (void)state;
    kernel_reset();
    unsigned parent = kernel_add(&em0);
    unsigned index = kernel_add(&vlan10);
    bare.name = "vlan11";
    bare.tag = 0;
    bare.parent = NULL;
    kernel_add(&bare);
    struct links links = take();
    const struct link_info *link = links_find_vlan(&links, parent, 10);
    assert_non_null(link);
    assert_int_equal(link->index, index);
    assert_true(link->is_ethernet);
    assert_int_equal(links_find(&links, "vlan11")->vlan, 0);
    links_free(&links);
}

/* vxlan(4) of OpenBSD and its like answer the questions about VLANs as well. */
static void test_vxlan_is_no_vlan(void **state)
{
    struct kernel_interface vxlan = vlan10;

    (void)state;
    kernel_reset();
    unsigned parent = kernel_add(&em0);
    vxlan.name = "vxlan0";
    vxlan.type = IFT_ETHER;
    vxlan.is_virtual = true;
    kernel_add(&vxlan);
    struct links links = take();
    assert_null(links_find_vlan(&links, parent, 10));
    assert_int_equal(links_find(&links, "vxlan0")->vlan, 0);
    links_free(&links);
}

static void test_default_route(void **state)
{
    char name[LINK_NAME_SIZE];

    (void)state;
    kernel_reset();
    kernel_add(&em0);
    assert_false(links_default_route(name));
    kernel_set_default_route(2, RTF_REJECT);
    assert_false(links_default_route(name));
    kernel_set_default_route(2, 0);
    assert_true(links_default_route(name));
    assert_string_equal(name, "em0");
    assert_int_equal(kernel_seen().open, 0);
}

static void test_news(void **state)
{
    static const int quiet[] = {RTM_ADD, RTM_DELETE, RTM_CHANGE, RTM_GET, RTM_MISS};
    struct problem problem;

    (void)state;
    kernel_reset();
    int watch = links_watch_open(&problem);
    assert_true(watch >= 0);
    assert_int_equal(links_watch_drain(watch), 0);
    for (unsigned i = 0; i < sizeof quiet / sizeof *quiet; i++) {
        kernel_tell(quiet[i]);
        assert_int_equal(links_watch_drain(watch), 0);
    }
    kernel_tell(RTM_IFINFO);
    kernel_tell(RTM_ADD);
    assert_int_equal(links_watch_drain(watch), 1);
    assert_int_equal(links_watch_drain(watch), 0);
    kernel_tell(RTM_NEWADDR);
    assert_int_equal(links_watch_drain(watch), 1);
    links_watch_close(watch);
    assert_int_equal(kernel_seen().open, 0);
}

/* A router's routes change faster than we read: what was lost may have been about an interface. */
static void test_lost_news(void **state)
{
    struct problem problem;

    (void)state;
    kernel_reset();
    int watch = links_watch_open(&problem);
    for (unsigned i = 0; i < KERNEL_MESSAGES; i++)
        kernel_tell(RTM_ADD);
    kernel_tell(RTM_IFINFO);
    assert_int_equal(links_watch_drain(watch), 1);
    assert_int_equal(links_watch_drain(watch), 0);
    links_watch_close(watch);
}

/* The query for this host's own members reaches them, and nobody else. */
static void test_local_echo(void **state)
{
    static const uint8_t query[] = {0x11, 100, 0xee, 0x9b, 0, 0, 0, 0};
    const struct envelope envelope = {.source = {0xc0a83205}, .tos = 0xc0};
    struct problem problem;

    (void)state;
    kernel_reset();
    unsigned index = kernel_add(&em0);
    struct local_echo *echo = local_echo_open(index, &problem);
    assert_non_null(echo);
    assert_int_equal(
        local_echo_send(echo, &envelope, (struct octets){query, sizeof query}, &problem), 0);
    assert_int_equal(inject_let_stack_hear(BPF_DEVICE), 0);
    local_echo_close(echo);
    struct kernel_seen seen = kernel_seen();
    assert_int_equal(seen.loopback + seen.feedback, 1);
    assert_int_equal(seen.feedback, !local_echo_is_needed());
    assert_int_equal(seen.wire, 0);
    assert_int_equal(seen.open, 0);
    assert_int_equal(seen.unknown, 0);
    assert_null(local_echo_open(index + 1, &problem));
}

static void test_bpf_device_is_deaf(void **state)
{
    (void)state;
    kernel_reset();
    assert_int_equal(inject_refuse_input(BPF_DEVICE), 0);
    assert_int_equal(kernel_seen().deaf, 1);
    assert_int_equal(inject_tag_in_mtu(),
                     4); /* bpfwrite, bpf_movein: but for 14 octets all counts */
}

static void test_interface_goes_down(void **state)
{
    struct kernel_interface down = em0;

    (void)state;
    kernel_reset();
    kernel_add(&em0);
    down.name = "em1";
    down.flags = IFF_BROADCAST;
    kernel_add(&down);
    assert_false(capture_is_down(BPF_DEVICE, "em0"));
    assert_true(capture_is_down(BPF_DEVICE, "em1"));
    assert_int_equal(kernel_seen().open, 0);
}

const struct CMUnitTest bsd_tests[] = {
    cmocka_unit_test(test_ethernet),
    cmocka_unit_test(test_longest_name),
    cmocka_unit_test(test_carrier),
    cmocka_unit_test(test_port_of_lagg),
    cmocka_unit_test(test_vlan),
    cmocka_unit_test(test_vxlan_is_no_vlan),
    cmocka_unit_test(test_default_route),
    cmocka_unit_test(test_news),
    cmocka_unit_test(test_lost_news),
    cmocka_unit_test(test_local_echo),
    cmocka_unit_test(test_bpf_device_is_deaf),
    cmocka_unit_test(test_interface_goes_down),
};
const unsigned bsd_test_count = sizeof bsd_tests / sizeof *bsd_tests;
