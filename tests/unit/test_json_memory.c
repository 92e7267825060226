/* SPDX-License-Identifier: MIT */
/*
 * Lines of JSON without memory: each allocation of jansson's fails once, and all from one on. A
 * line is whole or it is not there, since half of the truth would pass for all of it; and nothing
 * leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "igmpq/json_daemon.h"

static struct {
    long left; /* until the next fails; negative: none does */
    bool for_ever;
    long live;
} memory = {.left = -1};

static void *failing_malloc(size_t size)
{
    if (memory.left == 0 || (memory.left > 0 && --memory.left == 0)) {
        if (!memory.for_ever)
            memory.left = -1;
        return NULL;
    }
    void *block = malloc(size);
    memory.live += block != NULL;
    return block;
}

static void counting_free(void *block)
{
    memory.live -= block != NULL;
    free(block);
}

static char *status_line(void)
{
    static const struct json_daemon about = {
        .version = "0.1.0", .process = 12, .config = "/etc/igmpqd.conf", .socket = "/run/socket"};

    return json_line_daemon(&about);
}

/** With a list and an object inside. */
static char *settings_line(void)
{
    struct segment_config config = {.interface = "eth0"};

    config.expected.group[0] = (struct address){.ipv4 = 0xef010101u};
    config.expected.count = 1;
    config.params = params_default(PROFILE_DEFAULT);
    return json_line_settings(&config);
}

static void check_line(char *(*make)(void))
{
    char *whole = make();
    unsigned missing = 0;

    assert_non_null(whole);
    for (unsigned for_ever = 0; for_ever < 2; for_ever++)
        for (long nth = 1; nth < 2000; nth++) {
            long before = memory.live;
            memory.left = nth;
            memory.for_ever = for_ever != 0;
            char *line = make();
            bool was_enough = memory.left > 0;
            memory.left = -1;
            if (line)
                assert_string_equal(line, whole);
            missing += !line;
            free(line);
            assert_int_equal(memory.live, before);
            if (was_enough)
                break;
        }
    assert_true(missing > 20);
    free(whole);
}

static void test_a_line_is_whole_or_not_there(void **state)
{
    (void)state;
    check_line(status_line);
    check_line(settings_line);
}

/* The name of an interface or a file may be any octets: the line comes all the same. */
static void test_what_is_no_utf_8_is_told_as_well(void **state)
{
    const struct link_info link = {.name = "w\xfcrm0", .index = 3};

    (void)state;
    char *line = json_line_interface(&link, false);
    assert_non_null(line);
    assert_non_null(strstr(line, "\"interface\":\"w?rm0\""));
    assert_non_null(strstr(line, "\"used\":false"));
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_is_whole_or_not_there),
        cmocka_unit_test(test_what_is_no_utf_8_is_told_as_well),
    };

    json_set_alloc_funcs(failing_malloc, counting_free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
