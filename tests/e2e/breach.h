/* SPDX-License-Identifier: MIT */
/* Floor 4, tests. What somebody would do who has found a fault in the daemon. Only in
 * igmpqd-broken, a program of the tests. */
#ifndef IGMPQ_TESTS_BREACH_H
#define IGMPQ_TESTS_BREACH_H

/** Try what IGMPQ_BREACH names and tell on standard error what came of it. */
void breach(void);

#endif
