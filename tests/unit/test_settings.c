/* SPDX-License-Identifier: MIT */
/* Unit tests of the settings by name: what is allowed, and what is said otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "igmpq/settings.h"

static void test_settings_refusals(void **state)
{
    static const struct {
        const char *name, *value, *says;
    } cases[] = {
        {"query-interval", "abc",
         "query-interval: 'abc' is not a number of seconds such as 60 or 2.5"},
        {"query-interval", "", "query-interval: '' is not a number of seconds such as 60 or 2.5"},
        {"query-interval", "-1",
         "query-interval: '-1' is not a number of seconds such as 60 or 2.5"},
        {"query-interval", "auto",
         "query-interval: 'auto' is not a number of seconds such as 60 or 2.5"},
        {"timeout", "abc", "timeout: 'abc' is not a number of seconds such as 60 or 2.5, or auto"},
        {"timeout", "8094720.000001",
         "timeout: 8094720.000001 seconds are too many; at most 8094720 are allowed"},
        {"switch-timeout", "9000000000000",
         "switch-timeout: '9000000000000' is not 1 to 8094720 seconds"},
        {"switch-timeout", "0", "switch-timeout: '0' is not 1 to 8094720 seconds"},
        {"switch-timeout", "8094721", "switch-timeout: '8094721' is not 1 to 8094720 seconds"},
        {"switch-router-timeout", "0.5",
         "switch-router-timeout: '0.5' is not 1 to 8094720 seconds"},
        {"switch-router-timeout", "long",
         "switch-router-timeout: 'long' is not a number of seconds such as 60 or 2.5"},
        {"listen-time", "99999999999999999999",
         "listen-time: 99999999999999999999 seconds are too many; at most 8094720 are allowed"},
        {"robustness", "x", "robustness: 'x' is not a whole number from 1 to 255"},
        {"jitter", "256", "jitter: '256' is not a whole number from 0 to 50, or auto"},
        {"max-groups", "0", "max-groups: '0' is not a whole number from 1 to 1000000"},
        {"priority", "8", "priority: '8' is not a whole number from 0 to 7"},
        {"takeover-burst", "perhaps", "takeover-burst: 'perhaps' is not one of true, false"},
        {"ttl", "ignore", "ttl: 'ignore' is not one of accept, warn, drop"},
        {"mode", "master", "mode: 'master' is not one of active, listen-first, backup, passive"},
        {"electing-queries", "", "electing-queries: '' is not one of general, any"},
        {"last-member-transition", "x",
         "last-member-transition: 'x' is not one of complete, defer"},
        {"membership-interval", "x", "membership-interval: 'x' is not one of rfc9776, rfc3376"},
        {"allow-querier", "10.0.0.1,,10.0.0.2",
         "allow-querier: '' is not an address or a network such as 10.0.0.1 or 10.0.0.0/24"},
        {"deny-querier", "10.0.0.1 , 10.0.0.1 10.0.0.2",
         "deny-querier: '10.0.0.1 10.0.0.2' is not an address or a network such as 10.0.0.1 or "
         "10.0.0.0/24"},
        {"ssm-range", "10.0.0.0/8",
         "ssm-range: '10.0.0.0/8' is not a network of multicast addresses such as 232.0.0.0/8, or "
         "none"},
        {"colour", "blue", "there is no setting 'colour'"},
    };
    struct params params = params_default(PROFILE_DEFAULT);
    struct params before = params;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem problem = {""};
        assert_int_equal(settings_set(&params, cases[i].name, cases[i].value, &problem), -1);
        assert_string_equal(problem.text, cases[i].says);
    }
    assert_int_equal(params.other_querier_present, before.other_querier_present);
    assert_int_equal(params.switch_timeout, before.switch_timeout);
    assert_int_equal(params.allow_count, 0);
    assert_int_equal(params.deny_count, 0);
}

static void test_settings_lists(void **state)
{
    struct params params = params_default(PROFILE_DEFAULT);
    struct problem problem = {""};
    char text[700];
    char many[33 * 9] = "";

    (void)state;
    assert_int_equal(settings_set(&params, "allow-querier", "10.0.0.1, 10.0.0.2", &problem), 0);
    assert_int_equal(settings_set(&params, "allow-querier", " 10.1.0.0/16\t,10.2.0.1 ", &problem),
                     0);
    assert_string_equal(settings_get(&params, "allow-querier", text, sizeof text),
                        "10.0.0.1/32,10.0.0.2/32,10.1.0.0/16,10.2.0.1/32");
    for (size_t i = 0; i < 33; i++)
        strcat(many, i == 0 ? "10.0.0.1" : ",10.0.0.1");
    assert_int_equal(settings_set(&params, "deny-querier", many, &problem), -1);
    assert_string_equal(problem.text, "deny-querier: more than 32 addresses or networks");
    assert_int_equal(params.deny_count, 0);
    many[strlen(many) - strlen(",10.0.0.1")] = '\0';
    assert_int_equal(settings_set(&params, "deny-querier", many, &problem), 0);
    assert_int_equal(params.deny_count, 32);
}

/* Every duration at its limit is taken, and is given back. */
static void test_settings_longest(void **state)
{
    struct params params = params_default(PROFILE_DEFAULT);
    char text[64];

    (void)state;
    for (const struct setting *setting = settings_all(); setting->name; setting++) {
        if (strncmp(setting->argument, "SECONDS", 7) != 0)
            continue;
        assert_int_equal(settings_set(&params, setting->name, "8094720", NULL), 0);
        assert_string_equal(settings_get(&params, setting->name, text, sizeof text), "8094720");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_refusals),
        cmocka_unit_test(test_settings_lists),
        cmocka_unit_test(test_settings_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
