/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. One page over HTTP, for programs of this host. Hides libmicrohttpd, which configure can
 * leave out: http_open() then says so. Nothing blocks and no thread is made: the caller's loop
 * waits on a descriptor and gives it turns.
 */
#ifndef IGMPQ_HTTP_H
#define IGMPQ_HTTP_H

#include <stddef.h>
#include <sys/socket.h>

#include "igmpq/base.h"
#include "igmpq/problem.h"

#define HTTP_ADDRESS_SIZE 64
#define HTTP_NONE         "none"

struct http;

/**
 * "127.0.0.1:9463" or "[::1]:9463": an address of this host alone, and a port. Anybody who reaches
 * it may read, hence no other. 0, or -1 with a sentence.
 */
int http_address_parse(const char *text, struct sockaddr_storage *out, socklen_t *length,
                       struct problem *problem);

/** Where the page comes from: made piece by piece, as the client takes it. */
struct http_page {
    void *context;
    const char *content_type;
    /** Begin one copy of the page; NULL: no memory. */
    void *(*begin)(void *context);
    /** Write at most `size` octets more of it to `to`, at least one, and give how many; 0: that
     * was all; HTTP_BROKEN: it cannot be finished, and the connection is cut. */
    size_t (*more)(void *context, void *copy, char *to, size_t size);
    void (*end)(void *context, void *copy);
};

#define HTTP_BROKEN ((size_t)-1)

/** Listen at `address` and serve `page`, which is copied, as `path` ("/metrics"). NULL with a
 * sentence. Free with http_close(). */
struct http *http_open(const char *address, const char *path, const struct http_page *page,
                       struct problem *problem);

/** Readable when there is something to do; -1 for NULL. */
int http_descriptor(const struct http *http);

/** When a turn is due though nothing came; NEVER for NULL or where there are no clients. */
instant http_deadline(struct http *http, instant now);

/** Do what can be done without waiting. Nothing for NULL. */
void http_turn(struct http *http);

/** Cut all clients off. Nothing for NULL. */
void http_close(struct http *http);

#endif
