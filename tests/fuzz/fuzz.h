/* SPDX-License-Identifier: MIT */
/* What the fuzzers share: the entry that libFuzzer and AFL++ call, a check that cannot be compiled
 * out, and an input taken octet by octet. */
#ifndef IGMPQ_FUZZ_H
#define IGMPQ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/** The input, taken octet by octet; all zero behind its end. */
struct input {
    const uint8_t *data;
    size_t size, at;
};

static inline uint8_t take(struct input *input)
{
    return input->at < input->size ? input->data[input->at++] : 0;
}

static inline unsigned take16(struct input *input)
{
    unsigned high = take(input);
    return high << 8 | take(input);
}

#endif
