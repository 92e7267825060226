/* SPDX-License-Identifier: MIT */
/* Floor 3. Frames into a pcap file, through libpcap. */
#include "igmpq/recorder.h"

#include <errno.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDER_SNAPLEN 65535

struct recorder {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    char *path;
};

struct recorder *recorder_open(const char *path, struct problem *problem)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    FILE *file = NULL;

    if (recorder == NULL || (recorder->path = strdup(path)) == NULL ||
        (recorder->pcap = pcap_open_dead(DLT_EN10MB, RECORDER_SNAPLEN)) == NULL) {
        problem_set(problem, "%s: not enough memory", path);
        goto failed;
    }
    file = fopen(path, "wbe");
    if (file == NULL) {
        problem_set(problem, "cannot write %s: %s", path, strerror(errno));
        goto failed;
    }
    recorder->dumper = pcap_dump_fopen(recorder->pcap, file);
    if (recorder->dumper == NULL) {
        /* libpcap has closed the file: it could not write the header. */
        problem_set(problem, "cannot write %s: %s", path, pcap_geterr(recorder->pcap));
        goto failed;
    }
    return recorder;
failed:
    recorder_close(recorder, NULL);
    return NULL;
}

void recorder_add(struct recorder *recorder, instant at, struct octets frame)
{
    instant seconds = at / SECONDS;
    instant rest = at % SECONDS;

    if (seconds < 0 || rest < 0)
        seconds = rest = 0;
    if (seconds > UINT32_MAX)
        seconds = UINT32_MAX;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)seconds, .tv_usec = (suseconds_t)rest},
        .caplen = (bpf_u_int32)frame.length,
        .len = (bpf_u_int32)frame.length,
    };
    pcap_dump((u_char *)recorder->dumper, &header, frame.data);
}

int recorder_close(struct recorder *recorder, struct problem *problem)
{
    int result = 0;

    if (recorder == NULL)
        return 0;
    if (recorder->dumper != NULL) {
        FILE *file = pcap_dump_file(recorder->dumper);
        /* pcap_dump_close() does not tell whether the last octets could be written. */
        if (pcap_dump_flush(recorder->dumper) != 0 || ferror(file))
            result =
                problem_set(problem, "cannot write all of %s: %s", recorder->path, strerror(errno));
        pcap_dump_close(recorder->dumper);
    }
    if (recorder->pcap != NULL)
        pcap_close(recorder->pcap);
    free(recorder->path);
    free(recorder);
    return result;
}
