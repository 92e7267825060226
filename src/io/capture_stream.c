/* SPDX-License-Identifier: MIT */
/*
 * Floor 3. A capture file: straight from the disk where it is plain, else through zlib, which hands
 * on what is not gzip as it is. So a pipe, where nothing can be read twice, need not be looked at
 * first.
 */
#include "capture_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "config.h"

/* zlib hands requests of twice its own buffer and more straight to read(2). */
#define STREAM_BUFFER (256 * 1024)
#define ZLIB_BUFFER   (STREAM_BUFFER / 2)

struct capture_stream {
    gzFile gz;      /* NULL: a plain file */
    FILE *file;     /* until it is taken */
    int descriptor; /* of a plain file; as long as that is open */
    uint64_t size;
    uint8_t head[8];
    size_t head_length;
    char error[80];
};

/* What is read is handed on also where an error follows: the capture is good up to there. */
static int stream_read(struct capture_stream *stream, char *out, size_t size)
{
    unsigned most = size > STREAM_BUFFER ? STREAM_BUFFER : (unsigned)size;
    int length = gzread(stream->gz, out, most);
    int code = Z_OK;
    const char *text = gzerror(stream->gz, &code);

    if (length < (int)most && code != Z_OK && code != Z_STREAM_END && stream->error[0] == '\0') {
        if (code == Z_BUF_ERROR)
            text = "the compressed data end early";
        else if (code == Z_ERRNO)
            text = strerror(errno);
        else
            text = "the compressed data are damaged";
        snprintf(stream->error, sizeof stream->error, "%s", text);
    }
    for (int i = 0; i < length && stream->head_length < sizeof stream->head; i++)
        stream->head[stream->head_length++] = (uint8_t)out[i];
    return length < 0 && code != Z_ERRNO ? 0 : length;
}

static int stream_close(struct capture_stream *stream)
{
    if (stream->gz != NULL)
        gzclose_r(stream->gz);
    stream->gz = NULL;
    return 0;
}

#if defined HAVE_FOPENCOOKIE

static ssize_t cookie_read(void *cookie, char *out, size_t size)
{
    return stream_read(cookie, out, size);
}

static int cookie_close(void *cookie)
{
    return stream_close(cookie);
}

static FILE *stream_wrap(struct capture_stream *stream)
{
    return fopencookie(stream, "r",
                       (cookie_io_functions_t){.read = cookie_read, .close = cookie_close});
}

#elif defined HAVE_FUNOPEN

static int cookie_read(void *cookie, char *out, int size)
{
    return stream_read(cookie, out, size > 0 ? (size_t)size : 0);
}

static int cookie_close(void *cookie)
{
    return stream_close(cookie);
}

static FILE *stream_wrap(struct capture_stream *stream)
{
    return funopen(stream, cookie_read, NULL, NULL, cookie_close);
}

#else
#error "neither fopencookie() nor funopen(): igmpq cannot read compressed captures on this system"
#endif

static int stream_descriptor(const char *path, struct problem *problem)
{
    int descriptor;

    if (strcmp(path, "-") == 0) {
        if (isatty(STDIN_FILENO))
            return problem_set(problem,
                               "standard input is a terminal: name a capture file, or pipe one in");
        descriptor = dup(STDIN_FILENO);
        return descriptor >= 0
                   ? descriptor
                   : problem_set(problem, "cannot read standard input: %s", strerror(errno));
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return problem_set(problem, "cannot open %s: %s", path, strerror(errno));
    return descriptor;
}

/* A stream of the C library's own is a little faster than one of ours. */
static bool stream_is_plain(struct capture_stream *stream, int descriptor, mode_t mode)
{
    if (!S_ISREG(mode) || lseek(descriptor, 0, SEEK_CUR) != 0)
        return false;
    ssize_t length = pread(descriptor, stream->head, sizeof stream->head, 0);
    if (length < 0)
        return false;
    stream->head_length = (size_t)length;
    return length < 2 || stream->head[0] != 0x1f || stream->head[1] != 0x8b;
}

static bool stream_attach(struct capture_stream *stream, int descriptor, mode_t mode)
{
    if (stream_is_plain(stream, descriptor, mode)) {
        stream->file = fdopen(descriptor, "rb");
        stream->descriptor = descriptor;
    } else {
        stream->head_length = 0;
        stream->gz = gzdopen(descriptor, "rb");
    }
    if (stream->file == NULL && stream->gz == NULL) {
        close(descriptor);
        return false;
    }
    if (stream->gz != NULL) {
        gzbuffer(stream->gz, ZLIB_BUFFER);
        stream->file = stream_wrap(stream);
    }
    if (stream->file != NULL)
        setvbuf(stream->file, NULL, _IOFBF, STREAM_BUFFER);
    return stream->file != NULL;
}

struct capture_stream *capture_stream_open(const char *path, struct problem *problem)
{
    struct stat status = {0};
    int descriptor = stream_descriptor(path, problem);

    if (descriptor < 0)
        return NULL;
    (void)fstat(descriptor, &status);
    if (S_ISDIR(status.st_mode)) {
        close(descriptor);
        problem_set(problem, "%s is a directory: name a capture file", path);
        return NULL;
    }
    struct capture_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        close(descriptor);
    } else {
        stream->size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
        if (stream_attach(stream, descriptor, status.st_mode))
            return stream;
    }
    problem_set(problem, "cannot read %s: not enough memory", path);
    capture_stream_free(stream);
    return NULL;
}

FILE *capture_stream_take(struct capture_stream *stream)
{
    FILE *file = stream->file;

    stream->file = NULL;
    return file;
}

const char *capture_stream_error(const struct capture_stream *stream)
{
    return stream->error[0] != '\0' ? stream->error : NULL;
}

bool capture_stream_is_empty(const struct capture_stream *stream)
{
    return stream->head_length == 0 && stream->error[0] == '\0';
}

bool capture_stream_starts_with(const struct capture_stream *stream, const char *text)
{
    size_t length = strlen(text);

    return length <= stream->head_length && memcmp(stream->head, text, length) == 0;
}

void capture_stream_progress(const struct capture_stream *stream, uint64_t *done, uint64_t *of)
{
    off_t offset =
        stream->gz != NULL ? (off_t)gzoffset(stream->gz) : lseek(stream->descriptor, 0, SEEK_CUR);

    *done = offset > 0 ? (uint64_t)offset : 0;
    *of = stream->size;
}

void capture_stream_free(struct capture_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->file != NULL)
        fclose(stream->file);
    else
        stream_close(stream);
    free(stream);
}
