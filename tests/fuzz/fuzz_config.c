/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer of the configuration: octets become a file (and behind a zero octet a second one, for
 * the first to include), which is read, told and freed again. The first file never reaches a disk:
 * fopen() is replaced for it.
 *
 * tests/fuzz/run.sh runs it; "make check" runs it with replay_corpus.c instead.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "igmpq/config.h"

#define NAME     "igmpqd.conf"
#define INCLUDED "b" /* what the second file is called, in the current folder */

/** libconfig forgets what it has of a text that does not end. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig\n";
}

/** The first file, for the replaced call, and the folder of the second. */
static struct {
    const uint8_t *data;
    size_t size;
    int before, folder; /* descriptors; 0: not yet */
    char path[256];
    bool is_written;
} place;

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (strcmp(path, NAME) == 0)
        return fmemopen((void *)(uintptr_t)place.data, place.size, mode);
    return __real_fopen(path, mode);
}

static void remove_folder(void)
{
    if (fchdir(place.folder) == 0)
        unlink(INCLUDED);
    rmdir(place.path);
}

static void make_folder(void)
{
    const char *temporary = getenv("TMPDIR");

    if (place.folder > 0)
        return;
    snprintf(place.path, sizeof place.path, "%.200s/igmpq-fuzz-XXXXXX",
             temporary ? temporary : P_tmpdir);
    REQUIRE(mkdtemp(place.path));
    place.before = open(".", O_RDONLY | O_DIRECTORY);
    place.folder = open(place.path, O_RDONLY | O_DIRECTORY);
    REQUIRE(place.before > 0 && place.folder > 0);
    atexit(remove_folder);
}

static void write_included(const uint8_t *data, size_t size)
{
    if (size == 0 && !place.is_written)
        return;
    int descriptor = openat(place.folder, INCLUDED, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    REQUIRE(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    close(descriptor);
    place.is_written = size > 0;
}

/** No file of this machine is to be included: a path with a slash. */
static bool leaves_folder(const uint8_t *data, size_t size)
{
    static const char directive[] = "@include";
    const uint8_t *at = data, *end = data + size;

    while ((at = memmem(at, (size_t)(end - at), directive, sizeof directive - 1)) != NULL) {
        const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
        if (memchr(at, '/', (size_t)((line_end ? line_end : end) - at)))
            return true;
        at += sizeof directive - 1;
    }
    return false;
}

static void tell(const char *text)
{
    REQUIRE(text[0] != '\0');
}

static void check_config(const struct config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *segment = &config->segment[i];
        struct params again;
        enum params_complaint complaints[PARAMS_COMPLAINTS];
        REQUIRE(memchr(segment->interface, '\0', sizeof segment->interface));
        REQUIRE(segment->interface[0] != '\0' && segment->vlan <= VLAN_MAX);
        REQUIRE(segment->expected.count <= EXPECTED_GROUPS_MOST);
        unsigned count = params_resolve(&segment->params, &again, complaints);
        REQUIRE(count == 0 || !params_complaint_is_error(complaints[0]));
        if (!config_is_pattern(segment->interface))
            config_matches(segment, segment->interface);
    }
}

static void load(const struct overrides *overrides)
{
    static FILE *nowhere;
    struct config config;
    struct problem problem;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    REQUIRE(nowhere);
    if (config_load(NAME, overrides, NULL, 0, &config, tell, &problem) < 0) {
        REQUIRE(config.count == 0 && config.segment == NULL);
        REQUIRE(memchr(problem.text, '\0', sizeof problem.text) && problem.text[0] != '\0');
        return;
    }
    check_config(&config);
    if (config.count <= 64) /* a line for each of thousands of VLANs takes long */
        config_print(&config, NULL, nowhere);
    config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct override item[] = {{"robustness", "3"}, {"profile", "default"}};
    const struct overrides overrides = {item, 2};
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;

    make_folder();
    place.data = data;
    place.size = zero ? (size_t)(zero - data) : size;
    size_t second = zero ? size - place.size - 1 : 0;
    if (place.size == 0 || leaves_folder(data, size))
        return 0;
    write_included(zero ? zero + 1 : data, second);
    REQUIRE(fchdir(place.folder) == 0);
    load(size % 4 == 0 ? &overrides : NULL);
    REQUIRE(fchdir(place.before) == 0);
    return 0;
}
