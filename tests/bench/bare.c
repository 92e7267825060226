/* SPDX-License-Identifier: MIT */
/* Floor 4. The least that anything which reads a capture with libpcap has to do: the measure of the
 * benchmark. */
#include <pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    struct pcap_pkthdr *header;
    const u_char *data;
    unsigned long frames = 0, octets = 0;

    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (pcap == NULL) {
        fprintf(stderr, "bare: %s\n", error);
        return 1;
    }
    while (pcap_next_ex(pcap, &header, &data) == 1) {
        frames++;
        octets += header->caplen > 0 ? data[0] : 0; /* touched, so that nothing is optimised away */
    }
    printf("%lu frames, %lu\n", frames, octets);
    pcap_close(pcap);
    return 0;
}
