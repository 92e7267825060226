/* SPDX-License-Identifier: MIT */
/*
 * Floor 4. What the benchmark does on a pair of virtual interfaces (Linux, inside a network
 * namespace that run.sh made): it starts queriers, looks at the wire, and sends storms of reports.
 *
 *   wire daemon INTERFACE FROM FOR PROGRAM...   start PROGRAM; its first query, what it used while
 *                                               idle for FOR seconds from FROM on, its end
 *   wire failover INTERFACE TIMER LOW HIGH LOWER HIGHER
 *                                               start the commands LOWER and HIGHER, whose
 * addresses are LOW and HIGH, kill the elected one: how long after TIMER seconds the other one
 * takes over wire storm INTERFACE RATE SECONDS           send so many reports a second; 0: as many
 * as go
 *
 * Prints lines of NAME NUMBER.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH  64
#define HOSTS  1000
#define GROUPS 200
#define LENGTH 60

static void stop(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t microseconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void sleep_until(int64_t at)
{
    const struct timespec time = {(time_t)(at / 1000000), (long)(at % 1000000 * 1000)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        ;
}

static int open_wire(const char *interface, uint16_t protocol)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(protocol),
                                  .sll_ifindex = (int)if_nametoindex(interface)};
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);

    if (descriptor < 0 || bind(descriptor, (const struct sockaddr *)&address, sizeof address) < 0)
        stop(interface);
    return descriptor;
}

static pid_t start(char **command)
{
    pid_t process = fork();

    if (process < 0)
        stop("fork");
    if (process == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(127);
        execvp(command[0], command);
        _exit(127);
    }
    return process;
}

/** The source of the next IGMP query, or 0 when none comes until then. */
static uint32_t next_query(int wire, int64_t until)
{
    uint8_t frame[2048];

    for (;;) {
        struct pollfd poller = {.fd = wire, .events = POLLIN};
        int64_t left = until - microseconds();
        if (left <= 0 || poll(&poller, 1, (int)(left / 1000) + 1) <= 0)
            return 0;
        ssize_t length = recv(wire, frame, sizeof frame, 0);
        if (length < 34 || frame[12] != 8 || frame[13] != 0 || frame[23] != IPPROTO_IGMP)
            continue;
        size_t header = (size_t)(frame[14] & 0xf) * 4;
        if ((size_t)length > 14 + header && frame[14 + header] == 0x11)
            return (uint32_t)frame[26] << 24 | (uint32_t)frame[27] << 16 |
                   (uint32_t)frame[28] << 8 | frame[29];
    }
}

struct use {
    long long switches, nanoseconds;
};

static struct use use_of(pid_t process)
{
    struct use use = {0, 0};
    char path[64], line[128];

    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
            use.switches = atoll(line + 24);
    if (file)
        fclose(file);
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)process);
    file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file))
        stop(path);
    use.nanoseconds = atoll(line);
    fclose(file);
    return use;
}

static int run_daemon(char **argument)
{
    int wire = open_wire(argument[0], ETH_P_ALL), status;
    int64_t from = atoll(argument[1]) * 1000000, how_long = atoll(argument[2]) * 1000000;
    int64_t began = microseconds();
    pid_t process = start(argument + 3);

    if (next_query(wire, began + 10000000) == 0)
        stop("no query came");
    printf("first_query_us %lld\n", (long long)(microseconds() - began));
    sleep_until(began + from);
    struct use before = use_of(process);
    sleep_until(began + from + how_long);
    struct use after = use_of(process);
    printf("idle_wakeups %lld\nidle_ns %lld\n", after.switches - before.switches,
           after.nanoseconds - before.nanoseconds);
    began = microseconds();
    kill(process, SIGTERM);
    if (waitpid(process, &status, 0) != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        stop("the daemon failed");
    printf("exit_us %lld\n", (long long)(microseconds() - began));
    return 0;
}

static int run_failover(char **argument)
{
    int wire = open_wire(argument[0], ETH_P_ALL);
    int64_t timer = atoll(argument[1]) * 1000000, last = 0;
    uint32_t low = ntohl(inet_addr(argument[2])), high = ntohl(inet_addr(argument[3])), heard;
    char *lower[] = {(char[]){"sh"}, (char[]){"-c"}, argument[4], NULL};
    char *higher[] = {(char[]){"sh"}, (char[]){"-c"}, argument[5], NULL};
    int result = 1;

    pid_t first = start(lower), second = start(higher);
    int64_t end = microseconds() + 12 * timer;
    for (unsigned in_a_row = 0; in_a_row < 5 && microseconds() < end;) {
        heard = next_query(wire, end);
        in_a_row = heard == low ? in_a_row + 1 : 0;
        last = microseconds();
    }
    kill(first, SIGKILL);
    while ((heard = next_query(wire, end)) != 0 && heard != high)
        last = microseconds();
    if (heard == high) {
        printf("failover_minus_timer_us %lld\n", (long long)(microseconds() - last - timer));
        result = 0;
    }
    kill(second, SIGTERM);
    while (wait(NULL) > 0)
        ;
    return result;
}

/* ---- a storm ---- */

static uint16_t checksum(const uint8_t *at, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i += 2)
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/** A version 2 report: each of the hosts for one group after the other. */
static void make_report(uint8_t frame[LENGTH], unsigned number)
{
    static const uint8_t fixed[] = {0x01, 0,    0x5e, 7, 0,   0, 2, 0, 0,    0, 0, 0, 8,
                                    0,    0x46, 0xc0, 0, 32,  0, 0, 0, 0,    1, 2, 0, 0,
                                    10,   0,    0,    0, 239, 7, 0, 0, 0x94, 4, 0, 0, 0x16};
    unsigned from = number % HOSTS, group = number / HOSTS % GROUPS;

    memset(frame, 0, LENGTH);
    memcpy(frame, fixed, sizeof fixed);
    frame[5] = frame[33] = frame[45] = (uint8_t)group;
    frame[10] = frame[28] = (uint8_t)(1 + from / 250);
    frame[11] = frame[29] = (uint8_t)(1 + from % 250);
    frame[42] = 239;
    frame[43] = 7;
    uint16_t sum = checksum(frame + 14, 24);
    frame[24] = (uint8_t)(sum >> 8);
    frame[25] = (uint8_t)sum;
    sum = checksum(frame + 38, 8);
    frame[40] = (uint8_t)(sum >> 8);
    frame[41] = (uint8_t)sum;
}

static int run_storm(char **argument)
{
    static uint8_t frame[HOSTS * GROUPS][LENGTH];
    int wire = open_wire(argument[0], 0);
    long long rate = atoll(argument[1]), sent = 0;
    int64_t began, end;

    for (unsigned i = 0; i < HOSTS * GROUPS; i++)
        make_report(frame[i], i);
    began = microseconds();
    end = began + atoll(argument[2]) * 1000000;
    while (microseconds() < end) {
        struct iovec part[BATCH];
        struct mmsghdr message[BATCH];
        memset(message, 0, sizeof message);
        for (unsigned i = 0; i < BATCH; i++) {
            part[i] = (struct iovec){frame[(sent + i) % (HOSTS * GROUPS)], LENGTH};
            message[i].msg_hdr.msg_iov = &part[i];
            message[i].msg_hdr.msg_iovlen = 1;
        }
        int put = sendmmsg(wire, message, BATCH, 0);
        if (put < 0 && errno != ENOBUFS)
            stop("sendmmsg");
        sent += put > 0 ? put : 0;
        if (rate > 0)
            sleep_until(began + sent * 1000000 / rate);
    }
    printf("sent %lld\nrate %lld\n", sent, sent * 1000000 / (microseconds() - began));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 6 && strcmp(argv[1], "daemon") == 0)
        return run_daemon(argv + 2);
    if (argc == 8 && strcmp(argv[1], "failover") == 0)
        return run_failover(argv + 2);
    if (argc == 5 && strcmp(argv[1], "storm") == 0)
        return run_storm(argv + 2);
    fprintf(stderr, "Usage: wire daemon|failover|storm INTERFACE ...\n");
    return 2;
}
