/* SPDX-License-Identifier: MIT */
/* Floor 4. One text with everything that a report about a fault needs. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "config.h"
#include "ctl.h"

#define GROUPS_MOST 200

static int show_some_groups(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    int status;
    struct ctl_table *table = ctl_group_table(ctl, &status, problem);

    if (status)
        return status;
    bool is_printed = ctl_table_print(table, to, false, 0, GROUPS_MOST);
    if (ctl_table_rows(table) > GROUPS_MOST)
        fprintf(to, "... and %zu more\n", ctl_table_rows(table) - GROUPS_MOST);
    ctl_table_free(table);
    if (is_printed)
        return 0;
    problem_set(problem, "no memory");
    return CTL_EXIT_REFUSED;
}

static void print_title(const struct ctl *ctl, FILE *to)
{
    const json_t *answer = json_object_get(ctl->kept, "status");
    const json_t *header = json_array_get(answer, 0);
    struct utsname host;
    char a[32];

    fprintf(to, "igmpqctl %s support, %s", PACKAGE_VERSION, ctl_time(header, "time", a));
    /* The name of the host is nobody's business. */
    if (uname(&host) == 0)
        fprintf(to, ", %s %s %s", host.sysname, host.release, host.machine);
    fprintf(to, "%s\n",
            ctl->is_masking ? "\nAddresses of hosts are replaced: address-1 is the lowest." : "");
}

/** A part that the daemon does not give is told in its place, and by the status: the others are of
 * use without it. */
static int print_parts(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    static const struct {
        const char *title;
        int (*show)(const struct ctl *, FILE *, struct problem *);
    } parts[] = {
        {"Status", ctl_show_status},           {"Findings", ctl_show_findings},
        {"Configuration", ctl_show_config},    {"Counters", ctl_show_stats},
        {"Other queriers", ctl_show_queriers}, {"Hosts", ctl_show_hosts},
        {"Groups", show_some_groups},          {"Interfaces", ctl_show_interfaces},
        {"Events", ctl_show_events},
    };
    int result = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        fprintf(to, "\n==== %s ====\n\n", parts[i].title);
        int status = parts[i].show(ctl, to, problem);
        if (status == CTL_EXIT_UNREACHABLE)
            return status;
        if (status) {
            fprintf(to, "%s\n", problem->text);
            result = status;
        }
    }
    return result;
}

/** Everything is asked for first, since no name can be given before all addresses are known. */
static int ask_for_all(const struct ctl *ctl, struct problem *problem)
{
    char *text = NULL;
    size_t size = 0;
    FILE *nowhere = open_memstream(&text, &size);

    if (!nowhere) {
        problem_set(problem, "no memory");
        return CTL_EXIT_REFUSED;
    }
    int status = print_parts(ctl, nowhere, problem);
    if (status != CTL_EXIT_UNREACHABLE)
        status = 0; /* what was refused is kept as well, and told then */
    fclose(nowhere);
    free(text);
    /* What is not kept would be asked for again, and its addresses be shown as they are. */
    if (status == 0 && (*ctl->has_lost || (ctl->is_masking && !ctl_mask(ctl->kept)))) {
        problem_set(problem, "no memory");
        status = CTL_EXIT_REFUSED;
    }
    return status;
}

int ctl_show_support(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    struct ctl plain = *ctl;
    bool has_lost = false;

    plain.color = "never";
    plain.is_long = true;
    plain.kept = json_object();
    plain.has_lost = &has_lost;
    if (!plain.kept) {
        problem_set(problem, "no memory");
        return CTL_EXIT_REFUSED;
    }
    int status = ask_for_all(&plain, problem);
    if (status == 0) {
        print_title(&plain, to);
        status = print_parts(&plain, to, problem);
    }
    json_decref(plain.kept);
    return status;
}
