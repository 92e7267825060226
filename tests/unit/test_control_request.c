/* SPDX-License-Identifier: MIT */
/* Unit tests of the request line of the control socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "igmpq/control.h"

static void test_requests_that_are_good(void **state)
{
    struct control_request request;
    struct problem problem;

    (void)state;
    for (enum control_verb verb = CONTROL_STATUS; verb < CONTROL_VERB_COUNT; verb++) {
        const char *name = control_verb_name(verb);
        if (verb == CONTROL_VERBOSE)
            name = "verbose on";
        assert_int_equal(control_request_read(name, strlen(name), &request, &problem), CONTROL_OK);
        assert_int_equal(request.verb, verb);
        assert_string_equal(request.segment, "");
    }
    assert_int_equal(control_request_read("  groups   eth0/10  \r", 21, &request, &problem),
                     CONTROL_OK);
    assert_string_equal(request.segment, "eth0/10");
    assert_int_equal(control_request_read("query 239.1.2.3 eth0", 20, &request, &problem),
                     CONTROL_OK);
    assert_string_equal(request.segment, "eth0");
    assert_int_equal(request.group.ipv4, address_of(239, 1, 2, 3).ipv4);
    assert_int_equal(control_request_read("events 10 follow", 16, &request, &problem), CONTROL_OK);
    assert_true(request.is_following && request.count == 10);
    assert_int_equal(control_request_read("events", 6, &request, &problem), CONTROL_OK);
    assert_true(!request.is_following && request.count == CONTROL_EVERYTHING);
    assert_int_equal(control_request_read("verbose off", 11, &request, &problem), CONTROL_OK);
    assert_false(request.is_on);
}

static void test_requests_that_are_wrong(void **state)
{
    static const struct {
        const char *line;
        enum control_code code;
        const char *text; /* part of the sentence */
    } wrong[] = {
        {"", CONTROL_BAD_REQUEST, "a verb"},
        {"   ", CONTROL_BAD_REQUEST, "a verb"},
        {"a b c d", CONTROL_BAD_REQUEST, "at most two words"},
        {"statu", CONTROL_UNKNOWN_VERB, "'statu'"},
        {"STATUS", CONTROL_UNKNOWN_VERB, "'STATUS'"},
        {"status eth0 eth1", CONTROL_BAD_REQUEST, "one segment"},
        {"status a-name-that-no-segment-can-ever-have", CONTROL_NO_SEGMENT, "there is no segment"},
        {"status\teth0", CONTROL_BAD_REQUEST, "printable ASCII"},
        {"status \xc3\xa9", CONTROL_BAD_REQUEST, "printable ASCII"},
        {"config eth0", CONTROL_BAD_REQUEST, "config takes no 'eth0'"},
        {"reload now", CONTROL_BAD_REQUEST, "reload takes no 'now'"},
        {"events -1", CONTROL_BAD_REQUEST, "a number"},
        {"events follow follow", CONTROL_BAD_REQUEST, "'follow'"},
        {"events follow 10", CONTROL_BAD_REQUEST, "'10'"},
        {"query 10.0.0.1", CONTROL_BAD_REQUEST, "not the address of a group"},
        {"query 239.1.2.3 239.1.2.4", CONTROL_BAD_REQUEST, "one group"},
        {"verbose", CONTROL_BAD_REQUEST, "on or off"},
        {"verbose maybe", CONTROL_BAD_REQUEST, "on or off"},
        {"verbose on off", CONTROL_BAD_REQUEST, "on or off"},
    };
    struct control_request request;
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *line = wrong[i].line;
        assert_int_equal(control_request_read(line, strlen(line), &request, &problem),
                         wrong[i].code);
        if (!strstr(problem.text, wrong[i].text))
            fail_msg("\"%s\": %s", line, problem.text);
    }
    /* A zero is not the end of a line. */
    assert_int_equal(control_request_read("status\0x", 8, &request, &problem), CONTROL_BAD_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_that_are_good),
        cmocka_unit_test(test_requests_that_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
