/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. Frames in, through libpcap: from an interface or from a file.
 */
#include "config.h"

#include "igmpq/capture.h"

#include <errno.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture_stream.h"
#include "igmpq/links.h"
#include "system.h"

/*
 * `vlan` moves the offsets of everything to its right, also across "or", so the alternatives have
 * to be nested: "(vlan and igmp) or (vlan and vlan and igmp)" would look for one or for three tags.
 * On Linux libpcap makes the outermost `vlan` match a tag that the kernel took off as well as one
 * that is still in line. Fragments match too, and the core names them.
 */
#define CAPTURE_FILTER "igmp or (vlan and (igmp or (vlan and igmp)))"

/* Room for two tags and the Ethernet header around the IP packet; the least for odd MTUs. */
#define CAPTURE_HEADERS     (14 + 8)
#define CAPTURE_SNAPLEN_MIN 2048

/* 2 MB are about 900 frames of an MTU of 1500: thousands of hosts that answer one query spread over
 * 10 s. Streams come closer together. */
static const struct {
    const char *filter;
    int buffer_octets;
} capture_scopes[] = {
    [CAPTURE_IGMP] = {CAPTURE_FILTER, 2 * 1024 * 1024},
    [CAPTURE_MULTICAST] = {"ether multicast or " CAPTURE_FILTER, 16 * 1024 * 1024},
};

/* Far beyond every date, and so far from the ends of the type that intervals can be added. */
#define CAPTURE_SECONDS_MAX ((int64_t)1 << 40)

struct capture {
    pcap_t *pcap;
    struct capture_stream *stream; /* of a file */
    bool is_live;
    bool hears_every_vlan;
    enum capture_scope scope;
    enum link_type link;
    uint64_t frames;
    char name[256];
    char warning[256];
};

/* False when libpcap's link type is none that the core decodes. OpenBSD's own libpcap knows fewer.
 */
static bool capture_map_link(int dlt, enum link_type *out)
{
    static const struct {
        int dlt;
        enum link_type link;
    } map[] = {
        {DLT_EN10MB, LINK_ETHERNET},
#ifdef DLT_LINUX_SLL
        {DLT_LINUX_SLL, LINK_COOKED_V1},
#endif
#ifdef DLT_LINUX_SLL2
        {DLT_LINUX_SLL2, LINK_COOKED_V2},
#endif
        {DLT_RAW, LINK_RAW_IP},
#ifdef DLT_IPV4
        {DLT_IPV4, LINK_RAW_IP},
#endif
        {DLT_NULL, LINK_BSD_LOOPBACK},    {DLT_LOOP, LINK_BSD_LOOPBACK},
        {DLT_IEEE802_11, LINK_80211},     {DLT_IEEE802_11_RADIO, LINK_80211_RADIOTAP},
    };

    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
        if (map[i].dlt == dlt) {
            *out = map[i].link;
            return true;
        }
    }
    return false;
}

/* "PPP", or "number 247" for what libpcap does not know either. Its descriptions change from one
 * release to the next; its names are part of its interface. */
static const char *capture_describe_dlt(int dlt, char *out, size_t size)
{
    const char *name = pcap_datalink_val_to_name(dlt);

    if (name == NULL)
        snprintf(out, size, "number %d", dlt);
    else
        snprintf(out, size, "%s", name);
    return out;
}

static struct capture *capture_new(const char *name, bool is_live, struct problem *problem)
{
    struct capture *capture = calloc(1, sizeof *capture);

    if (capture == NULL) {
        problem_set(problem, "%s: not enough memory", name);
        return NULL;
    }
    snprintf(capture->name, sizeof capture->name, "%s", name);
    capture->is_live = is_live;
    return capture;
}

static int capture_explain_activation(const struct capture *capture, int status,
                                      struct problem *problem)
{
    const char *name = capture->name;
    const char *detail = pcap_geterr(capture->pcap);
    char advice[PRIVILEGE_ADVICE_SIZE];

    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return problem_set(problem, "there is no interface %s%s%s", name,
                           detail[0] != '\0' ? ": " : "", detail);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return problem_set(problem, "no permission to capture on %s: %s", name,
                           privilege_advice(advice));
    case PCAP_ERROR_IFACE_NOT_UP:
        return problem_set(problem, "%s is down: bring it up first", name);
    default:
        return problem_set(problem, "cannot capture on %s: %s", name,
                           detail[0] != '\0' ? detail : pcap_statustostr(status));
    }
}

/* A handle for the interface, active but without filter; 0, or -1 and no handle. */
static int capture_activate(struct capture *capture, bool promiscuous, struct problem *problem)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    unsigned mtu = links_mtu(capture->name);
    int snaplen = CAPTURE_SNAPLEN_MIN;
    int status;

    if (mtu + CAPTURE_HEADERS > CAPTURE_SNAPLEN_MIN && mtu <= UINT16_MAX)
        snaplen = (int)mtu + CAPTURE_HEADERS;
    capture->pcap = pcap_create(capture->name, error);
    if (capture->pcap == NULL)
        return problem_set(problem, "cannot capture on %s: %s", capture->name, error);
    status = pcap_set_snaplen(capture->pcap, snaplen);
    if (status == 0)
        status = pcap_set_promisc(capture->pcap, promiscuous);
    if (status == 0)
        status = pcap_set_immediate_mode(capture->pcap, 1);
    if (status == 0)
        status = pcap_set_buffer_size(capture->pcap, capture_scopes[capture->scope].buffer_octets);
    /* No pcap_set_protocol_linux(): a socket for IP alone would see neither tags in line nor what
     * we send. */
    if (status == 0)
        status = pcap_activate(capture->pcap);
    if (status < 0) {
        capture_explain_activation(capture, status, problem);
        pcap_close(capture->pcap);
        capture->pcap = NULL;
        return -1;
    }
    if (promiscuous && status == PCAP_WARNING_PROMISC_NOTSUP)
        snprintf(capture->warning, sizeof capture->warning,
                 "%.64s can be made neither all-multicast nor promiscuous: version 2 reports may "
                 "not be heard",
                 capture->name);
    return 0;
}

static int capture_set_filter(struct capture *capture, struct problem *problem)
{
    struct bpf_program program;
    int status;

    if (pcap_compile(capture->pcap, &program, capture_scopes[capture->scope].filter, 1,
                     PCAP_NETMASK_UNKNOWN) != 0)
        return problem_set(problem, "cannot make the filter for %s: %s", capture->name,
                           pcap_geterr(capture->pcap));
    status = pcap_setfilter(capture->pcap, &program);
    pcap_freecode(&program);
    if (status != 0)
        return problem_set(problem, "cannot set the filter on %s: %s", capture->name,
                           pcap_geterr(capture->pcap));
    return 0;
}

static int capture_prepare_live(struct capture *capture, struct problem *problem)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    char what[160];
    int dlt;

    if (capture_activate(capture, false, problem) != 0)
        return -1;
    dlt = pcap_datalink(capture->pcap);
    if (dlt != DLT_EN10MB)
        return problem_set(problem, "%s is not an Ethernet interface: its frames are %s",
                           capture->name, capture_describe_dlt(dlt, what, sizeof what));
    if (capture_ask_allmulti(pcap_get_selectable_fd(capture->pcap), capture->name) != 0) {
        pcap_close(capture->pcap);
        if (capture_activate(capture, true, problem) != 0)
            return -1;
    }
    capture->link = LINK_ETHERNET;
    if (capture_set_filter(capture, problem) != 0)
        return -1;
    if (pcap_setnonblock(capture->pcap, 1, error) != 0)
        return problem_set(problem, "cannot capture on %s: %s", capture->name, error);
    return 0;
}

struct capture *capture_open_live(const char *interface, enum capture_scope scope,
                                  struct problem *problem)
{
    struct capture *capture = capture_new(interface, true, problem);

    if (capture == NULL)
        return NULL;
    capture->scope = scope;
    if (capture_prepare_live(capture, problem) != 0) {
        capture_close(capture);
        return NULL;
    }
    return capture;
}

/* libpcap says so where it reads a pcapng file whose interfaces are not of one kind. */
static bool capture_is_mixed(const char *detail)
{
    return strstr(detail, "different from the type of the first interface") != NULL;
}

static int capture_explain_mixed(const struct capture *capture, const char *detail,
                                 struct problem *problem)
{
    return problem_set(problem,
                       "%s holds interfaces of different link types, which cannot be read from one "
                       "file (%s); frames read: %llu; take the frames of one interface out of it "
                       "first (tshark -r FILE -Y 'frame.interface_id == 0' -w NEW)",
                       capture->name, detail, (unsigned long long)capture->frames);
}

/* A file that is no capture: what it may be instead, and what to do. */
static int capture_explain_file(const struct capture *capture, const char *detail,
                                struct problem *problem)
{
    const struct capture_stream *stream = capture->stream;
    const char *broken = capture_stream_error(stream);

    if (broken != NULL)
        return problem_set(problem, "%s cannot be read: %s", capture->name, broken);
    if (capture_stream_starts_with(stream, "snoop"))
        return problem_set(problem,
                           "%s cannot be read as pcap or pcapng: it is a snoop capture; convert it "
                           "first (editcap -F pcap)",
                           capture->name);
    if (capture_is_mixed(detail))
        return capture_explain_mixed(capture, detail, problem);
    return problem_set(problem, "%s cannot be read as pcap or pcapng: %s", capture->name, detail);
}

/* Microseconds also from files that hold nanoseconds: libpcap cuts off, so the order stays. */
static pcap_t *capture_read_pcap(FILE *file, char error[PCAP_ERRBUF_SIZE])
{
#ifdef HAVE_PCAP_FOPEN_OFFLINE_WITH_TSTAMP_PRECISION
    return pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_MICRO, error);
#else
    return pcap_fopen_offline(file, error);
#endif
}

static int capture_prepare_file(struct capture *capture, const char *path, struct problem *problem)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    char what[160];

    capture->stream = capture_stream_open(path, problem);
    if (capture->stream == NULL)
        return -1;
    FILE *file = capture_stream_take(capture->stream);
    capture->pcap = capture_read_pcap(file, error);
    if (capture->pcap == NULL) {
        bool is_empty = capture_stream_is_empty(capture->stream);

        fclose(file);
        if (is_empty)
            return problem_set(problem, "%s is empty", capture->name);
        return capture_explain_file(capture, error, problem);
    }
    if (!capture_map_link(pcap_datalink(capture->pcap), &capture->link))
        return problem_set(
            problem,
            "%s: frames of link type %s cannot be decoded; Ethernet, Linux cooked, raw IP, BSD "
            "loopback and 802.11 can",
            capture->name, capture_describe_dlt(pcap_datalink(capture->pcap), what, sizeof what));
    return 0;
}

struct capture *capture_open_file(const char *path, struct problem *problem)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    struct capture *capture = capture_new(name, false, problem);

    if (capture != NULL && capture_prepare_file(capture, path, problem) != 0) {
        capture_close(capture);
        return NULL;
    }
    return capture;
}

int capture_descriptor(const struct capture *capture)
{
    return capture->is_live ? pcap_get_selectable_fd(capture->pcap) : -1;
}

enum link_type capture_link_type(const struct capture *capture)
{
    return capture->link;
}

/* A damaged file may hold any 64-bit number of seconds. */
static instant capture_instant(const struct pcap_pkthdr *header)
{
    int64_t seconds = (int64_t)header->ts.tv_sec;

    if (seconds > CAPTURE_SECONDS_MAX)
        seconds = CAPTURE_SECONDS_MAX;
    if (seconds < -CAPTURE_SECONDS_MAX)
        seconds = -CAPTURE_SECONDS_MAX;
    return seconds * SECONDS + (instant)header->ts.tv_usec;
}

/* Where reading stopped: inside what comes after the last good frame. */
static void capture_explain_damage(const struct capture *capture, const char *detail,
                                   struct problem *problem)
{
    const char *broken = capture_stream_error(capture->stream);
    long long at = (long long)ftello(pcap_file(capture->pcap)); /* -1: packed, or a pipe */
    char where[40] = "";

    if (at > 0)
        snprintf(where, sizeof where, " at octet %lld", at);
    problem_set(problem, "%s is damaged behind frame %llu: reading stops%s: %s%s%s", capture->name,
                (unsigned long long)capture->frames, where, detail, broken != NULL ? "; " : "",
                broken != NULL ? broken : "");
}

static enum capture_result capture_fail(const struct capture *capture, const char *detail,
                                        struct problem *problem)
{
    if (capture->is_live)
        problem_set(problem, "%s can no longer be captured: %s", capture->name, detail);
    else if (capture_is_mixed(detail))
        capture_explain_mixed(capture, detail, problem);
    else
        capture_explain_damage(capture, detail, problem);
    return CAPTURE_FAILED;
}

enum capture_result capture_next(struct capture *capture, struct captured_frame *out,
                                 struct problem *problem)
{
    struct pcap_pkthdr *header;
    const u_char *data;

    switch (pcap_next_ex(capture->pcap, &header, &data)) {
    case 1:
        capture->frames++;
        out->at = capture_instant(header);
        out->captured = (struct octets){data, header->caplen};
        out->wire_length = header->len > header->caplen ? header->len : header->caplen;
        return CAPTURE_FRAME;
    case 0:
        if (capture->is_live &&
            capture_is_down(pcap_get_selectable_fd(capture->pcap), capture->name))
            return capture_fail(capture, "it was taken down", problem);
        return CAPTURE_EMPTY;
    case PCAP_ERROR_BREAK:
        /* Packed data may end between two frames and yet too early. */
        if (!capture->is_live && capture_stream_error(capture->stream) != NULL)
            return capture_fail(capture, "the file is not whole", problem);
        return CAPTURE_END;
    default: return capture_fail(capture, pcap_geterr(capture->pcap), problem);
    }
}

void capture_progress(const struct capture *capture, uint64_t *done, uint64_t *of)
{
    *done = *of = 0;
    if (capture->stream != NULL)
        capture_stream_progress(capture->stream, done, of);
}

bool capture_sees_own(const struct capture *capture)
{
    return capture->is_live;
}

int capture_hear_every_vlan(struct capture *capture, bool is_wanted, struct problem *problem)
{
    int descriptor = pcap_get_selectable_fd(capture->pcap);

    if (capture->hears_every_vlan == is_wanted)
        return 0;
    if (capture_ask_promiscuous(descriptor, capture->name, is_wanted) != 0)
        return problem_set(problem,
                           "%s cannot be made promiscuous (%s): a card that filters VLANs keeps "
                           "those from us that this host has no device of",
                           capture->name, strerror(errno));
    capture->hears_every_vlan = is_wanted;
    return 0;
}

uint64_t capture_drops(const struct capture *capture)
{
    struct pcap_stat statistics;

    if (!capture->is_live || pcap_stats(capture->pcap, &statistics) != 0)
        return 0;
    return statistics.ps_drop;
}

const char *capture_warning(const struct capture *capture)
{
    return capture->warning[0] != '\0' ? capture->warning : NULL;
}

void capture_close(struct capture *capture)
{
    if (capture == NULL)
        return;
    if (capture->pcap != NULL)
        pcap_close(capture->pcap);
    capture_stream_free(capture->stream);
    free(capture);
}
