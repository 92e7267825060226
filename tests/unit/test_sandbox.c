/* SPDX-License-Identifier: MIT */
/* Unit tests of giving up root: whom to become. What the daemon as a whole keeps is shown by
 * tests/e2e/sandbox.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "igmpq/sandbox.h"
#include "says.h"

static void test_users(void **state)
{
    struct service_user user;
    struct problem problem = {""};

    (void)state;
    assert_int_equal(sandbox_choose("no-such-user", &user, &problem), -1);
    assert_says(&problem, "there is no user 'no-such-user'; make it");
    assert_int_equal(sandbox_choose("root", &user, &problem), -1);
    assert_says(&problem, "--no-sandbox");
    assert_int_equal(sandbox_check_user("", &problem), -1);
    if (geteuid() != 0) {
        assert_int_equal(sandbox_choose(NULL, &user, &problem), 0);
        assert_false(user.is_change);
        assert_int_equal(user.user, geteuid());
        if (sandbox_check_user("nobody", &problem) == 0) {
            assert_int_equal(sandbox_choose("nobody", &user, &problem), -1);
            assert_says(&problem, "only root can become user 'nobody'");
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

#ifdef __linux__

/** A filter as a service manager sets it: capset(2) is refused. */
static bool refuse_capset(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_capset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
           prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_MODE_FILTER, &program) == 0;
}

#define NO_FILTER 4

/** What giving up comes to in a child: 0 or 1; 2: refused; NO_FILTER: capset() cannot be taken away
 * here, as under qemu-user. */
static int drop_in_child(bool is_plain, bool has_capset)
{
    struct service_user user = {.name = "x", .user = 4242, .group = 4242, .is_named = true};
    struct problem problem;
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (is_plain && geteuid() == 0 && setresuid(4242, 4242, 4242) != 0)
            _exit(3);
        user.is_change = geteuid() == 0 && has_capset;
        if (!has_capset && !refuse_capset())
            _exit(NO_FILTER);
        int result = sandbox_drop(&user, SANDBOX_DAEMON, &problem);
        _exit(result < 0 ? 2 : result);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_dropping(void **state)
{
    (void)state;
    assert_int_equal(drop_in_child(true, true), 0);
    if (geteuid() == 0)
        assert_int_equal(drop_in_child(false, true), 0);
    if (drop_in_child(true, false) == NO_FILTER) {
        print_message("there is no filter of system calls here\n");
        skip();
    }
    /* Whoever has nothing need not be able to give it up; who has all and cannot is not let on. */
    assert_int_equal(drop_in_child(true, false), 0);
    if (geteuid() != 0)
        skip();
    assert_int_equal(drop_in_child(false, false), 2);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_descriptors_are_closed),
#ifdef __linux__
        cmocka_unit_test(test_dropping),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
