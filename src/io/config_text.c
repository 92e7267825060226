/* SPDX-License-Identifier: MIT */
/* Floor 3. The text of a configuration file, and of those that it includes. */
#include "config_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MOST  (16u << 20)
#define DEPTH_MOST 10 /* libconfig goes no further either */
#define PATH_SIZE  4096

/* Some editors begin a file so, where libconfig sees a syntax error. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/** The rest of a stream, with its length; NULL with errno. */
static char *read_all(FILE *stream, size_t *length)
{
    size_t size = 4096, got = 0;
    char *text = malloc(size);

    while (text) {
        got += fread(text + got, 1, size - 1 - got, stream);
        if (ferror(stream) || got < size - 1 || size > TEXT_MOST)
            break;
        size *= 2;
        char *grown = realloc(text, size);
        if (!grown)
            free(text);
        text = grown;
    }
    if (text && (ferror(stream) || !feof(stream))) {
        if (!ferror(stream))
            errno = EFBIG;
        free(text);
        return NULL;
    }
    if (text)
        text[got] = '\0';
    *length = got;
    return text;
}

/** NULL with a sentence; but without, where one that is included is not there: the line may be part
 * of a comment. */
static char *read_file(const char *path, bool is_included, size_t *length, struct problem *problem)
{
    struct stat about;

    /* Opening a pipe waits for somebody to write, in a daemon that runs. */
    if (is_included && stat(path, &about) == 0 && !S_ISREG(about.st_mode) &&
        !S_ISDIR(about.st_mode)) {
        problem_set(problem, "%s: this is no file that can be included", path);
        return NULL;
    }
    FILE *stream = fopen(path, "r");
    if (!stream) {
        if (!is_included)
            problem_set(problem, "cannot read the configuration file %s: %s%s", path,
                        strerror(errno),
                        strcmp(path, "-") == 0 ? "; standard input is /dev/stdin" : "");
        return NULL;
    }
    if (fstat(fileno(stream), &about) == 0 && S_ISDIR(about.st_mode)) {
        fclose(stream);
        problem_set(problem, "%s: this is a directory, and a file is wanted", path);
        return NULL;
    }
    char *text = read_all(stream, length);
    if (!text)
        problem_set(problem, "%s: cannot be read: %s", path, strerror(errno));
    fclose(stream);
    return text;
}

/** The path of a line such as: @include "more.conf". False when it is another line. */
static bool parse_include(const char *line, char out[PATH_SIZE])
{
    static const char directive[] = "@include";
    size_t length = 0;

    line += strspn(line, " \t");
    if (strncmp(line, directive, sizeof directive - 1) != 0)
        return false;
    line += sizeof directive - 1;
    line += strspn(line, " \t");
    if (*line != '"')
        return false;
    for (line++; *line != '"'; line++) {
        if (*line == '\\' && (line[1] == '\\' || line[1] == '"'))
            line++;
        if (*line == '\0' || *line == '\n' || length + 1 >= PATH_SIZE)
            return false;
        out[length++] = *line;
    }
    out[length] = '\0';
    return length > 0;
}

/** 0, -1 with a sentence, or 1: so deep that libconfig will stop there (a file that includes
 * itself), and nothing behind it matters. */
static int check_includes(const char *path, const char *text, unsigned depth,
                          struct problem *problem)
{
    char included[PATH_SIZE];
    struct problem inner = {""};
    unsigned number = 1;

    for (const char *line = text; line; number++) {
        if (parse_include(line, included)) {
            size_t length;
            if (depth >= DEPTH_MOST)
                return 1;
            char *more = read_file(included, true, &length, &inner);
            int result = more ? check_includes(included, more, depth + 1, &inner) : 0;
            free(more);
            if (result < 0 || inner.text[0] != '\0')
                return problem_set(problem, "%s:%u: %s", path, number, inner.text);
            if (result > 0)
                return result;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return 0;
}

size_t config_text_mark(const char *text)
{
    size_t length = strlen(BYTE_ORDER_MARK);

    return strncmp(text, BYTE_ORDER_MARK, length) == 0 ? length : 0;
}

char *config_text_read(const char *path, struct problem *problem)
{
    size_t length;
    char *text = read_file(path, false, &length, problem);

    if (!text)
        return NULL;
    if (memchr(text, '\0', length))
        problem_set(problem, "%s: this is no text: it holds a zero octet", path);
    else if (check_includes(path, text + config_text_mark(text), 0, problem) >= 0)
        return text;
    free(text);
    return NULL;
}

bool config_text_explain_include(const char *path, unsigned line, struct problem *problem)
{
    char included[PATH_SIZE];
    struct problem ignored;
    size_t length;
    bool is_explained = false;
    char *text = read_file(path, false, &length, &ignored);
    const char *at = text;

    for (unsigned i = 1; at && i < line; i++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (at && parse_include(at, included)) {
        FILE *stream = fopen(included, "r");
        if (stream) {
            fclose(stream);
        } else {
            problem_set(problem, "%s:%u: cannot include %s: %s", path, line, included,
                        strerror(errno));
            is_explained = true;
        }
    }
    free(text);
    return is_explained;
}
