/* SPDX-License-Identifier: MIT */
/* tests/lan/simulate: kinds of networks times seeds, and a table of what was violated. */
#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "scenario.h"

struct total {
    struct sim_report sum;
    uint64_t networks, promised, violated, failed_seed;
    double seconds;
    char text[160];
};

struct choice {
    const char *scenario, *pcap, *folder;
    uint64_t seed, seeds, total;
    bool is_large, is_json, is_told;
};

static const char help[] =
    "Usage: simulate [options]\n"
    "Simulates networks of igmpq's engines, other queriers, hosts and switches, and checks the\n"
    "invariants on each. Without --scenario: every kind of network but the large ones.\n\n"
    "  --list            the kinds of networks\n"
    "  --scenario NAME   this kind alone\n"
    "  --seed N          the first seed (1)\n"
    "  --seeds N         so many of each kind (100)\n"
    "  --total N         so many networks in all, by the kinds' shares; instead of --seeds\n"
    "  --large           the large ones too\n"
    "  --tell            tell what happens; with --scenario and one seed\n"
    "  --pcap FILE       write what is on the cable; with --scenario and one seed\n"
    "  --folder PATH     where captures of violations are put (.)\n"
    "  --json            lines of JSON instead of a table\n"
    "  --help            this text\n\n"
    "Exit status: 0 all holds, 1 an invariant was violated, 2 wrong usage.\n";

static double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t violations_of(const struct sim_report *report)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < INVARIANT_COUNT; i++)
        count += report->violations[i];
    return count;
}

static void add(struct total *total, const struct sim_report *report, uint64_t seed,
                bool is_demonstration)
{
    struct sim_report *sum = &total->sum;

    for (unsigned i = 0; i < INVARIANT_COUNT; i++)
        sum->violations[i] += report->violations[i];
    sum->frames += report->frames;
    sum->events += report->events;
    sum->takeovers += report->takeovers;
    sum->seconds += report->seconds;
    if (report->memory > sum->memory)
        sum->memory = report->memory;
    total->networks++;
    total->promised += report->is_promised;
    if (violations_of(report) == 0)
        return;
    if (total->violated++ > 0) {
        if (!is_demonstration && total->violated <= 10)
            fprintf(stderr, "also seed %llu: %s\n", (unsigned long long)seed, report->text);
        return;
    }
    total->failed_seed = seed;
    memcpy(total->text, report->text, sizeof total->text);
}

/** The same seed again, into a capture. */
static void keep(const struct choice *choice, const struct scenario *scenario, uint64_t seed)
{
    char path[512];
    struct sim_report report = {0};

    snprintf(path, sizeof path, "%s/simulate-%s-%llu.pcap", choice->folder, scenario->name,
             (unsigned long long)seed);
    FILE *file = capture_open(path);
    if (!file) {
        fprintf(stderr, "simulate: cannot write %s; choose another place with --folder\n", path);
        return;
    }
    scenario_run(scenario, seed, &report, file, false);
    fclose(file);
    fprintf(stderr, "  on the cable: igmpq-replay %s\n", path);
}

static void print_row(const struct choice *choice, const struct scenario *scenario,
                      const struct total *total)
{
    const struct sim_report *sum = &total->sum;

    if (choice->is_json) {
        printf("{\"scenario\":\"%s\",\"networks\":%llu,\"promised\":%llu,\"violated\":%llu,"
               "\"demonstration\":%s,\"takeovers\":%llu,\"frames\":%llu,\"events\":%llu,"
               "\"virtual_seconds\":%llu,\"memory\":%zu,\"seconds\":%.3f,\"violations\":{",
               scenario->name, (unsigned long long)total->networks,
               (unsigned long long)total->promised, (unsigned long long)total->violated,
               scenario->is_demonstration ? "true" : "false", (unsigned long long)sum->takeovers,
               (unsigned long long)sum->frames, (unsigned long long)sum->events,
               (unsigned long long)sum->seconds, sum->memory, total->seconds);
        for (unsigned i = 0; i < INVARIANT_COUNT; i++)
            printf("%s\"%s\":%llu", i ? "," : "", invariant_name((enum invariant)i),
                   (unsigned long long)sum->violations[i]);
        printf("}}\n");
        return;
    }
    printf("%-13s %8llu %8llu %9llu %9.2f %7.3f %6zu  %8llu%s\n", scenario->name,
           (unsigned long long)total->networks, (unsigned long long)total->promised,
           (unsigned long long)sum->takeovers, (double)sum->seconds / 86400,
           total->networks ? total->seconds * 1000 / (double)total->networks : 0,
           sum->memory / 1024, (unsigned long long)total->violated,
           scenario->is_demonstration ? " (shown)" : "");
}

/** Networks of one kind; whether all held. */
static bool run_kind(const struct choice *choice, const struct scenario *scenario, uint64_t seeds,
                     struct total *all)
{
    struct total total = {0};
    double began = clock_now();

    for (uint64_t seed = choice->seed; seed < choice->seed + seeds; seed++) {
        struct sim_report report = {0};
        FILE *file = choice->pcap ? capture_open(choice->pcap) : NULL;
        if (choice->pcap && !file) {
            fprintf(stderr, "simulate: cannot write %s\n", choice->pcap);
            exit(2);
        }
        scenario_run(scenario, seed, &report, file, choice->is_told);
        if (file)
            fclose(file);
        add(&total, &report, seed, scenario->is_demonstration);
    }
    total.seconds = clock_now() - began;
    print_row(choice, scenario, &total);
    fflush(stdout);
    all->networks += total.networks;
    all->sum.seconds += total.sum.seconds;
    all->sum.takeovers += total.sum.takeovers;
    all->sum.frames += total.sum.frames;
    all->sum.events += total.sum.events;
    all->seconds += total.seconds;
    if (total.violated == 0 || scenario->is_demonstration)
        return true;
    all->violated += total.violated;
    fprintf(stderr,
            "%s, seed %llu: %s\n  again: tests/lan/simulate --scenario %s --seed %llu "
            "--seeds 1 --tell\n",
            scenario->name, (unsigned long long)total.failed_seed, total.text, scenario->name,
            (unsigned long long)total.failed_seed);
    if (!choice->pcap)
        keep(choice, scenario, total.failed_seed);
    return false;
}

static int run(const struct choice *choice)
{
    struct total all = {0};
    bool is_found = false, is_good = true;
    uint64_t shares = 0;

    for (const struct scenario *s = scenarios; s->name; s++)
        shares += s->is_large ? 0 : s->share;
    if (!choice->is_json)
        printf("%-13s %8s %8s %9s %9s %7s %6s  %8s\n", "scenario", "networks", "promised",
               "takeovers", "days", "ms each", "KiB", "violated");
    for (const struct scenario *s = scenarios; s->name; s++) {
        if (choice->scenario ? strcmp(choice->scenario, s->name) != 0
                             : s->is_large && !choice->is_large)
            continue;
        is_found = true;
        uint64_t seeds = choice->seeds;
        if (choice->total)
            seeds = s->is_large ? 1 : choice->total * s->share / shares + 1;
        else if (s->is_large && !choice->scenario)
            seeds = 1;
        is_good &= run_kind(choice, s, seeds, &all);
    }
    if (!is_found) {
        fprintf(stderr, "simulate: there is no scenario %s; --list names them\n", choice->scenario);
        return 2;
    }
    if (!choice->is_json)
        printf("%llu networks, %.0f years, %llu takeovers, %llu frames, %llu events in %.1f s: "
               "%llu violated\n",
               (unsigned long long)all.networks, (double)all.sum.seconds / 86400 / 365,
               (unsigned long long)all.sum.takeovers, (unsigned long long)all.sum.frames,
               (unsigned long long)all.sum.events, all.seconds, (unsigned long long)all.violated);
    return is_good ? 0 : 1;
}

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end) {
        fprintf(stderr, "simulate: %s is not a number\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"list", no_argument, NULL, 'l'},         {"scenario", required_argument, NULL, 's'},
        {"seed", required_argument, NULL, 'S'},   {"seeds", required_argument, NULL, 'n'},
        {"total", required_argument, NULL, 't'},  {"large", no_argument, NULL, 'L'},
        {"tell", no_argument, NULL, 'v'},         {"pcap", required_argument, NULL, 'p'},
        {"folder", required_argument, NULL, 'f'}, {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct choice choice = {.seed = 1, .seeds = 100, .folder = "."};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'l':
            for (const struct scenario *s = scenarios; s->name; s++)
                printf("%-13s %s%s\n", s->name, s->what,
                       s->is_demonstration ? " (shown, not promised)" : "");
            return 0;
        case 's': choice.scenario = optarg; break;
        case 'S': choice.seed = number(optarg); break;
        case 'n': choice.seeds = number(optarg); break;
        case 't': choice.total = number(optarg); break;
        case 'L': choice.is_large = true; break;
        case 'v': choice.is_told = true; break;
        case 'p': choice.pcap = optarg; break;
        case 'f': choice.folder = optarg; break;
        case 'j': choice.is_json = true; break;
        case 'h': fputs(help, stdout); return 0;
        default: fputs(help, stderr); return 2;
        }
    }
    if (optind < argc || ((choice.pcap || choice.is_told) &&
                          (!choice.scenario || choice.seeds != 1 || choice.total))) {
        fputs(help, stderr);
        return 2;
    }
    return run(&choice);
}
