/* SPDX-License-Identifier: MIT */
/* Floor 3. For builds without libmicrohttpd. */
#include "igmpq/http.h"

struct http *http_open(const char *address, const char *path, const struct http_page *page,
                       struct problem *problem)
{
    (void)address;
    (void)path;
    (void)page;
    problem_set(problem, "this igmpqd was built without HTTP (configure --enable-http, with "
                         "libmicrohttpd); \"igmpqctl metrics\" tells the same");
    return NULL;
}

int http_descriptor(const struct http *http)
{
    (void)http;
    return -1;
}

instant http_deadline(struct http *http, instant now)
{
    (void)http;
    (void)now;
    return INSTANT_NEVER;
}

void http_turn(struct http *http)
{
    (void)http;
}

void http_close(struct http *http)
{
    (void)http;
}
