/* SPDX-License-Identifier: MIT */
/* Floor 3. The daemon's own settings. */
#include "config_daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "config_place.h"
#include "igmpq/text.h"
#include "system.h"

#define HOOK_WORDS_MOST   32
#define HOOK_TIMEOUT_MOST (3600 * SECONDS)
/* Some findings need ten minutes, and memory is for a crowd, not for years. */
#define HORIZON_LEAST (600 * SECONDS)
#define HORIZON_MOST  (7 * 86400 * SECONDS)

const char *const config_daemon_names[] = {
    "control-socket", "control-group", "control-mode", "metrics-address",  "hook", "hook-timeout",
    "user",           "sandbox",       "syslog",       "findings-horizon", NULL,
};

bool config_daemon_knows(const char *name)
{
    for (const char *const *known = config_daemon_names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

void config_daemon_default(struct daemon_config *out)
{
    *out = (struct daemon_config){
        .control_mode = 0660,
        .metrics_address = HTTP_NONE,
        .hook_timeout = 10 * SECONDS,
        .findings_horizon = 3 * 3600 * SECONDS,
    };
}

void config_daemon_free(struct daemon_config *config)
{
    for (char **word = config->hook; word && *word; word++)
        free(*word);
    free(config->hook);
    config->hook = NULL;
}

int config_socket_check(const char *text, struct problem *problem)
{
    if (strcmp(text, CONTROL_NONE) == 0 || strcmp(text, CONTROL_AUTO) == 0)
        return 0;
    if (text[0] != '/')
        return problem_set(problem, "'%s' is not \"auto\", \"none\" or a path that begins with '/'",
                           text);
    if (strlen(text) >= CONTROL_PATH_SIZE)
        return problem_set(problem, "'%s' is longer than the path of a socket can be (%d)", text,
                           CONTROL_PATH_SIZE - 1);
    return 0;
}

static int read_socket(const char *text, struct daemon_config *out, struct problem *problem)
{
    struct problem inner;

    if (config_socket_check(text, &inner) < 0)
        return problem_set(problem, "control-socket: %s", inner.text);
    bool is_auto = strcmp(text, CONTROL_AUTO) == 0;
    snprintf(out->control_socket, sizeof out->control_socket, "%s", is_auto ? "" : text);
    return 0;
}

/** A name of the system's tables, which config_daemon_check_names() looks it up in. */
static int read_name(const config_setting_t *at, const char *text, char *out, size_t size,
                     struct config_place *place, struct problem *problem)
{
    if (strlen(text) >= size)
        return problem_set(problem, "%s: '%s' is longer than a name can be",
                           config_setting_name(at), text);
    snprintf(out, size, "%s", text);
    *place = config_place_of(at);
    return 0;
}

static int read_bool(const config_setting_t *at, bool *out, struct problem *problem)
{
    if (config_setting_type(at) != CONFIG_TYPE_BOOL)
        return problem_set(problem, "%s: true or false is wanted here", config_setting_name(at));
    *out = config_setting_get_bool(at);
    return 0;
}

static int read_sandbox(const config_setting_t *at, struct daemon_config *out,
                        struct problem *problem)
{
    bool is_wanted = true;

    if (read_bool(at, &is_wanted, problem) < 0)
        return -1;
    out->is_unconfined = !is_wanted;
    return 0;
}

static int read_mode(const char *text, struct daemon_config *out, struct problem *problem)
{
    size_t digits = strspn(text, "01234567");

    if (digits < 3 || digits > 4 || text[digits] != '\0' || (digits == 4 && text[0] != '0'))
        return problem_set(problem, "control-mode: '%s' is not an octal mode such as \"0660\"",
                           text);
    out->control_mode = (unsigned)strtoul(text, NULL, 8);
    return 0;
}

static int read_metrics_address(const char *text, struct daemon_config *out,
                                struct problem *problem)
{
    struct sockaddr_storage ignored;
    socklen_t length;
    struct problem inner;

    if (strcmp(text, HTTP_NONE) != 0 && http_address_parse(text, &ignored, &length, &inner) < 0)
        return problem_set(problem, "metrics-address: %s", inner.text);
    snprintf(out->metrics_address, sizeof out->metrics_address, "%s", text);
    return 0;
}

/** False: it is no time in seconds. */
static bool read_seconds(const config_setting_t *at, duration *out)
{
    char text[64] = "";

    switch (config_setting_type(at)) {
    case CONFIG_TYPE_INT: snprintf(text, sizeof text, "%d", config_setting_get_int(at)); break;
    case CONFIG_TYPE_INT64:
        snprintf(text, sizeof text, "%lld", config_setting_get_int64(at));
        break;
    case CONFIG_TYPE_FLOAT:
        snprintf(text, sizeof text, "%.6f", config_setting_get_float(at));
        break;
    case CONFIG_TYPE_STRING:
        snprintf(text, sizeof text, "%s", config_setting_get_string(at));
        break;
    default: break;
    }
    return text_parse_seconds(text, out);
}

static int read_timeout(const config_setting_t *at, struct daemon_config *out,
                        struct problem *problem)
{
    duration span;

    if (!read_seconds(at, &span) || span <= 0 || span > HOOK_TIMEOUT_MOST)
        return problem_set(problem, "hook-timeout: seconds up to 3600 are wanted here");
    out->hook_timeout = span;
    return 0;
}

static int read_horizon(const config_setting_t *at, struct daemon_config *out,
                        struct problem *problem)
{
    duration span;

    if (!read_seconds(at, &span) || span > HORIZON_MOST || (span > 0 && span < HORIZON_LEAST))
        return problem_set(problem,
                           "findings-horizon: seconds from 600 to 604800, or 0, are wanted here");
    out->findings_horizon = span;
    return 0;
}

/** A list of texts, or a single one; -1: it is something else. */
static int list_length(const config_setting_t *at)
{
    if (config_setting_type(at) == CONFIG_TYPE_STRING)
        return 1;
    return config_setting_is_list(at) || config_setting_is_array(at) ? config_setting_length(at)
                                                                     : -1;
}

static const config_setting_t *list_item(const config_setting_t *at, int index)
{
    if (config_setting_type(at) == CONFIG_TYPE_STRING)
        return at;
    return config_setting_get_elem(at, (unsigned)index);
}

static int read_hook(const config_setting_t *at, struct daemon_config *out,
                     const config_setting_t **where, struct problem *problem)
{
    int count = list_length(at);

    config_daemon_free(out);
    if (count < 0 || count > HOOK_WORDS_MOST)
        return problem_set(problem,
                           "hook: a program and its arguments, each in quotes, are wanted here, "
                           "such as [ \"/usr/local/bin/on-igmp\", \"eth0\" ]; at most %d",
                           HOOK_WORDS_MOST);
    if (count == 0)
        return 0;
    out->hook = calloc((size_t)count + 1, sizeof *out->hook);
    if (!out->hook)
        return problem_set(problem, "no memory");
    for (int i = 0; i < count; i++) {
        *where = list_item(at, i);
        const char *word = config_setting_get_string(*where);
        if (!word)
            return problem_set(problem, "hook: text in quotes is wanted here");
        if (i == 0)
            out->hook_place = config_place_of(*where);
        if (i == 0 && word[0] != '/')
            return problem_set(problem, "hook: '%s' is not a path that begins with '/'", word);
        out->hook[i] = strdup(word);
        if (!out->hook[i])
            return problem_set(problem, "no memory");
    }
    return 0;
}

int config_daemon_read(const config_setting_t *at, struct daemon_config *out,
                       const config_setting_t **where, struct problem *problem)
{
    const char *name = config_setting_name(at);
    const char *text = config_setting_get_string(at);

    *where = at;
    if (strcmp(name, "hook") == 0)
        return read_hook(at, out, where, problem);
    if (strcmp(name, "hook-timeout") == 0)
        return read_timeout(at, out, problem);
    if (strcmp(name, "findings-horizon") == 0)
        return read_horizon(at, out, problem);
    if (strcmp(name, "sandbox") == 0)
        return read_sandbox(at, out, problem);
    if (strcmp(name, "syslog") == 0)
        return read_bool(at, &out->has_syslog, problem);
    if (!text)
        return problem_set(problem, "%s: text in quotes is wanted here", name);
    if (strcmp(name, "control-socket") == 0)
        return read_socket(text, out, problem);
    if (strcmp(name, "control-group") == 0)
        return read_name(at, text, out->control_group, sizeof out->control_group, &out->group_place,
                         problem);
    if (strcmp(name, "metrics-address") == 0)
        return read_metrics_address(text, out, problem);
    if (strcmp(name, "user") == 0)
        return read_name(at, text, out->user, sizeof out->user, &out->user_place, problem);
    return read_mode(text, out, problem);
}

int config_daemon_check_names(const struct daemon_config *config, struct config_place *place,
                              struct problem *problem)
{
    struct problem inner;
    gid_t ignored;

    *place = config->group_place;
    if (config->control_group[0] != '\0' && control_group_find(config->control_group, &ignored) < 0)
        return problem_set(problem,
                           "control-group: there is no group '%s'; make it (groupadd), or leave "
                           "this empty for the daemon's own group",
                           config->control_group);
    *place = config->user_place;
    if (config->user[0] != '\0' && sandbox_check_user(config->user, &inner) < 0)
        return problem_set(problem, "user: %s", inner.text);
    *place = config->hook_place;
    if (config->hook && access(config->hook[0], X_OK) < 0)
        return problem_set(problem, "hook: %s cannot be run: %s", config->hook[0], strerror(errno));
    return 0;
}

int config_daemon_read_expected(const config_setting_t *at, struct expected_groups *out,
                                const config_setting_t **where, struct problem *problem)
{
    int count = list_length(at);

    *where = at;
    out->count = 0;
    if (count < 0)
        return problem_set(problem, "expect-groups: a list of addresses in quotes is wanted here, "
                                    "such as ( \"239.1.2.3\" )");
    if (count > EXPECTED_GROUPS_MOST)
        return problem_set(problem, "expect-groups: more than %d groups", EXPECTED_GROUPS_MOST);
    for (int i = 0; i < count; i++) {
        struct address group;
        *where = list_item(at, i);
        const char *text = config_setting_get_string(*where);
        if (!text || !text_parse_address(text, &group) || !address_is_multicast(group))
            return problem_set(problem,
                               "expect-groups: '%s' is not the address of a group in quotes, such "
                               "as \"239.1.2.3\"",
                               text ? text : "(not text in quotes)");
        for (unsigned j = 0; j < out->count; j++)
            if (address_equal(out->group[j], group))
                return problem_set(problem, "expect-groups: %s is there twice", text);
        out->group[out->count++] = group;
    }
    return 0;
}
