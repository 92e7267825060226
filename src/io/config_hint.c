/* SPDX-License-Identifier: MIT */
/* Floor 3. The mistakes that people make in configuration files, found in the text itself: no more
 * of libconfig's grammar is known here than that takes, and a text that is right is never blamed.
 */
#include "config_hint.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_text.h"
#include "igmpq/settings.h"

#define SHOWN      60 /* of what was written, in a message */
#define DEPTH_MOST 16 /* brackets inside one another; a file that is right has three */

/** What stands before the place that is looked at. */
enum before {
    BEFORE_NOTHING, /* a setting can begin */
    BEFORE_NAME,
    BEFORE_EQUALS,
    BEFORE_LIST, /* the bracket before an element */
    BEFORE_NEXT, /* the comma */
    BEFORE_NUMBER,
    BEFORE_VALUE,
    BEFORE_INCLUDE
};

/** Some of the text. */
struct piece {
    const char *at;
    int length;
};

struct bracket {
    char sign;
    unsigned line;
};

struct scan {
    const char *path;
    const char *at;
    unsigned line;
    unsigned last_line;  /* that libconfig has seen */
    bool is_number_only; /* the grammar is known to be right */
    enum before before;
    struct piece name;    /* of the setting */
    unsigned number_line; /* of the last number */
    unsigned string_line; /* where a string begins that ends in another line; 0: nowhere */
    struct bracket open[DEPTH_MOST];
    unsigned depth; /* how many are open */
    struct problem *problem;
};

static int __attribute__((format(printf, 3, 4)))
blame(const struct scan *scan, unsigned line, const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return problem_set(scan->problem, "%s:%u: %.*s%s%s", scan->path, line, scan->name.length,
                       scan->name.length ? scan->name.at : "", scan->name.length ? ": " : "", text);
}

static bool is_word(struct piece piece, const char *word)
{
    return (size_t)piece.length == strlen(word) &&
           strncasecmp(piece.at, word, (size_t)piece.length) == 0;
}

/** Settings that are true or false. */
static bool is_switch(struct piece name)
{
    return is_word(name, "verbose") || is_word(name, "sandbox") || is_word(name, "syslog") ||
           is_word(name, "takeover-burst");
}

static bool is_value_wanted(const struct scan *scan)
{
    return scan->before == BEFORE_EQUALS || scan->before == BEFORE_LIST ||
           scan->before == BEFORE_NEXT;
}

/** Blanks, new lines and comments. */
static void skip_blanks(struct scan *scan)
{
    for (;;) {
        const char *at = scan->at;
        if (at[0] == '#' || (at[0] == '/' && at[1] == '/')) {
            scan->at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");
            end = end ? end + 2 : at + strlen(at);
            for (; scan->at < end; scan->at++)
                scan->line += *scan->at == '\n';
        } else if (*at != '\0' && strchr(" \t\r\n\f", *at)) {
            scan->line += *at == '\n';
            scan->at++;
        } else {
            return;
        }
    }
}

static void skip_string(struct scan *scan)
{
    unsigned line = scan->line;

    for (scan->at++; *scan->at != '"' && *scan->at != '\0'; scan->at++) {
        if (*scan->at == '\\' && scan->at[1] != '\0')
            scan->at++;
        scan->line += *scan->at == '\n';
    }
    if (line != scan->line && scan->string_line == 0)
        scan->string_line = line;
    scan->at += *scan->at == '"';
    scan->before = scan->before == BEFORE_INCLUDE ? BEFORE_NOTHING : BEFORE_VALUE;
}

static int blame_missing(const struct scan *scan)
{
    return blame(scan, scan->line, "a value is wanted behind '='");
}

/** Not in what is known to be right: of an included file it may be the half. Nor behind a missing
 * quote, where texts and what stands between them have changed places. */
static bool has_brackets(const struct scan *scan)
{
    return !scan->is_number_only && scan->string_line == 0;
}

/** Nothing where they are nested too deep to remember. */
static int read_bracket(struct scan *scan, char sign)
{
    static const char opening[] = "([{", closing[] = ")]}";
    bool is_opening = strchr(opening, sign) != NULL;

    if (!has_brackets(scan))
        return 0;
    if (!is_opening && scan->depth == 0)
        return blame(scan, scan->line, "no bracket is open that this '%c' could close", sign);
    if (!is_opening)
        scan->depth--;
    struct bracket *bracket = scan->depth < DEPTH_MOST ? &scan->open[scan->depth] : NULL;
    if (is_opening) {
        scan->depth++;
        if (bracket)
            *bracket = (struct bracket){sign, scan->line};
    } else if (bracket &&
               strchr(opening, bracket->sign) - opening != strchr(closing, sign) - closing) {
        return blame(scan, scan->line, "the '%c' of line %u is not closed before this '%c'",
                     bracket->sign, bracket->line, sign);
    }
    return 0;
}

/** The innermost bracket that is open; NULL: none, or none that is known. */
static const struct bracket *innermost(const struct scan *scan)
{
    bool is_known = has_brackets(scan) && scan->depth > 0 && scan->depth <= DEPTH_MOST;

    return is_known ? &scan->open[scan->depth - 1] : NULL;
}

/** The same, where only values may stand: no setting begins or ends in it. */
static const struct bracket *open_list(const struct scan *scan)
{
    const struct bracket *bracket = innermost(scan);

    return bracket && bracket->sign != '{' ? bracket : NULL;
}

static int read_sign(struct scan *scan)
{
    char sign = *scan->at++;
    const struct bracket *list = open_list(scan);

    if (list && sign == ';')
        return blame(scan, scan->line,
                     "the '%c' of line %u is not closed before this ';', or a ',' is wanted",
                     list->sign, list->line);
    if (scan->before == BEFORE_EQUALS && !strchr("([{", sign) && !scan->is_number_only)
        return blame_missing(scan);
    if (sign == '[' && scan->before == BEFORE_NOTHING && scan->name.length == 0 &&
        !scan->is_number_only)
        return blame(scan, scan->line, "there are no sections in this file");
    if (strchr("([{}])", sign) && read_bracket(scan, sign) < 0)
        return -1;
    /* Newer ones of libconfig read over it: nothing is wrong then where they stopped elsewhere. */
    if (strchr(")]", sign) && scan->before == BEFORE_NEXT && scan->line == scan->last_line)
        return blame(scan, scan->line, "a value is wanted between ',' and '%c'", sign);
    switch (sign) {
    case '=':
    case ':': scan->before = BEFORE_EQUALS; break;
    case '(':
    case '[': scan->before = BEFORE_LIST; break;
    case ',': scan->before = BEFORE_NEXT; break;
    default: scan->before = BEFORE_NOTHING; break;
    }
    if (sign == '{' || sign == '}')
        scan->name = (struct piece){0};
    return 0;
}

/** The word at the place: a value goes on to the next blank or sign, also over the ':' of a port.
 */
static struct piece take_word(const struct scan *scan)
{
    static const char ends[] = " \t\r\n\f;,(){}[]=\"#";
    struct piece word = {scan->at, 0};
    /* Behind the comma that ends a setting a name follows. */
    bool is_value = is_value_wanted(scan) &&
                    (scan->before != BEFORE_NEXT || !has_brackets(scan) || open_list(scan));

    for (const char *at = scan->at; *at != '\0' && !strchr(ends, *at); at++) {
        bool is_end = at[1] == '\0' || strchr(ends, at[1]);
        if ((*at == ':' && (!is_value || is_end)) ||
            (at[0] == '/' && (at[1] == '/' || at[1] == '*'))) /* a comment begins */
            break;
        word.length++;
    }
    return word;
}

/** Whether the word that was just read is the name of a setting: its '=' follows. */
static bool is_name(const struct scan *scan)
{
    struct scan ahead = *scan;

    skip_blanks(&ahead);
    return *ahead.at == '=' || *ahead.at == ':';
}

/** What is allowed is told where it is known. */
static int blame_size(const struct scan *scan, const char *number)
{
    struct params scratch = params_default(PROFILE_DEFAULT);
    struct problem inner;
    char name[SHOWN + 1];

    snprintf(name, sizeof name, "%.*s", scan->name.length, scan->name.length ? scan->name.at : "");
    if (settings_find(name) && settings_set(&scratch, name, number, &inner) < 0)
        return problem_set(scan->problem, "%s:%u: %s", scan->path, scan->line, inner.text);
    return blame(scan, scan->line, "%s is too large a number", number);
}

/** What looks like a number: one that libconfig can keep, or what is wrong with it. */
static int read_number(struct scan *scan, struct piece word)
{
    char text[SHOWN + 1], *end;
    int shown = word.length < SHOWN ? word.length : SHOWN;

    snprintf(text, sizeof text, "%.*s", shown, word.at);
    errno = 0;
    long long number = strtoll(text, &end, strpbrk(text, "xX") ? 16 : 10);
    if (errno == ERANGE || (*end == '\0' && (number > INT_MAX || number < INT_MIN)))
        return blame_size(scan, text);
    strtod(text, &end);
    size_t letters = strspn(end, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%");
    scan->before = BEFORE_NUMBER;
    scan->number_line = scan->line;
    if (*end == '\0' || strcmp(end, "L") == 0 || strcmp(end, "LL") == 0 || scan->is_number_only)
        return 0;
    if (end[letters] == '\0')
        return blame(scan, scan->line, "'%s' has a unit: a number alone is wanted here%s", text,
                     strchr(text, '%') ? "" : " (times are in seconds)");
    return blame(scan, scan->line, "text stands in quotes: \"%s\"", text);
}

/** A word that is neither name, number, true nor false. */
static int blame_word(struct scan *scan, struct piece word)
{
    int shown = word.length < SHOWN ? word.length : SHOWN;
    bool is_value = is_value_wanted(scan);

    if (scan->before == BEFORE_NUMBER && scan->number_line == scan->line)
        return blame(scan, scan->line,
                     "'%.*s' is a unit: a number alone is wanted here (times are in seconds)",
                     shown, word.at);
    if (is_value && (*word.at == '\'' || (unsigned char)*word.at >= 0x80))
        return blame(scan, scan->line, "text stands in plain double quotes, such as \"eth0\"");
    if (is_value && is_switch(scan->name))
        return blame(scan, scan->line, "true or false is wanted here, and not %.*s", shown,
                     word.at);
    if (is_value)
        return blame(scan, scan->line, "text stands in quotes: \"%.*s\"", shown, word.at);
    scan->name = word;
    return blame(scan, scan->line, "a '=' is wanted behind this name");
}

static int read_word(struct scan *scan)
{
    struct piece word = take_word(scan);
    const char *digits = word.at + strspn(word.at, "+-.");
    bool is_number = isdigit((unsigned char)*digits) && digits - word.at <= 2;

    if (word.length == 0) { /* no sign of the grammar, nor part of a word */
        scan->at++;
        return 0;
    }
    scan->at += word.length;
    if (is_number)
        return read_number(scan, word);
    if (is_name(scan)) {
        const struct bracket *list = open_list(scan);
        if (scan->before == BEFORE_EQUALS && !scan->is_number_only)
            return blame_missing(scan);
        if (list)
            return blame(scan, scan->line, "the '%c' of line %u is not closed before '%.*s'",
                         list->sign, list->line, word.length < SHOWN ? word.length : SHOWN,
                         word.at);
        scan->name = word;
        scan->before = BEFORE_NAME;
        return 0;
    }
    if (is_word(word, "@include")) {
        scan->before = BEFORE_INCLUDE;
        return 0;
    }
    if (!is_word(word, "true") && !is_word(word, "false") && !scan->is_number_only)
        return blame_word(scan, word);
    scan->before = BEFORE_VALUE;
    return 0;
}

/** Until something is wrong (-1 with a sentence), or the last line was looked at. */
static int look(struct scan *scan)
{
    int result = 0;

    for (;;) {
        skip_blanks(scan);
        if (*scan->at == '\0' || scan->line > scan->last_line || result < 0)
            return result;
        if (*scan->at == '"')
            skip_string(scan);
        else if (strchr("=:([{,;)]}", *scan->at))
            result = read_sign(scan);
        else
            result = read_word(scan);
    }
}

bool config_hint(const char *path, const char *text, unsigned line, struct problem *problem)
{
    struct scan scan = {.path = path, .at = text, .line = 1, .last_line = line, .problem = problem};

    if (config_text_mark(text) > 0) {
        problem_set(problem, "%s:1: the file begins with a byte order mark (BOM): save it without",
                    path);
        return true;
    }
    if (look(&scan) < 0)
        return true;
    scan.name = (struct piece){0};
    if (scan.string_line > 0) {
        blame(&scan, scan.string_line,
              "the text that begins in this line has no second quote in it");
        return true;
    }
    const struct bracket *bracket = innermost(&scan);
    if (*scan.at == '\0' && bracket) {
        blame(&scan, bracket->line, "the '%c' of this line is not closed before the file ends",
              bracket->sign);
        return true;
    }
    return false;
}

static int check_text(const char *path, const char *text, struct problem *problem)
{
    struct scan scan = {.path = path,
                        .at = text,
                        .line = 1,
                        .last_line = UINT_MAX,
                        .is_number_only = true,
                        .problem = problem};
    return look(&scan);
}

/** `*checked`: the file that was included and looked at last. */
static int check_included(const config_setting_t *at, const char **checked, struct problem *problem)
{
    const char *file = config_setting_source_file(at);
    struct problem ignored;
    int result = 0;

    if (file && file != *checked) {
        char *text = config_text_read(file, &ignored);
        *checked = file;
        if (text)
            result = check_text(file, text, problem);
        free(text);
    }
    if (!config_setting_is_aggregate(at))
        return result;
    for (int i = 0; result == 0 && i < config_setting_length(at); i++)
        result = check_included(config_setting_get_elem(at, (unsigned)i), checked, problem);
    return result;
}

int config_hint_numbers(const config_setting_t *root, const char *path, const char *text,
                        struct problem *problem)
{
    const char *checked = NULL;

    if (check_text(path, text, problem) < 0)
        return -1;
    return check_included(root, &checked, problem);
}
