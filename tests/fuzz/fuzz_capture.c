/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer of igmpq-replay: octets are a capture file (pcap, pcapng, packed or not), and the whole
 * program but its command line reads it, as an observer or in the place of igmpqd, and tells it in
 * one of its ways. The length and the last octet choose which.
 *
 * tests/fuzz/run.sh runs it; "make check" runs it with replay_corpus.c instead.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/replay/replay.h"
#include "fuzz.h"

/** The file: it is read as standard input, since it has no name. What is told goes nowhere. */
static int open_file(void)
{
    const char *temporary = getenv("TMPDIR");
    char path[256];

    snprintf(path, sizeof path, "%.200s/igmpq-fuzz-XXXXXX", temporary ? temporary : P_tmpdir);
    int file = mkstemp(path);
    REQUIRE(file >= 0 && unlink(path) == 0 && dup2(file, STDIN_FILENO) == STDIN_FILENO);
    REQUIRE(freopen("/dev/null", "w", stdout));
    return file;
}

static void write_file(const uint8_t *data, size_t size)
{
    static int file = -1;

    if (file < 0)
        file = open_file();
    REQUIRE(pwrite(file, data, size, 0) == (ssize_t)size && ftruncate(file, (off_t)size) == 0);
    REQUIRE(lseek(file, 0, SEEK_SET) == 0);
}

static struct replay_options options_of(unsigned how)
{
    static const enum replay_output output[] = {REPLAY_JSON, REPLAY_QUIET, REPLAY_SUMMARY,
                                                REPLAY_QUIET};
    struct replay_options options = {
        .path = "-",
        .live_time = INSTANT_NEVER,
        .output = how % 8 == 1 ? REPLAY_TIMELINE : output[how % 4],
        .is_verbose = how & 0x200,
        .is_as = (how & 0x18) == 0x18,
        .fail_on = -1,
        .place = (enum findings_place)(how / 32 % FINDINGS_PLACE_COUNT),
        .until = how & 0x80 ? 300 * SECONDS : 0,
    };
    struct params asked = params_default(PROFILE_DEFAULT);
    enum params_complaint complaints[PARAMS_COMPLAINTS];

    if (options.is_as) {
        options.as = (struct prefix){address_of(192, 168, 50, how & 1 ? 2 : 200), 24};
    } else { /* as igmpq-replay has it */
        asked.mode = MODE_PASSIVE;
        asked.version = 3;
        asked.follow_version = false;
        asked.jitter_percent = 0;
    }
    if (how & 0x100) /* tables that overflow */
        asked.max_groups = asked.max_reporters = 4;
    (void)params_resolve(&asked, &options.params, complaints);
    return options;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const volatile sig_atomic_t stop;
    static struct replay replay; /* 40 KB */
    unsigned how = (unsigned)size * 5 + (size > 0 ? data[size - 1] : 0);
    const struct replay_options options = options_of(how);
    struct problem problem;

    write_file(data, size);
    memset(&replay, 0, sizeof replay);
    replay.options = &options;
    replay.input = "standard input";
    if (replay_open(&replay, &problem) < 0)
        REQUIRE(memchr(problem.text, '\0', sizeof problem.text) && problem.text[0] != '\0');
    else
        replay_run(&replay, &stop);
    if (replay.has_trouble)
        REQUIRE(replay.trouble.text[0] != '\0');
    replay_close(&replay);
    return 0;
}
