/* SPDX-License-Identifier: MIT */
/* A capture of the cable as a mirror port shows it, for igmpq-replay and Wireshark. */
#include "sim.h"

#define EPOCH 1700000000 /* virtual time 0 */

static void put(FILE *file, uint32_t value)
{
    fwrite(&value, sizeof value, 1, file); /* in the byte order of the machine, as pcap has it */
}

FILE *capture_open(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return NULL;
    put(file, 0xa1b2c3d4);
    const uint16_t version[2] = {2, 4};
    fwrite(version, sizeof version, 1, file);
    put(file, 0);
    put(file, 0);
    put(file, 65535);
    put(file, 1);
    return file;
}

void capture_frame(FILE *file, instant at, const uint8_t *octets, size_t length)
{
    put(file, (uint32_t)(EPOCH + at / SECONDS));
    put(file, (uint32_t)(at % SECONDS));
    put(file, (uint32_t)length);
    put(file, (uint32_t)length);
    fwrite(octets, length, 1, file);
}
