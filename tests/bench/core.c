/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. The core alone, without any input or output, for the benchmark:
 *
 *   core decode COUNT      read COUNT frames of four kinds down to their IGMP messages
 *   core election COUNT    COUNT queries of two other queriers, the one lower and the other higher
 *   core membership COUNT  COUNT reports of 250 hosts for 200 groups, and the queries that follow
 *   core frames COUNT      the three together, as a network has them, with their timers
 *   core memory            octets for each group, source, reporter and VLAN
 *
 * Prints the nanoseconds that it took, and with "memory" lines of NAME OCTETS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __linux__
#include <malloc.h>
#endif

#include "igmpq/build.h"
#include "igmpq/engine.h"

#define HOSTS  250
#define GROUPS 200

struct bench {
    struct builder *builder;
    struct engine *engine;
    struct outbox outbox;
    instant now;
};

/** A frame that is made once and heard often. */
struct sample {
    uint8_t octets[FRAME_MAX];
    size_t length;
};

static void stop(const char *what)
{
    fprintf(stderr, "core: %s\n", what);
    exit(1);
}

static int64_t nanoseconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct address host(unsigned number)
{
    return address_of(10, 0, (uint8_t)(1 + number / 200), (uint8_t)(1 + number % 200));
}

static struct address group(unsigned number)
{
    return address_of(239, 7, (uint8_t)(number >> 8), (uint8_t)number);
}

static void seal(struct bench *bench, struct address from, struct address to, const uint8_t *igmp,
                 size_t length, struct sample *out)
{
    const struct mac mac = {{2, 0, (uint8_t)(from.ipv4 >> 24), (uint8_t)(from.ipv4 >> 16),
                             (uint8_t)(from.ipv4 >> 8), (uint8_t)from.ipv4}};
    struct envelope envelope = envelope_for(mac, from, to);
    struct problem problem;

    int made = build_frame(bench->builder, &envelope, (struct octets){igmp, length}, out->octets,
                           sizeof out->octets, &problem);
    if (made < 0)
        stop(problem.text);
    out->length = (size_t)made;
}

static void make_query(struct bench *bench, struct address from, unsigned version,
                       struct sample *out)
{
    const struct igmp_query query = {.version = version,
                                     .max_response = 10 * SECONDS,
                                     .robustness = 2,
                                     .query_interval = 125 * SECONDS};
    uint8_t igmp[IGMP_LENGTH_MAX];

    size_t length = igmp_encode_query(&query, igmp, sizeof igmp);
    seal(bench, from, ADDRESS_ALL_HOSTS, igmp, length, out);
}

static void make_report(struct bench *bench, unsigned from, unsigned about, struct sample *out)
{
    uint8_t igmp[8];

    size_t length = igmp_encode_report(IGMP_KIND_V2_REPORT, group(about), igmp, sizeof igmp);
    seal(bench, host(from), group(about), igmp, length, out);
}

/** Four records of one source each. */
static void make_report_v3(struct bench *bench, unsigned from, struct sample *out)
{
    const struct address source = address_of(10, 9, 9, 9);
    struct igmp_record_spec records[4];
    uint8_t igmp[IGMP_LENGTH_MAX];

    for (unsigned i = 0; i < 4; i++)
        records[i] = (struct igmp_record_spec){IGMP_RECORD_IS_EX, group((from * 4 + i) % GROUPS),
                                               &source, i % 2};
    size_t length = igmp_encode_v3_report(records, 4, igmp, sizeof igmp);
    seal(bench, host(from), ADDRESS_IGMPV3, igmp, length, out);
}

static void pass(struct bench *bench, instant end)
{
    while (engine_deadline(bench->engine) <= end) {
        bench->now = engine_deadline(bench->engine);
        engine_tick(bench->engine, bench->now, &bench->outbox);
        outbox_clear(&bench->outbox);
    }
    bench->now = end;
}

static void hear(struct bench *bench, const struct sample *sample)
{
    engine_frame(bench->engine, bench->now, 0, LINK_ETHERNET,
                 (struct octets){sample->octets, sample->length}, sample->length, NULL,
                 &bench->outbox);
    outbox_clear(&bench->outbox);
}

static unsigned add_segment(struct bench *bench, uint16_t vlan)
{
    struct params asked = params_default(PROFILE_DEFAULT), params;
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    const struct identity identity = {
        .is_up = true, .mac = {{2, 0, 0, 0, 0, 1}}, .own = {address_of(10, 0, 0, 100), 16}};

    asked.version = 3;
    asked.max_groups = asked.max_sources = asked.max_reporters = 100000;
    params_resolve(&asked, &params, complaints);
    unsigned id = engine_segment_add(bench->engine, "bench", 0, vlan, &params);
    if (id == ENGINE_NO_SEGMENT)
        stop("no memory");
    engine_link(bench->engine, bench->now, id, &identity, &bench->outbox);
    outbox_clear(&bench->outbox);
    return id;
}

static void decode(struct bench *bench, unsigned long count)
{
    struct sample sample[4];

    make_query(bench, address_of(10, 0, 0, 9), 3, &sample[0]);
    make_report(bench, 1, 1, &sample[1]);
    make_report_v3(bench, 2, &sample[2]);
    make_query(bench, address_of(10, 0, 0, 9), 2, &sample[3]);
    for (unsigned long i = 0; i < count; i++) {
        const struct sample *from = &sample[i % 4];
        struct frame frame;
        struct igmp_message message;
        if (frame_decode(LINK_ETHERNET, (struct octets){from->octets, from->length}, from->length,
                         &frame) != VERDICT_ACCEPTED ||
            igmp_decode(frame.payload, frame.payload_length, &message) != VERDICT_ACCEPTED)
            stop("a good frame is refused");
    }
}

/** Somebody higher is heard; somebody lower takes over and falls silent: the whole circle. */
static void election(struct bench *bench, unsigned long count)
{
    struct sample low, high;

    make_query(bench, address_of(10, 0, 0, 9), 2, &low);
    make_query(bench, address_of(10, 0, 0, 200), 2, &high);
    for (unsigned long i = 0; i < count; i++) {
        pass(bench, bench->now + (i % 8 == 7 ? 300 : 5) * SECONDS);
        hear(bench, i % 2 ? &low : &high);
    }
}

static struct sample *make_reports(struct bench *bench)
{
    struct sample *reports = calloc(HOSTS + GROUPS, sizeof *reports);

    if (!reports)
        stop("no memory");
    for (unsigned i = 0; i < GROUPS; i++)
        make_report(bench, i % HOSTS, i, &reports[i]);
    for (unsigned i = 0; i < HOSTS; i++)
        make_report_v3(bench, i, &reports[GROUPS + i]);
    return reports;
}

static void membership(struct bench *bench, unsigned long count)
{
    struct sample *reports = make_reports(bench);

    for (unsigned long i = 0; i < count; i++) {
        pass(bench, bench->now + 100 * MILLISECONDS);
        hear(bench, &reports[i * 7 % (HOSTS + GROUPS)]);
    }
    free(reports);
}

static void frames(struct bench *bench, unsigned long count)
{
    struct sample *reports = make_reports(bench), high;

    make_query(bench, address_of(10, 0, 0, 200), 2, &high);
    for (unsigned long i = 0; i < count; i++) {
        pass(bench, bench->now + 20 * MILLISECONDS);
        hear(bench, i % 500 == 0 ? &high : &reports[i * 7 % (HOSTS + GROUPS)]);
    }
    free(reports);
}

/* ---- memory ---- */

static size_t in_use(void)
{
#if defined __GLIBC__ && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    return mallinfo2().uordblks;
#else
    stop("this C library does not tell how much memory is in use");
    return 0;
#endif
}

static void tell(const char *name, size_t before, unsigned count)
{
    printf("%s %.0f\n", name, (double)(in_use() - before) / count);
}

static void memory(struct bench *bench)
{
    static struct sample sample;
    const unsigned count = 10000;
    size_t before = in_use();

    for (unsigned i = 0; i < count; i++) { /* one host */
        make_report(bench, 1, i, &sample);
        hear(bench, &sample);
    }
    tell("group", before, count);
    before = in_use();
    for (unsigned i = 0; i < count; i++) { /* one group */
        const struct igmp_record_spec record = {.type = IGMP_RECORD_IS_EX, .group = group(1)};
        uint8_t igmp[64];
        size_t length = igmp_encode_v3_report(&record, 1, igmp, sizeof igmp);
        seal(bench, address_of(10, 0, (uint8_t)(10 + i / 250), (uint8_t)(1 + i % 250)),
             ADDRESS_IGMPV3, igmp, length, &sample);
        hear(bench, &sample);
    }
    tell("reporter", before, count);
    before = in_use();
    for (uint16_t vlan = 1; vlan <= 4000; vlan++)
        add_segment(bench, vlan);
    tell("vlan", before, 4000);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    static const struct {
        const char *name;
        void (*run)(struct bench *bench, unsigned long count);
    } part[] = {
        {"decode", decode}, {"election", election}, {"membership", membership}, {"frames", frames}};
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    struct problem problem;
    int status = 2;

    bench.builder = builder_open(&problem);
    bench.engine = engine_create(1);
    if (!bench.builder || !bench.engine)
        stop("no memory");
    add_segment(&bench, VLAN_NONE);
    int64_t began = nanoseconds();
    if (argc == 2 && strcmp(argv[1], "memory") == 0) {
        memory(&bench);
        status = 0;
    }
    for (size_t i = 0; argc == 3 && i < sizeof part / sizeof *part; i++)
        if (strcmp(argv[1], part[i].name) == 0) {
            part[i].run(&bench, count);
            printf("%lld\n", (long long)(nanoseconds() - began));
            status = 0;
        }
    if (status != 0)
        fprintf(stderr, "Usage: core decode|election|membership|frames COUNT, or core memory\n");
    engine_destroy(bench.engine);
    builder_close(bench.builder);
    return status;
}
