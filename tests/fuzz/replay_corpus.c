/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzzer's entry without a fuzzer, for "make check": every line of its corpus (an input in
 * hexadecimal), then pseudo-random inputs. A failing one is printed as such a line; add it to the
 * corpus with the fix.
 *
 *   replay_... [-n COUNT] [-s SEED] [-w FOLDER] [CORPUS...]
 *
 * -w writes the corpus as files, as libFuzzer wants it. Without CORPUS: engine.hex beside this
 * source, found by way of the variable srcdir.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

static uint8_t input[INPUT_MAX];
static size_t length;

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

/** One line; false for an empty one or a comment. Ends the program for anything else. */
static bool read_line(const char *line, const char *file)
{
    unsigned octet;

    length = 0;
    while (length < INPUT_MAX && sscanf(line + 2 * length, "%2x", &octet) == 1)
        input[length++] = (uint8_t)octet;
    const char *rest = line + 2 * length;
    if (*rest != '\n' && *rest != '\0' && *rest != '#') {
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
        if (folder)
            write_input(folder, count);
        else
            LLVMFuzzerTestOneInput(input, length);
    }
    fclose(file);
    return count;
}

static unsigned replay_random(unsigned count, uint64_t seed)
{
    for (unsigned n = 0; n < count; n++) {
        length = 64 + wire_random(&seed) % 1200;
        for (size_t i = 0; i < length; i++)
            input[i] = (uint8_t)(wire_random(&seed) >> 3);
        LLVMFuzzerTestOneInput(input, length);
    }
    return count;
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
    snprintf(path, sizeof path, "%s/tests/fuzz/engine.hex", srcdir ? srcdir : ".");
    for (int i = optind; i < argc; i++)
        lines += replay_file(argv[i], folder);
    if (optind == argc)
        lines = replay_file(path, folder);
    if (!folder)
        replay_random(count, seed);
    printf("%u inputs of the corpus, %u pseudo-random ones\n", lines, folder ? 0 : count);
    return 0;
}
