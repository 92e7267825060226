/* SPDX-License-Identifier: MIT */
/* Floor 3. Who holds a lock, in words. */
#include "lock_private.h"

#include <stdio.h>
#include <string.h>

const char *lock_program(long process, char out[LOCK_PROGRAM_SIZE])
{
    char path[48];
    FILE *file;

    out[0] = '\0';
    if (process <= 0)
        return out;
    snprintf(path, sizeof path, "/proc/%ld/comm", process);
    file = fopen(path, "re");
    if (file == NULL)
        return out;
    if (fgets(out, LOCK_PROGRAM_SIZE, file) == NULL)
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    fclose(file);
    return out;
}

int lock_explain_busy(const char *interface, long holder, struct problem *problem)
{
    char program[LOCK_PROGRAM_SIZE];

    lock_program(holder, program);
    if (program[0] != '\0' && strcmp(program, "igmpqd") != 0)
        return problem_set(problem,
                           "%s (process %ld) holds the lock of %s already: stop it first, or name "
                           "another interface",
                           program, holder, interface);
    if (holder > 0)
        return problem_set(problem,
                           "another igmpqd is running on %s already (process %ld): stop it first, "
                           "or name another interface",
                           interface, holder);
    return problem_set(
        problem,
        "another igmpqd is running on %s already: stop it first, or name another interface",
        interface);
}
