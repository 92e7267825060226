/* SPDX-License-Identifier: MIT */
/* Floor 4. The metrics as a page over HTTP. */
#include <stdlib.h>
#include <string.h>

#include "daemon_control.h"
#include "igmpq/clock.h"
#include "igmpq/http.h"
#include "igmpq/prometheus.h"

/* Lines that are made at once: the text of many is larger than what a client takes. */
#define LINES_PER_PIECE 64

/** How far one client has come. */
struct page {
    struct cursor *cursor;
    char *text; /* lines that were made, given up to `at` */
    size_t length, at;
};

static void *begin(void *context)
{
    struct page *page = calloc(1, sizeof *page);

    (void)context;
    if (page)
        page->cursor = daemon_make_cursor();
    if (page && !page->cursor) {
        free(page);
        return NULL;
    }
    return page;
}

static void end(void *context, void *copy)
{
    struct page *page = copy;

    (void)context;
    daemon_free_cursor(page->cursor);
    free(page->text);
    free(page);
}

/** The next lines in place of those that were given. 0, or -1: no memory. */
static int make_lines(const struct daemon *daemon, struct page *page)
{
    struct metric_line line;
    instant now = clock_now();

    free(page->text);
    page->text = NULL;
    page->length = page->at = 0;
    FILE *to = open_memstream(&page->text, &page->length);
    if (!to)
        return -1;
    for (unsigned i = 0;
         i < LINES_PER_PIECE && daemon_next_metric(daemon, page->cursor, now, &line); i++) {
        if (line.kind)
            prometheus_print_family(line.name, line.kind, line.help, to);
        else
            prometheus_print_sample(line.name, line.labels, line.value, to);
    }
    bool is_broken = ferror(to);
    return fclose(to) == 0 && !is_broken ? 0 : -1;
}

static size_t more(void *context, void *copy, char *to, size_t size)
{
    struct page *page = copy;

    if (page->at == page->length && make_lines(context, page) < 0)
        return HTTP_BROKEN;
    size_t length = page->length - page->at < size ? page->length - page->at : size;
    memcpy(to, page->text + page->at, length);
    page->at += length;
    return length;
}

void daemon_open_http(struct daemon *daemon)
{
    const char *address = daemon->config.daemon.metrics_address;
    struct http_page page = {daemon, PROMETHEUS_CONTENT_TYPE, begin, more, end};
    struct problem problem;

    if (strcmp(address, HTTP_NONE) == 0)
        return;
    daemon->http = http_open(address, METRICS_PATH, &page, &problem);
    if (daemon->http)
        log_info("metrics are at http://%s" METRICS_PATH, address);
    else
        log_warning("%s; the metrics are not served", problem.text);
}
