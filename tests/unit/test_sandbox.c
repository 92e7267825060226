/* SPDX-License-Identifier: MIT */
/* Unit tests of giving up root: whom to become. What the daemon as a whole keeps is shown by
 * tests/e2e/sandbox.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "igmpq/sandbox.h"

static void test_users(void **state)
{
    struct service_user user;
    struct problem problem = {""};

    (void)state;
    assert_int_equal(sandbox_choose("no-such-user", &user, &problem), -1);
    assert_non_null(strstr(problem.text, "there is no user 'no-such-user'; make it"));
    assert_int_equal(sandbox_choose("root", &user, &problem), -1);
    assert_non_null(strstr(problem.text, "--no-sandbox"));
    assert_int_equal(sandbox_check_user("", &problem), -1);
    if (geteuid() != 0) {
        assert_int_equal(sandbox_choose(NULL, &user, &problem), 0);
        assert_false(user.is_change);
        assert_int_equal(user.user, geteuid());
        if (sandbox_check_user("nobody", &problem) == 0) {
            assert_int_equal(sandbox_choose("nobody", &user, &problem), -1);
            assert_non_null(strstr(problem.text, "only root can become user 'nobody'"));
        }
        return;
    }
    assert_int_equal(sandbox_choose("", &user, &problem), 0);
    assert_true(user.is_change);
    assert_false(user.is_named);
    assert_int_not_equal(user.user, 0);
    assert_int_equal(user.is_fallback, sandbox_default_user() == (uid_t)-1);
    if (sandbox_check_user("nobody", &problem) == 0) {
        assert_int_equal(sandbox_choose("nobody", &user, &problem), 0);
        assert_true(user.is_named && user.is_change && !user.is_fallback);
        assert_string_equal(user.name, "nobody");
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(sandbox_role_name(SANDBOX_DAEMON), "daemon");
    assert_string_equal(sandbox_role_name(SANDBOX_HELPER), "helper");
}

static void test_descriptors_are_closed(void **state)
{
    int kept[2] = {40, 42};

    (void)state;
    for (int descriptor = 40; descriptor < 44; descriptor++)
        assert_int_equal(dup2(STDIN_FILENO, descriptor), descriptor);
    sandbox_close_descriptors(40, kept, 2);
    assert_int_equal(fcntl(40, F_GETFD), 0);
    assert_int_equal(fcntl(41, F_GETFD), -1);
    assert_int_equal(fcntl(42, F_GETFD), 0);
    assert_int_equal(fcntl(43, F_GETFD), -1);
    close(40);
    close(42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_descriptors_are_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
