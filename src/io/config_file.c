/* SPDX-License-Identifier: MIT */
/* Floor 3. libconfig's tree, read with nothing left unsaid about what is wrong in it. */
#include "config_file.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "config_daemon.h"
#include "config_hint.h"
#include "config_place.h"
#include "config_text.h"
#include "igmpq/text.h"

#define SCALAR_SIZE 352 /* the longest number with decimals that a double holds */

/** What is being read, for messages. */
struct reader {
    struct file *file;
    struct problem *problem;
};

/** The file that libconfig says a line is in: one that is included; NULL stands for the first. */
static const char *named(const char *included, const char *path)
{
    return included ? included : path;
}

static int __attribute__((format(printf, 3, 4)))
wrong(const struct reader *reader, const config_setting_t *at, const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return problem_set(reader->problem, "%s:%u: %s",
                       named(config_setting_source_file(at), reader->file->path),
                       config_setting_source_line(at), text);
}

/** The known name that is nearest to `name`, or NULL when none is near. */
static const char *nearest(const char *name, const char *const *own)
{
    struct text_nearest near = text_nearest_begin(name);

    for (; *own; own++)
        text_nearest_try(&near, *own);
    for (const char *const *known = config_daemon_names; *known; known++)
        text_nearest_try(&near, *known);
    for (const struct setting *setting = settings_all(); setting->name; setting++)
        text_nearest_try(&near, setting->name);
    return near.best;
}

static int unknown(const struct reader *reader, const config_setting_t *at, const char *const *own)
{
    const char *name = config_setting_name(at);
    const char *near = nearest(name, own);

    if (near)
        return wrong(reader, at, "there is no setting '%s'; did you mean '%s'?", name, near);
    return wrong(reader, at, "there is no setting '%s'; see igmpqd.conf(5) for those there are",
                 name);
}

/** A single value as the text that settings_set() reads, in `scratch` if need be; NULL for lists
 * and groups. */
static const char *scalar_text(const config_setting_t *at, char *scratch, size_t size)
{
    switch (config_setting_type(at)) {
    case CONFIG_TYPE_INT: snprintf(scratch, size, "%d", config_setting_get_int(at)); break;
    case CONFIG_TYPE_INT64: snprintf(scratch, size, "%lld", config_setting_get_int64(at)); break;
    case CONFIG_TYPE_FLOAT: snprintf(scratch, size, "%.6f", config_setting_get_float(at)); break;
    case CONFIG_TYPE_STRING: return config_setting_get_string(at);
    case CONFIG_TYPE_BOOL:
        snprintf(scratch, size, "%s", config_setting_get_bool(at) ? "true" : "false");
        break;
    default: return NULL;
    }
    return scratch;
}

static int keep(const struct reader *reader, const config_setting_t *at, const char *name,
                const char *value, struct file_setting **list, size_t *count)
{
    struct params scratch = params_default(PROFILE_DEFAULT);
    struct problem inner;

    /* At once, so that the message names the line of the value in a list of several lines. */
    if (settings_set(&scratch, name, value, &inner) < 0)
        return wrong(reader, at, "%s", inner.text);
    struct file_setting *grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown)
        return problem_set(reader->problem, "no memory");
    *list = grown;
    struct file_setting setting = {strdup(name), strdup(value), config_place_of(at)};
    if (!setting.name || !setting.value) {
        free(setting.name);
        free(setting.value);
        return problem_set(reader->problem, "no memory");
    }
    grown[(*count)++] = setting;
    return 0;
}

/** A protocol setting: one value, or for those that may be repeated a list of them. */
static int read_setting(const struct reader *reader, const config_setting_t *at,
                        struct file_setting **list, size_t *count)
{
    const char *name = config_setting_name(at);
    char scratch[SCALAR_SIZE];
    const char *value = scalar_text(at, scratch, sizeof scratch);

    if (value)
        return keep(reader, at, name, value, list, count);
    if (config_setting_is_group(at))
        return wrong(reader, at, "%s: a value is wanted here, not a group in braces", name);
    if (strcmp(name, "allow-querier") != 0 && strcmp(name, "deny-querier") != 0)
        return wrong(reader, at, "%s: one value is wanted here, not a list", name);
    for (int i = 0; i < config_setting_length(at); i++) {
        const config_setting_t *element = config_setting_get_elem(at, (unsigned)i);
        value = scalar_text(element, scratch, sizeof scratch);
        if (!value)
            return wrong(reader, at, "%s: a list of addresses in quotes is wanted here", name);
        if (keep(reader, element, name, value, list, count) < 0)
            return -1;
    }
    return 0;
}

static int add_vlans(const struct reader *reader, const config_setting_t *at, unsigned long first,
                     unsigned long last, struct file_segment *segment)
{
    if (first > last)
        return wrong(reader, at, "vlan: the range %lu-%lu is empty", first, last);
    uint16_t *grown =
        realloc(segment->vlan, (segment->vlan_count + (last - first) + 1) * sizeof *grown);
    if (!grown)
        return problem_set(reader->problem, "no memory");
    segment->vlan = grown;
    for (unsigned long vlan = first; vlan <= last; vlan++)
        segment->vlan[segment->vlan_count++] = (uint16_t)vlan;
    return 0;
}

/** "10" or "10-20", `length` octets of `text`; false when it is neither. */
static bool parse_vlans(const char *text, size_t length, unsigned long *first, unsigned long *last)
{
    char copy[16];

    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    char *dash = strchr(copy, '-');
    if (dash)
        *dash = '\0';
    if (!text_parse_unsigned(copy, 1, VLAN_MAX, first))
        return false;
    *last = *first;
    return !dash || text_parse_unsigned(dash + 1, 1, VLAN_MAX, last);
}

/** One of these, or several separated by commas. */
static int read_vlan_text(const struct reader *reader, const config_setting_t *at, const char *text,
                          struct file_segment *segment)
{
    const char *part = text + strspn(text, ", ");

    do {
        unsigned long first, last;
        size_t length = strcspn(part, ", ");
        if (!parse_vlans(part, length, &first, &last))
            return wrong(reader, at,
                         "vlan: '%s' is not a VLAN ID from 1 to %d, a range such as 10-20, or a "
                         "list of these",
                         text, VLAN_MAX);
        if (add_vlans(reader, at, first, last, segment) < 0)
            return -1;
        part += length + strspn(part + length, ", ");
    } while (*part);
    return 0;
}

static int read_vlan(const struct reader *reader, const config_setting_t *at,
                     struct file_segment *segment)
{
    char scratch[SCALAR_SIZE];
    const char *text = scalar_text(at, scratch, sizeof scratch);

    if (text)
        return read_vlan_text(reader, at, text, segment);
    if (config_setting_is_group(at) || config_setting_length(at) == 0)
        return wrong(reader, at, "vlan: a number, a range in quotes or a list is wanted here");
    for (int i = 0; i < config_setting_length(at); i++) {
        const config_setting_t *element = config_setting_get_elem(at, (unsigned)i);
        text = scalar_text(element, scratch, sizeof scratch);
        if (!text)
            return wrong(reader, at, "vlan: a list holds numbers and ranges, nothing else");
        if (read_vlan_text(reader, element, text, segment) < 0)
            return -1;
    }
    return 0;
}

static int read_name(const struct reader *reader, const config_setting_t *at,
                     struct file_segment *segment)
{
    const char *name = config_setting_get_string(at);

    if (!name)
        return wrong(reader, at, "the name of an interface in quotes is wanted here");
    if (!links_is_name(name))
        return wrong(reader, at, "'%s' cannot be the name of an interface", name);
    snprintf(segment->interface, sizeof segment->interface, "%s", name);
    return 0;
}

static int read_address(const struct reader *reader, const config_setting_t *at,
                        struct file_segment *segment)
{
    const char *text = config_setting_get_string(at);

    if (text && strcmp(text, "auto") == 0) {
        segment->source = SOURCE_AUTO;
    } else if (text && (strcmp(text, "proxy") == 0 || strcmp(text, "0.0.0.0") == 0)) {
        segment->source = SOURCE_PROXY;
    } else if (text && strchr(text, '/') && text_parse_prefix(text, &segment->address) &&
               segment->address.length > 0) {
        segment->source = SOURCE_FIXED;
        if (!prefix_is_of_host(segment->address))
            return wrong(reader, at,
                         "address: no host can have %s: it is the network's own number, its "
                         "broadcast address, or none that is given to hosts",
                         text);
    } else {
        return wrong(reader, at,
                     "address: '%s' is not \"auto\", \"proxy\" or an address with its prefix "
                     "length such as \"192.168.10.1/24\"",
                     text ? text : "(not text in quotes)");
    }
    return 0;
}

static int read_expected(const struct reader *reader, const config_setting_t *at,
                         struct expected_groups *out)
{
    const config_setting_t *where;
    struct problem inner;

    if (config_daemon_read_expected(at, out, &where, &inner) < 0)
        return wrong(reader, where, "%s", inner.text);
    return 0;
}

static int read_daemon_setting(const struct reader *reader, const config_setting_t *at)
{
    const config_setting_t *where;
    struct problem inner;

    if (config_daemon_read(at, &reader->file->daemon, &where, &inner) < 0)
        return wrong(reader, where, "%s", inner.text);
    return 0;
}

static int read_segment_member(const struct reader *reader, const config_setting_t *at,
                               struct file_segment *segment)
{
    static const char *const own[] = {"name", "vlan", "address", "expect-groups", NULL};
    const char *name = config_setting_name(at);

    if (strcmp(name, "name") == 0)
        return read_name(reader, at, segment);
    if (strcmp(name, "vlan") == 0)
        return read_vlan(reader, at, segment);
    if (strcmp(name, "address") == 0)
        return read_address(reader, at, segment);
    if (strcmp(name, "expect-groups") == 0) {
        segment->has_expected = true;
        return read_expected(reader, at, &segment->expected);
    }
    if (config_daemon_knows(name))
        return wrong(reader, at,
                     "%s is for the whole daemon: it cannot stand in an entry of "
                     "interfaces",
                     name);
    if (settings_find(name))
        return read_setting(reader, at, &segment->setting, &segment->setting_count);
    return unknown(reader, at, own);
}

static int read_segment(const struct reader *reader, const config_setting_t *at)
{
    struct file *file = reader->file;
    struct file_segment *grown = realloc(file->segment, (file->segment_count + 1) * sizeof *grown);

    if (!grown)
        return problem_set(reader->problem, "no memory");
    file->segment = grown;
    struct file_segment *segment = &grown[file->segment_count++];
    *segment = (struct file_segment){.place = config_place_of(at)};
    if (config_setting_type(at) == CONFIG_TYPE_STRING)
        return read_name(reader, at, segment);
    if (!config_setting_is_group(at))
        return wrong(
            reader, at,
            "interfaces: each entry is a name in quotes or a group such as { name = \"eth0\"; }");
    for (int i = 0; i < config_setting_length(at); i++)
        if (read_segment_member(reader, config_setting_get_elem(at, (unsigned)i), segment) < 0)
            return -1;
    if (segment->interface[0] == '\0')
        return wrong(reader, at, "interfaces: this entry has no name");
    return 0;
}

static int read_interfaces(const struct reader *reader, const config_setting_t *at)
{
    if (config_setting_type(at) == CONFIG_TYPE_STRING || config_setting_is_group(at))
        return wrong(
            reader, at,
            "interfaces: a list in parentheses is wanted here, such as ( \"eth0\", \"eth1\" )");
    if (!config_setting_is_list(at) && !config_setting_is_array(at))
        return wrong(reader, at, "interfaces: a list in parentheses is wanted here");
    for (int i = 0; i < config_setting_length(at); i++)
        if (read_segment(reader, config_setting_get_elem(at, (unsigned)i)) < 0)
            return -1;
    return 0;
}

static int read_member(const struct reader *reader, const config_setting_t *at)
{
    static const char *const own[] = {"interfaces", "verbose", "expect-groups", NULL};
    const char *name = config_setting_name(at);

    if (strcmp(name, "interfaces") == 0)
        return read_interfaces(reader, at);
    if (strcmp(name, "verbose") == 0) {
        if (config_setting_type(at) != CONFIG_TYPE_BOOL)
            return wrong(reader, at, "verbose: true or false is wanted here");
        reader->file->is_verbose = config_setting_get_bool(at);
        return 0;
    }
    if (strcmp(name, "expect-groups") == 0)
        return read_expected(reader, at, &reader->file->expected);
    if (config_daemon_knows(name))
        return read_daemon_setting(reader, at);
    if (settings_find(name))
        return read_setting(reader, at, &reader->file->setting, &reader->file->setting_count);
    return unknown(reader, at, own);
}

static int keep_names_of(struct file *file, struct file_setting *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (config_names_keep(&file->included, &list[i].place) < 0)
            return -1;
    return 0;
}

/** libconfig's tree, and with it the names of files, is about to go. */
static int keep_names(struct file *file, struct problem *problem)
{
    bool is_kept = keep_names_of(file, file->setting, file->setting_count) == 0 &&
                   config_names_keep(&file->included, &file->daemon.group_place) == 0 &&
                   config_names_keep(&file->included, &file->daemon.hook_place) == 0 &&
                   config_names_keep(&file->included, &file->daemon.user_place) == 0;

    for (size_t i = 0; i < file->segment_count; i++) {
        struct file_segment *segment = &file->segment[i];
        is_kept = is_kept && config_names_keep(&file->included, &segment->place) == 0 &&
                  keep_names_of(file, segment->setting, segment->setting_count) == 0;
    }
    return is_kept ? 0 : problem_set(problem, "no memory");
}

/** Where libconfig says little: to newer ones a number too large for an int is of another type than
 * the others of its array. */
static bool is_vague(const char *error)
{
    return strcmp(error, "syntax error") == 0 ||
           strcmp(error, "mismatched element type in array") == 0;
}

/** What libconfig did not like. */
static int explain(const config_t *tree, const char *path, const char *text,
                   struct problem *problem)
{
    const char *file = named(config_error_file(tree), path);
    struct problem ignored;
    int line = config_error_line(tree);

    if (line > 0 && config_text_explain_include(file, (unsigned)line, problem))
        return -1;
    char *included = config_error_file(tree) ? config_text_read(file, &ignored) : NULL;
    bool is_explained = line > 0 && is_vague(config_error_text(tree)) &&
                        (included || !config_error_file(tree)) &&
                        config_hint(file, included ? included : text, (unsigned)line, problem);
    free(included);
    if (is_explained)
        return -1;
    return problem_set(problem, "%s:%d: %s", file, line, config_error_text(tree));
}

int file_read(const char *path, struct file *out, struct problem *problem)
{
    struct reader reader = {out, problem};
    config_t tree;
    int result = 0;

    *out = (struct file){.path = path};
    config_daemon_default(&out->daemon);
    char *text = config_text_read(path, problem);
    if (!text)
        return -1;
    config_init(&tree);
    const char *begin = text + config_text_mark(text);
    if (!config_read_string(&tree, begin))
        result = explain(&tree, path, begin, problem);
    const config_setting_t *root = config_root_setting(&tree);
    if (result == 0)
        result = config_hint_numbers(root, path, begin, problem);
    free(text);
    for (int i = 0; result == 0 && i < config_setting_length(root); i++)
        result = read_member(&reader, config_setting_get_elem(root, (unsigned)i));
    if (result == 0)
        result = keep_names(out, problem);
    config_destroy(&tree);
    if (result < 0)
        file_free(out);
    return result;
}

static void free_settings(struct file_setting *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].name);
        free(list[i].value);
    }
    free(list);
}

void file_free(struct file *file)
{
    free_settings(file->setting, file->setting_count);
    for (size_t i = 0; i < file->segment_count; i++) {
        free(file->segment[i].vlan);
        free_settings(file->segment[i].setting, file->segment[i].setting_count);
    }
    free(file->segment);
    config_daemon_free(&file->daemon);
    config_names_free(&file->included);
    *file = (struct file){0};
}
