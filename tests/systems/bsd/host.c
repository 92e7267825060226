/* SPDX-License-Identifier: MIT */
/*
 * What runs the tests of test_bsd.c on Linux, and the names that objects for a BSD have for errno.
 * Compiled for this host: nothing here may include what that object includes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct CMUnitTest bsd_tests[];
extern const unsigned bsd_test_count;

int *__errno(void);
int *__error(void);

static int number;

int *__errno(void)
{
    return &number;
}

int *__error(void)
{
    return &number;
}

int main(void)
{
    return _cmocka_run_group_tests("bsd", bsd_tests, bsd_test_count, NULL, NULL);
}
