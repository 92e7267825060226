/* SPDX-License-Identifier: MIT */
/* Floor 4. The terminal of watch: the screen is drawn again and again, keys turn pages. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"

/* A screen that stands still for longer looks dead. */
#define PATIENCE (3 * SECONDS)

static volatile sig_atomic_t is_over;

static void on_end(int number)
{
    (void)number;
    is_over = 1;
}

static void on_resize(int number)
{
    (void)number; /* poll is interrupted, and the screen drawn again */
}

struct watch {
    struct ctl ctl;
    FILE *to;
    bool has_colors;
    unsigned rows, columns;
    size_t first, page; /* of the groups */
};

static void measure(struct watch *watch)
{
    struct winsize size;

    watch->rows = 24;
    watch->columns = 80;
    if (ioctl(fileno(watch->to), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        watch->rows = size.ws_row;
        watch->columns = size.ws_col;
    }
}

/** Each line is drawn over what was there: no flicker. */
static void draw(struct watch *watch)
{
    measure(watch);
    char *text = ctl_screen(&watch->ctl, watch->has_colors, watch->rows - 1, watch->columns,
                            &watch->first, &watch->page);
    char clock[16] = "", keys[80];
    time_t now = time(NULL);
    struct tm local;

    fprintf(watch->to, "\033[H");
    unsigned row = 1;
    for (const char *line = text ? text : "no memory"; *line && row < watch->rows; row++) {
        size_t length = strcspn(line, "\n");
        fprintf(watch->to, "%.*s\033[0m\033[K\r\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    free(text);
    if (localtime_r(&now, &local))
        strftime(clock, sizeof clock, "%H:%M:%S", &local);
    snprintf(keys, sizeof keys, "%s  q end, space next page, b page before", clock);
    fprintf(watch->to, "\033[J\033[%u;1H%s%.*s\033[0m\033[K", watch->rows,
            watch->has_colors ? "\033[7m" : "", (int)watch->columns, keys);
    fflush(watch->to);
}

static void turn_page(struct watch *watch, bool is_forward)
{
    if (is_forward)
        watch->first += watch->page;
    else
        watch->first -= watch->first < watch->page ? watch->first : watch->page;
}

/** Until the next screen is due, or a key changes what it shows. */
static void wait_for_keys(struct watch *watch)
{
    struct pollfd keyboard = {.fd = watch->ctl.keyboard, .events = POLLIN};
    char key[8];

    if (poll(&keyboard, 1, (int)(watch->ctl.interval / MILLISECONDS)) <= 0)
        return;
    ssize_t length = read(keyboard.fd, key, sizeof key);
    if (length <= 0 || key[0] == 'q' || key[0] == 'Q' || key[0] == 3)
        is_over = 1;
    else if (key[0] == ' ' || (length == 4 && memcmp(key, "\033[6~", 4) == 0))
        turn_page(watch, true);
    else if (key[0] == 'b' || (length == 4 && memcmp(key, "\033[5~", 4) == 0))
        turn_page(watch, false);
}

static void catch_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction end = {.sa_handler = on_end}, resize = {.sa_handler = on_resize};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaction(ends[i], &end, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

int ctl_show_watch(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    struct watch watch = {.ctl = *ctl, .to = to, .has_colors = ctl_has_colors(ctl, to)};
    struct termios before, raw;
    const char *term = getenv("TERM");

    if (ctl_check_group_sort(ctl, problem) != 0)
        return CTL_EXIT_USAGE;
    if (fileno(to) < 0 || !isatty(fileno(to))) {
        problem_set(problem, "watch needs a terminal; a pipe can have 'status' and 'events -f'");
        return CTL_EXIT_USAGE;
    }
    if (term && strcmp(term, "dumb") == 0) {
        problem_set(problem, "watch needs a terminal that can place text, and TERM says 'dumb'; "
                             "there are 'status' and 'events -f'");
        return CTL_EXIT_USAGE;
    }
    if (watch.ctl.timeout > PATIENCE)
        watch.ctl.timeout = PATIENCE;
    watch.ctl.is_over = &is_over;
    catch_signals();
    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0) {
        /* Ctrl-C is a key as well: a key ends the wait for a daemon that does not answer. */
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        watch.ctl.keyboard = STDIN_FILENO;
    }
    fprintf(to, "\033[?1049h\033[?25l\033[2J");
    while (!is_over) {
        draw(&watch);
        if (!is_over)
            wait_for_keys(&watch);
    }
    fprintf(to, "\033[?25h\033[?1049l");
    fflush(to);
    if (watch.ctl.keyboard >= 0)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return 0;
}
