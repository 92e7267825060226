/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzzer's entry without a fuzzer, for "make check": every line of its corpus (an input in
 * hexadecimal), then pseudo-random inputs, most of them one of the corpus with some octets changed.
 * A failing one is printed as such a line; add it to the corpus with the fix.
 *
 *   replay_TARGET [-n COUNT] [-s SEED] [-w FOLDER] [CORPUS...]
 *
 * -w writes the corpus as files, as fuzzers want it. Without CORPUS: TARGET.hex beside this source,
 * found by way of the variable srcdir.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX  8192
#define SAMPLE_MAX 64 /* inputs of the corpus that are changed */

struct sample {
    uint8_t *data;
    size_t length;
};

static uint8_t input[INPUT_MAX];
static size_t length;
static struct sample sample[SAMPLE_MAX];
static unsigned sample_count;

/** So that an abort can be tried again: what was being run. */
static void print_input(int signal_number)
{
    static const char digits[] = "0123456789abcdef";
    static char line[2 * INPUT_MAX + 1];

    for (size_t i = 0; i < length; i++) {
        line[2 * i] = digits[input[i] >> 4];
        line[2 * i + 1] = digits[input[i] & 0xf];
    }
    line[2 * length] = '\n';
    if (write(STDERR_FILENO, line, 2 * length + 1) < 0)
        _exit(2);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/** From a block of exactly its size, so that a sanitizer sees a read behind it. */
static void run_input(void)
{
    uint8_t *copy = wire_copy(input, length);

    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/** 0 to 15, or -1. */
static int digit(char octet)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = octet != '\0' ? strchr(digits, octet) : NULL;

    return at ? (int)(at - digits) : -1;
}

/** One line; false for an empty one or a comment. Ends the program for anything else. */
static bool read_line(const char *line, const char *file)
{
    const char *at = line;

    for (length = 0; length < INPUT_MAX && digit(at[0]) >= 0 && digit(at[1]) >= 0; at += 2)
        input[length++] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
    if (*at != '\n' && *at != '\0' && *at != '#') {
        fprintf(stderr, "%s: not hexadecimal, or longer than %d octets: %.40s\n", file, INPUT_MAX,
                line);
        exit(2);
    }
    return length > 0;
}

static void write_input(const char *folder, unsigned number)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%04u", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(input, 1, length, file) != length || fclose(file) != 0) {
        perror(path);
        exit(2);
    }
}

static unsigned replay_file(const char *path, const char *folder)
{
    static char line[2 * INPUT_MAX + 256];
    unsigned count = 0;
    FILE *file = fopen(path, "r");

    if (!file) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file)) {
        if (!read_line(line, path))
            continue;
        count++;
        if (sample_count < SAMPLE_MAX)
            sample[sample_count++] = (struct sample){wire_copy(input, length), length};
        if (folder)
            write_input(folder, count);
        else
            run_input();
    }
    fclose(file);
    return count;
}

static void make_random(uint64_t *seed)
{
    length = 64 + wire_random(seed) % 1200;
    for (size_t i = 0; i < length; i++)
        input[i] = (uint8_t)(wire_random(seed) >> 3);
}

static void make_changed(uint64_t *seed)
{
    const struct sample *from = &sample[wire_random(seed) % sample_count];

    length = from->length;
    memcpy(input, from->data, length);
    for (unsigned i = 1 + wire_random(seed) % 8; i > 0 && length > 0; i--)
        input[wire_random(seed) % length] ^= (uint8_t)(1u << wire_random(seed) % 8);
    if (wire_random(seed) % 4 == 0)
        length = wire_random(seed) % (length + 1);
}

static unsigned replay_random(unsigned count, uint64_t seed)
{
    for (unsigned n = 0; n < count; n++) {
        if (sample_count == 0 || n % 4 == 0)
            make_random(&seed);
        else
            make_changed(&seed);
        run_input();
    }
    return count;
}

/** "engine" of ".../lt-replay_engine". */
static const char *target_of(const char *program)
{
    const char *name = strrchr(program, '_');

    return name ? name + 1 : program;
}

int main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir"), *folder = NULL;
    unsigned count = 300, lines = 0;
    uint64_t seed = 1;
    char path[4096];
    int option;

    while ((option = getopt(argc, argv, "n:s:w:")) != -1) {
        switch (option) {
        case 'n': count = (unsigned)strtoul(optarg, NULL, 10); break;
        case 's': seed = strtoull(optarg, NULL, 10); break;
        case 'w': folder = optarg; break;
        default:
            fprintf(stderr, "Usage: %s [-n COUNT] [-s SEED] [-w FOLDER] [CORPUS...]\n", argv[0]);
            return 2;
        }
    }
    signal(SIGABRT, print_input);
    signal(SIGSEGV, print_input);
    snprintf(path, sizeof path, "%s/tests/fuzz/%s.hex", srcdir ? srcdir : ".", target_of(argv[0]));
    for (int i = optind; i < argc; i++)
        lines += replay_file(argv[i], folder);
    if (optind == argc)
        lines = replay_file(path, folder);
    if (!folder)
        replay_random(count, seed);
    fprintf(stderr, "%u inputs of the corpus, %u pseudo-random ones\n", lines, folder ? 0 : count);
    while (sample_count > 0)
        free(sample[--sample_count].data);
    return 0;
}
