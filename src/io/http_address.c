/* SPDX-License-Identifier: MIT */
/* Floor 3. An address of this host alone, and a port. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "igmpq/http.h"

/** The digits behind the last colon, 1 to 65535; 0: they are none. */
static unsigned parse_port(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > 5 || strspn(text, "0123456789") != length)
        return 0;
    unsigned long port = strtoul(text, NULL, 10);
    return port <= 65535 ? (unsigned)port : 0;
}

static bool parse_host(const char *host, unsigned port, struct sockaddr_storage *out,
                       socklen_t *length)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

    *out = (struct sockaddr_storage){0};
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *length = sizeof *four;
        return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *length = sizeof *six;
        return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    }
    return false;
}

int http_address_parse(const char *text, struct sockaddr_storage *out, socklen_t *length,
                       struct problem *problem)
{
    char host[HTTP_ADDRESS_SIZE];
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0;
    unsigned port = colon ? parse_port(colon + 1) : 0;
    bool is_bracketed = size >= 2 && text[0] == '[' && text[size - 1] == ']';

    if (port == 0 || size >= sizeof host)
        return problem_set(problem,
                           "'%s' is not an address of this host and a port, such as "
                           "127.0.0.1:9463 or [::1]:9463",
                           text);
    if (is_bracketed) {
        text++;
        size -= 2;
    }
    memcpy(host, text, size);
    host[size] = '\0';
    if (is_bracketed != (strchr(host, ':') != NULL) || !parse_host(host, port, out, length))
        return problem_set(problem,
                           "'%s' is not an address of this host alone (127.0.0.1 or [::1]); to be "
                           "read from elsewhere, put a web server with access rules in front",
                           host);
    return 0;
}
