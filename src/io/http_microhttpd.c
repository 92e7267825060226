/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. HTTP by libmicrohttpd, without threads: its epoll descriptor is waited for with the
 * rest. (Its other way, fd_set, ends at descriptor 1,023, and a daemon on many interfaces has
 * more.)
 */
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "igmpq/http.h"
#include "igmpq/log.h"

#define CLIENTS_MOST   16
#define CLIENT_MEMORY  (32 * 1024) /* octets: a request with its headers */
#define CLIENT_SECONDS 10          /* of silence */
#define PIECE_SIZE     (16 * 1024) /* octets of a page made at once */

/* The library's name for what its callbacks return changed. */
#if MHD_VERSION >= 0x00097002
typedef enum MHD_Result mhd_result;
#else
typedef int mhd_result;
#endif

struct http {
    struct MHD_Daemon *server;
    struct http_page page;
    char path[32];
    int descriptor;
};

/** One copy of the page, on its way to a client. */
struct copy {
    const struct http *http;
    void *state;
};

static ssize_t give_piece(void *context, uint64_t position, char *to, size_t size)
{
    struct copy *copy = context;
    size_t length = copy->http->page.more(copy->http->page.context, copy->state, to, size);

    (void)position;
    if (length == HTTP_BROKEN)
        return (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR; /* not signed before 0.9.76 */
    return length == 0 ? (ssize_t)MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)length;
}

static void free_copy(void *context)
{
    struct copy *copy = context;

    copy->http->page.end(copy->http->page.context, copy->state);
    free(copy);
}

static struct MHD_Response *respond_page(const struct http *http)
{
    struct copy *copy = calloc(1, sizeof *copy);
    struct MHD_Response *response = NULL;

    if (!copy)
        return NULL;
    copy->http = http;
    copy->state = http->page.begin(http->page.context);
    if (copy->state)
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_SIZE, give_piece, copy,
                                                     free_copy);
    if (!response) {
        if (copy->state)
            http->page.end(http->page.context, copy->state);
        free(copy);
        return NULL;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, http->page.content_type);
    return response;
}

/** One line that ends with `word`. */
static struct MHD_Response *respond_text(const char *line, const char *word)
{
    char text[128];
    int length = snprintf(text, sizeof text, "%s%s\n", line, word);
    struct MHD_Response *response =
        MHD_create_response_from_buffer((size_t)length, text, MHD_RESPMEM_MUST_COPY);

    if (response)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                "text/plain; charset=utf-8");
    return response;
}

/** A name of this host that cannot be made to point here from elsewhere: a page in somebody's
 * browser may else read this one under a name of its own ("DNS rebinding"). */
static bool is_host_plain(const char *host)
{
    size_t name = strlen("localhost");

    if (!host || host[0] == '[' || strspn(host, "0123456789.:") == strlen(host))
        return true;
    return strncasecmp(host, "localhost", name) == 0 && (host[name] == '\0' || host[name] == ':');
}

static mhd_result answer(void *context, struct MHD_Connection *connection, const char *path,
                         const char *method, const char *version, const char *upload,
                         size_t *upload_size, void **state)
{
    const struct http *http = context;
    struct MHD_Response *response;
    unsigned status = MHD_HTTP_OK;
    static const char seen = 0;

    (void)version;
    (void)upload;
    /* The first call is for the headers alone, more may come for what is uploaded. */
    if (!*state) {
        *state = (void *)(uintptr_t)&seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (!is_host_plain(
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST))) {
        status = MHD_HTTP_FORBIDDEN;
        response = respond_text("Ask by the address or as ", "localhost");
    } else if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
               strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
        response = respond_text("There is only something to GET, at ", http->path);
        if (response)
            MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    } else if (strcmp(path, http->path) == 0) {
        response = respond_page(http);
    } else {
        status = strcmp(path, "/") == 0 ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND;
        response = respond_text("The metrics of igmpqd are at ", http->path);
    }
    if (!response)
        return MHD_NO;
    mhd_result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void tell(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void tell(void *context, const char *format, va_list arguments)
{
    char text[256];

    (void)context;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_debug("HTTP: %s", text);
}

static int listen_at(const char *address, struct problem *problem)
{
    struct sockaddr_storage place;
    socklen_t length;
    struct problem inner;
    int yes = 1;

    if (http_address_parse(address, &place, &length, &inner) < 0)
        return problem_set(problem, "%s", inner.text);
    int descriptor = socket(place.ss_family, SOCK_STREAM, 0);
    if (descriptor >= 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
        fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 &&
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(descriptor, (const struct sockaddr *)&place, length) == 0 &&
        listen(descriptor, CLIENTS_MOST) == 0)
        return descriptor;
    problem_set(problem, "cannot listen at %s: %s%s", address, strerror(errno),
                errno == EADDRINUSE ? "; choose another port as metrics-address" : "");
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

static int start_server(struct http *http, int listener)
{
    const union MHD_DaemonInfo *info;

    http->server = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, answer, http, MHD_OPTION_EXTERNAL_LOGGER,
        tell, NULL, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CLIENTS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CLIENT_SECONDS, MHD_OPTION_END);
    if (!http->server)
        return -1;
    info = MHD_get_daemon_info(http->server, MHD_DAEMON_INFO_EPOLL_FD);
    http->descriptor = info ? info->epoll_fd : -1;
    return http->descriptor < 0 ? -1 : 0;
}

struct http *http_open(const char *address, const char *path, const struct http_page *page,
                       struct problem *problem)
{
    struct http *http;
    int listener;

    if (MHD_is_feature_supported(MHD_FEATURE_EPOLL) != MHD_YES) {
        problem_set(problem, "libmicrohttpd has no epoll on this system, so there is no HTTP; "
                             "\"igmpqctl metrics\" tells the same");
        return NULL;
    }
    listener = listen_at(address, problem);
    if (listener < 0)
        return NULL;
    http = calloc(1, sizeof *http);
    if (http) {
        http->page = *page;
        snprintf(http->path, sizeof http->path, "%s", path);
    }
    if (!http || start_server(http, listener) < 0) {
        problem_set(problem, "cannot serve HTTP at %s: libmicrohttpd does not start", address);
        if (http && http->server)
            MHD_stop_daemon(http->server); /* and the listener */
        else
            close(listener);
        free(http);
        return NULL;
    }
    return http;
}

int http_descriptor(const struct http *http)
{
    return http ? http->descriptor : -1;
}

instant http_deadline(struct http *http, instant now)
{
    MHD_UNSIGNED_LONG_LONG left;

    if (!http || MHD_get_timeout(http->server, &left) != MHD_YES)
        return INSTANT_NEVER;
    return instant_after(now, (duration)left * MILLISECONDS);
}

static unsigned count_clients(const struct http *http)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->server, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info ? info->num_connections : 0;
}

void http_turn(struct http *http)
{
    if (!http)
        return;
    unsigned before = count_clients(http);
    MHD_run(http->server);
    /* Where there was no room for more, the library listens again in the turn after the one in
     * which somebody went, and nothing tells when that one would be. */
    if (count_clients(http) < before)
        MHD_run(http->server);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    MHD_stop_daemon(http->server);
    free(http);
}
