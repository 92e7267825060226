/* SPDX-License-Identifier: MIT */
/* Floor 3. One client of the control socket. */
#include "control_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igmpq/clock.h"
#include "igmpq/json_daemon.h"

void client_open(struct client *client, int descriptor, bool is_privileged, instant now)
{
    *client = (struct client){
        .descriptor = descriptor,
        .is_privileged = is_privileged,
        .patience = instant_after(now, CONTROL_REQUEST_TIME),
    };
}

void client_close(struct client *client, const struct client_host *host)
{
    if (client->descriptor < 0)
        return;
    if (client->state == CLIENT_ANSWERING)
        host->answerer.end(host->answerer.context, &client->exchange);
    close(client->descriptor);
    free(client->out);
    *client = (struct client){.descriptor = -1};
}

static bool has_output(const struct client *client)
{
    return client->out_written < client->out_length;
}

short client_wants(const struct client *client)
{
    if (client->state == CLIENT_ASKING)
        return POLLIN;
    bool has_more = client->state == CLIENT_ANSWERING && !client->is_waiting;
    return has_output(client) || has_more ? POLLOUT : 0;
}

/** A line onto the end of what waits; it is freed. False without memory. */
static bool append(struct client *client, char *line)
{
    size_t length = line ? strlen(line) : 0;
    size_t needed = client->out_length + length + 1;

    if (!line)
        return false;
    if (needed > client->out_size) {
        size_t size = needed > CLIENT_BUFFER ? needed : CLIENT_BUFFER;
        char *out = realloc(client->out, size);
        if (!out) {
            free(line);
            return false;
        }
        client->out = out;
        client->out_size = size;
    }
    memcpy(client->out + client->out_length, line, length);
    client->out[client->out_length + length] = '\n';
    client->out_length = needed;
    free(line);
    return true;
}

/** The header, once what is asked is known as far as it can be. */
static bool append_header(struct client *client, const struct client_host *host)
{
    enum control_verb verb = client->exchange.request.verb;
    const char *name = verb < CONTROL_VERB_COUNT ? control_verb_name(verb) : NULL;

    return append(client, json_line_control_header(host->version, clock_wall(), name));
}

/** The last line. Without memory for it the connection ends without one, which tells as well. */
static void finish(struct client *client, enum control_code code, const char *text)
{
    client->state = CLIENT_ENDING;
    if (code == CONTROL_OK)
        append(client, json_line_control_end(client->objects));
    else
        append(client, json_line_control_error(control_code_name(code), text));
}

static void fail(struct client *client, const struct client_host *host, enum control_code code,
                 const char *text)
{
    client->exchange.request.verb = CONTROL_VERB_COUNT;
    append_header(client, host);
    finish(client, code, text);
}

static void begin(struct client *client, const struct client_host *host, instant now)
{
    struct control_exchange *exchange = &client->exchange;
    struct problem *problem = &exchange->problem;

    enum control_code code =
        control_request_read(client->line, client->line_length, &exchange->request, problem);
    if (!append_header(client, host)) {
        client->state = CLIENT_ENDING;
        return;
    }
    if (code == CONTROL_OK && control_verb_changes(exchange->request.verb) &&
        !client->is_privileged) {
        problem_set(problem, "%s is for root and the user that igmpqd runs as",
                    control_verb_name(exchange->request.verb));
        code = CONTROL_DENIED;
    }
    if (code != CONTROL_OK) {
        finish(client, code, problem->text);
        return;
    }
    code = host->answerer.begin(host->answerer.context, exchange, now);
    client->state = CLIENT_ANSWERING;
    if (code != CONTROL_OK) {
        host->answerer.end(host->answerer.context, exchange);
        finish(client, code, problem->text);
    }
}

/** Read on until the line is complete. False: it is gone. */
static bool read_request(struct client *client, const struct client_host *host, instant now)
{
    size_t room = sizeof client->line - client->line_length;
    char *at = client->line + client->line_length;

    ssize_t got = read(client->descriptor, at, room);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0) {
        if (client->line_length == 0)
            return false;
        fail(client, host, CONTROL_BAD_REQUEST, "the request ends without a new line");
        return true;
    }
    const char *end = memchr(at, '\n', (size_t)got);
    client->line_length += (size_t)got;
    if (end) {
        client->line_length = (size_t)(end - client->line);
        begin(client, host, now);
    } else if (client->line_length == sizeof client->line) {
        fail(client, host, CONTROL_BAD_REQUEST, "the request is too long");
    }
    return true;
}

/** Who waits is told now and then that we are there. */
static void keep_alive(struct client *client, instant now)
{
    if (client->alive_at <= now) {
        append(client, json_line_alive(CONTROL_ALIVE));
        client->alive_at = instant_after(now, CONTROL_ALIVE);
    }
    if (!has_output(client))
        client->patience = client->alive_at;
}

/** Lines until the buffer is full or there is nothing more to tell. */
static void fill(struct client *client, const struct client_host *host, instant now)
{
    const struct control_answerer *answerer = &host->answerer;

    while (client->state == CLIENT_ANSWERING &&
           client->out_length - client->out_written < CLIENT_BUFFER / 2) {
        char *line = NULL;
        enum control_step step = answerer->next(answerer->context, &client->exchange, now, &line);
        client->is_waiting = step == CONTROL_WAITING;
        if (client->is_waiting) {
            keep_alive(client, now);
            return;
        }
        if (step == CONTROL_LINE && append(client, line)) {
            client->objects++;
            continue;
        }
        answerer->end(answerer->context, &client->exchange);
        if (step == CONTROL_DONE)
            finish(client, CONTROL_OK, NULL);
        else if (step == CONTROL_BROKEN)
            finish(client, client->exchange.code, client->exchange.problem.text);
        else
            finish(client, CONTROL_FAILED, "no memory");
    }
}

/** False: it is gone. */
static bool write_out(struct client *client, instant now)
{
    ssize_t put = write(client->descriptor, client->out + client->out_written,
                        client->out_length - client->out_written);
    if (put < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS;
    client->out_written += (size_t)put;
    client->patience = instant_after(now, CONTROL_WRITE_TIME);
    if (!has_output(client)) {
        client->out_written = client->out_length = 0;
        /* the next move is ours */
        client->patience = client->is_waiting ? client->alive_at : INSTANT_NEVER;
    } else if (client->out_written >= CLIENT_BUFFER / 2) {
        memmove(client->out, client->out + client->out_written,
                client->out_length - client->out_written);
        client->out_length -= client->out_written;
        client->out_written = 0;
    }
    return true;
}

/** Out of patience: a request that did not come is told so, a reader that does not read is not. */
static bool lose_patience(struct client *client, const struct client_host *host)
{
    if (client->state != CLIENT_ASKING)
        return false;
    fail(client, host, CONTROL_BAD_REQUEST, "no request came in time");
    return true;
}

void client_turn(struct client *client, const struct client_host *host, instant now, short revents)
{
    bool is_there = true;
    bool had_output = has_output(client);

    if (client->state == CLIENT_ASKING && (revents & (POLLIN | POLLHUP)) != 0)
        is_there = read_request(client, host, now);
    else if ((revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        is_there = false;
    bool is_resting = client->is_waiting && !had_output;
    if (is_there && client->patience <= now && !is_resting)
        is_there = lose_patience(client, host);
    if (is_there && client->state != CLIENT_ASKING) {
        fill(client, host, now);
        if (!had_output && has_output(client))
            client->patience = instant_after(now, CONTROL_WRITE_TIME);
        /* What could not be written the last time is tried again only when there is room. */
        if (has_output(client) && (!had_output || (revents & POLLOUT) != 0))
            is_there = write_out(client, now);
    }
    if (!is_there || (client->state == CLIENT_ENDING && !has_output(client)))
        client_close(client, host);
}

void client_refuse(struct client *client, const struct client_host *host, enum control_code code,
                   const char *text)
{
    fail(client, host, code, text);
    if (has_output(client))
        (void)write_out(client, 0);
    client_close(client, host);
}
