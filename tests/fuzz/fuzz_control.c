/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer of the control server: octets become clients that ask, say nothing, read slowly, go
 * away, and time that passes. There are no sockets: the calls that the server makes of the system
 * are replaced (each function with a __wrap_ here), so that a turn costs nothing but its own work.
 *
 * tests/fuzz/run.sh runs it; "make check" runs it with replay_corpus.c instead.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/io/control_socket.h"
#include "../../src/io/system.h"
#include "fuzz.h"
#include "igmpq/control.h"
#include "igmpq/json_daemon.h"
#include "wire.h"

#define PEERS      40    /* more than the server has places for */
#define FIRST      10000 /* descriptors: no process has so many */
#define LISTENER   (FIRST + PEERS)
#define TURNS_MOST 4096 /* until all is quiet */

enum peer_state { PEER_AWAY, PEER_QUEUED, PEER_IN };

/** One client, seen from the network. */
struct peer {
    enum peer_state state;
    bool is_privileged;
    bool has_hung_up;
    uint8_t sent[2 * CONTROL_LINE_MOST]; /* and not read yet */
    size_t sent_length;
    size_t window; /* so much can be written */
    uint8_t last;  /* octet of the answer; 0: none yet */
};

/** What the replaced calls see. */
static struct network {
    struct peer peer[PEERS];
    unsigned queued;
    bool has_news; /* the answerer: a client that waits is told more */
    bool is_brief; /* most of the time goes into JSON otherwise */
    unsigned begun, ended;
} network;

static struct peer *peer_of(int descriptor)
{
    return descriptor >= FIRST && descriptor < LISTENER ? &network.peer[descriptor - FIRST] : NULL;
}

/* ---- the system ---- */

int __wrap_accept(int descriptor, struct sockaddr *address, socklen_t *length);
int __wrap_accept(int descriptor, struct sockaddr *address, socklen_t *length)
{
    REQUIRE(descriptor == LISTENER && !address && !length);
    for (int i = 0; i < PEERS; i++)
        if (network.peer[i].state == PEER_QUEUED) {
            network.peer[i].state = PEER_IN;
            network.queued--;
            return FIRST + i;
        }
    errno = EAGAIN;
    return -1;
}

ssize_t __real_read(int descriptor, void *out, size_t size);
ssize_t __wrap_read(int descriptor, void *out, size_t size);
ssize_t __wrap_read(int descriptor, void *out, size_t size)
{
    struct peer *peer = peer_of(descriptor);

    if (!peer)
        return __real_read(descriptor, out, size);
    REQUIRE(peer->state == PEER_IN && size > 0);
    if (peer->sent_length == 0) {
        errno = EAGAIN;
        return peer->has_hung_up ? 0 : -1;
    }
    size_t got = size < peer->sent_length ? size : peer->sent_length;
    memcpy(out, peer->sent, got);
    memmove(peer->sent, peer->sent + got, peer->sent_length - got);
    peer->sent_length -= got;
    return (ssize_t)got;
}

/** What is written is lines, each an object. */
static void check_lines(struct peer *peer, const uint8_t *octet, size_t length)
{
    const uint8_t *end = octet + length, *at = octet, *line_end;

    if (length > 0 && (peer->last == 0 || peer->last == '\n'))
        REQUIRE(octet[0] == '{');
    for (; (line_end = memchr(at, '\n', (size_t)(end - at))) != NULL; at = line_end + 1) {
        REQUIRE((line_end > octet ? line_end[-1] : peer->last) == '}');
        REQUIRE(line_end + 1 == end || line_end[1] == '{');
    }
    if (length > 0)
        peer->last = end[-1];
}

ssize_t __real_write(int descriptor, const void *data, size_t size);
ssize_t __wrap_write(int descriptor, const void *data, size_t size);
ssize_t __wrap_write(int descriptor, const void *data, size_t size)
{
    struct peer *peer = peer_of(descriptor);

    if (!peer)
        return __real_write(descriptor, data, size);
    REQUIRE(peer->state == PEER_IN && size > 0);
    if (peer->has_hung_up) {
        errno = EPIPE;
        return -1;
    }
    if (peer->window == 0) {
        errno = EAGAIN;
        return -1;
    }
    size_t put = size < peer->window ? size : peer->window;
    check_lines(peer, data, put);
    peer->window -= put;
    return (ssize_t)put;
}

int __real_close(int descriptor);
int __wrap_close(int descriptor);
int __wrap_close(int descriptor)
{
    struct peer *peer = peer_of(descriptor);

    if (!peer)
        return __real_close(descriptor);
    REQUIRE(peer->state == PEER_IN);
    peer->state = PEER_AWAY;
    return 0;
}

int __wrap_control_socket_open(struct control_socket *out, const struct control_setup *setup,
                               struct problem *problem);
int __wrap_control_socket_open(struct control_socket *out, const struct control_setup *setup,
                               struct problem *problem)
{
    (void)setup;
    (void)problem;
    out->descriptor = LISTENER;
    return 0;
}

void __wrap_control_socket_close(struct control_socket *socket);
void __wrap_control_socket_close(struct control_socket *socket)
{
    socket->descriptor = -1;
}

int __wrap_control_socket_prepare(int descriptor);
int __wrap_control_socket_prepare(int descriptor)
{
    return descriptor;
}

int __wrap_control_peer_user(int descriptor, uid_t *out);
int __wrap_control_peer_user(int descriptor, uid_t *out)
{
    const struct peer *peer = peer_of(descriptor);

    REQUIRE(peer);
    *out = peer->is_privileged ? 0 : (uid_t)-2;
    return 0;
}

/* ---- the lines around an answer ---- */

char *__real_json_line_control_header(const char *version, instant at, const char *verb);
char *__wrap_json_line_control_header(const char *version, instant at, const char *verb);
char *__wrap_json_line_control_header(const char *version, instant at, const char *verb)
{
    return network.is_brief ? strdup("{\"type\":\"header\"}")
                            : __real_json_line_control_header(version, at, verb);
}

char *__real_json_line_control_end(uint64_t count);
char *__wrap_json_line_control_end(uint64_t count);
char *__wrap_json_line_control_end(uint64_t count)
{
    return network.is_brief ? strdup("{\"type\":\"end\"}") : __real_json_line_control_end(count);
}

char *__real_json_line_control_error(const char *code, const char *text);
char *__wrap_json_line_control_error(const char *code, const char *text);
char *__wrap_json_line_control_error(const char *code, const char *text)
{
    REQUIRE(code && text);
    return network.is_brief ? strdup("{\"type\":\"error\"}")
                            : __real_json_line_control_error(code, text);
}

/* ---- who answers ---- */

/** An answer that is being given. */
struct answer {
    uint64_t seed;
    unsigned left; /* lines */
};

static enum control_code begin(void *context, struct control_exchange *exchange, instant now)
{
    const struct control_request *request = &exchange->request;
    struct answer *answer = calloc(1, sizeof *answer);

    (void)context;
    (void)now;
    REQUIRE(answer && request->verb < CONTROL_VERB_COUNT);
    REQUIRE(memchr(request->segment, '\0', sizeof request->segment));
    REQUIRE(address_is_none(request->group) ||
            (request->verb == CONTROL_QUERY && address_is_multicast(request->group)));
    REQUIRE(!request->is_following || request->verb == CONTROL_EVENTS);
    REQUIRE(!request->is_on || request->verb == CONTROL_VERBOSE);
    network.begun++;
    answer->seed = request->count + request->verb + (uint8_t)request->segment[0];
    answer->left = wire_random(&answer->seed) % 40;
    exchange->state = answer;
    if (strncmp(request->segment, "no", 2) == 0) {
        problem_set(&exchange->problem, "there is no segment '%s'", request->segment);
        return CONTROL_NO_SEGMENT;
    }
    return CONTROL_OK;
}

static enum control_step next(void *context, struct control_exchange *exchange, instant now,
                              char **line)
{
    struct answer *answer = exchange->state;

    (void)context;
    (void)now;
    REQUIRE(answer && !*line);
    if (answer->left == 0 && exchange->request.is_following) {
        if (!network.has_news)
            return CONTROL_WAITING;
        network.has_news = false;
        answer->left++;
    }
    uint32_t what = wire_random(&answer->seed);
    if (answer->left == 0) {
        exchange->code = CONTROL_REFUSED;
        problem_set(&exchange->problem, "not the querier");
        return what % 4 == 0 ? CONTROL_BROKEN : CONTROL_DONE;
    }
    answer->left--;
    if (what % 64 == 1)
        return CONTROL_LINE; /* there was no memory for it */
    size_t length = what % 32 == 0 ? 2 + what / 64 % 20000 : 2 + what / 64 % 300;
    *line = malloc(length + 1);
    REQUIRE(*line);
    memset(*line, 'x', length);
    (*line)[0] = '{';
    (*line)[length - 1] = '}';
    (*line)[length] = '\0';
    return CONTROL_LINE;
}

static void end(void *context, struct control_exchange *exchange)
{
    (void)context;
    REQUIRE(exchange->state);
    network.ended++;
    free(exchange->state);
    exchange->state = NULL;
}

/* ---- what happens ---- */

struct world {
    struct input input;
    struct control *control;
    instant now;
};

static void turn(struct world *world)
{
    struct pollfd polls[CONTROL_POLLS];

    control_poll(world->control, polls);
    for (unsigned i = 0; i < CONTROL_POLLS; i++) {
        const struct peer *peer = peer_of(polls[i].fd);
        short ready = 0;
        if (polls[i].fd == LISTENER)
            ready = network.queued > 0 ? POLLIN : 0;
        else if (peer && peer->has_hung_up)
            ready = POLLIN | POLLOUT | POLLHUP;
        else if (peer)
            ready =
                (short)((peer->sent_length > 0 ? POLLIN : 0) | (peer->window > 0 ? POLLOUT : 0));
        polls[i].revents = (short)(ready & (polls[i].events | POLLHUP));
    }
    control_turn(world->control, world->now, polls);
    /* Nothing that is due stays due: the loop would spin. */
    REQUIRE(control_deadline(world->control) > world->now);
    REQUIRE(control_figures(world->control).clients <= CONTROL_CLIENTS);
}

static void send_octets(struct peer *peer, const void *data, size_t length)
{
    size_t room = sizeof peer->sent - peer->sent_length;

    if (length > room)
        length = room;
    if (length > 0)
        memcpy(peer->sent + peer->sent_length, data, length);
    peer->sent_length += length;
}

/** A line as a client would send it. */
static void send_line(struct world *world, struct peer *peer)
{
    static const char *const word[] = {"",          "eth0", "239.1.2.3", "follow", "10", "on",
                                       "224.0.0.1", "none", "eth0/100",  "off",    "0",  "x"};
    enum { WORDS = sizeof word / sizeof *word };
    uint8_t verb = take(&world->input), words = take(&world->input);
    char line[128];

    int length =
        snprintf(line, sizeof line, "%s %s %s%s",
                 control_verb_name((enum control_verb)(verb % CONTROL_VERB_COUNT)),
                 word[words % WORDS], word[words / WORDS % WORDS], verb & 0x80 ? "\r\n" : "\n");
    send_octets(peer, line, (size_t)length);
}

/** The parser by itself: from a block of exactly the line's size, and what it says must be so. */
static void read_line(struct world *world)
{
    struct input *input = &world->input;
    size_t length = take16(input) % (CONTROL_LINE_MOST + 8);
    struct control_request request;
    struct problem problem;

    if (length > input->size - input->at)
        length = input->size - input->at;
    char *line = (char *)wire_copy(input->data + input->at, length);
    input->at += length;
    enum control_code code = control_request_read(line, length, &request, &problem);
    REQUIRE(code < CONTROL_CODE_COUNT);
    if (code == CONTROL_OK)
        REQUIRE(request.verb < CONTROL_VERB_COUNT && length <= CONTROL_LINE_MOST);
    else
        REQUIRE(memchr(problem.text, '\0', sizeof problem.text) && problem.text[0] != '\0');
    free(line);
}

static void happen(struct world *world)
{
    struct input *input = &world->input;
    uint8_t what = take(input);
    struct peer *peer = &network.peer[take(input) % PEERS];
    bool is_there = peer->state != PEER_AWAY && !peer->has_hung_up;

    switch (what % 8) {
    case 0:
        if (peer->state != PEER_AWAY)
            break;
        peer->state = PEER_QUEUED;
        peer->is_privileged = what & 8;
        peer->has_hung_up = false;
        peer->sent_length = peer->last = 0;
        peer->window = what & 16 ? take(input) : 1u << 16;
        network.queued++;
        if (what & 32)
            send_line(world, peer);
        break;
    case 1: {
        size_t length = take(input) * (what & 8 ? 4u : 1u);
        if (length > input->size - input->at)
            length = input->size - input->at;
        if (is_there)
            send_octets(peer, input->data + input->at, length);
        input->at += length;
        break;
    }
    case 2:
        if (is_there)
            send_line(world, peer);
        break;
    case 3: peer->has_hung_up |= is_there; break;
    case 4: peer->window += take(input) * 128u; break;
    case 5: network.has_news = true; break;
    case 6: read_line(world); break;
    case 7: world->now += take(input) * 250 * MILLISECONDS; break;
    }
    if (what & 64)
        turn(world);
}

/** All clients read what there is, or go: the server must be empty in the end. */
static void quieten(struct world *world, bool they_read)
{
    for (unsigned i = 0; i < PEERS; i++) {
        network.peer[i].window = SIZE_MAX / 2;
        network.peer[i].has_hung_up |= !they_read && network.peer[i].state != PEER_AWAY;
    }
    for (unsigned turns = 0; they_read && turns < 4; turns++) {
        world->now += CONTROL_REQUEST_TIME;
        turn(world);
    }
    for (unsigned i = 0; i < PEERS; i++)
        network.peer[i].has_hung_up |= network.peer[i].state != PEER_AWAY;
    unsigned turns = 0;
    while (control_figures(world->control).clients > 0 || network.queued > 0) {
        REQUIRE(++turns < TURNS_MOST);
        world->now += 1 * SECONDS;
        turn(world);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct control_setup setup = {
        .path = "control.sock", .version = "9.9", .answerer = {NULL, begin, next, end}};
    struct world world = {.input = {data, size, 0}, .now = 1000 * SECONDS};
    struct problem problem;

    network.has_news = false;
    network.is_brief = size % 8 != 0;
    network.begun = network.ended = 0;
    world.control = control_open(&setup, &problem);
    REQUIRE(world.control);
    while (world.input.at < size)
        happen(&world);
    quieten(&world, size % 2);
    control_close(world.control);
    REQUIRE(network.begun == network.ended);
    for (unsigned i = 0; i < PEERS; i++)
        REQUIRE(network.peer[i].state == PEER_AWAY);
    return 0;
}
