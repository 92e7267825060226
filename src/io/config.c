/* SPDX-License-Identifier: MIT */
/* Floor 3. The configuration: defaults, file and command line become a list of segments. */
#include "igmpq/config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_daemon.h"
#include "config_file.h"
#include "config_place.h"
#include "igmpq/text.h"

bool config_is_pipe(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode));
}

bool config_is_pattern(const char *interface)
{
    return strpbrk(interface, "*?[") != NULL;
}

bool config_matches(const struct segment_config *segment, const char *interface)
{
    return fnmatch(segment->interface, interface, 0) == 0 &&
           (segment->within[0] == '\0' || fnmatch(segment->within, interface, 0) == 0);
}

bool config_wants(const struct config *config, const struct segment_config *segment,
                  const char *interface)
{
    if (!config_matches(segment, interface))
        return false;
    for (size_t i = 0; i < config->count && segment->is_rest; i++)
        if (!config->segment[i].is_rest && config_matches(&config->segment[i], interface))
            return false;
    return true;
}

void config_free(struct config *config)
{
    free(config->segment);
    config_daemon_free(&config->daemon);
    config_names_free(&config->included);
    *config = (struct config){0};
}

/** "FILE:LINE: ", or nothing for what the command line says. */
static int locate(struct problem *problem, const char *path, struct config_place place,
                  const char *text)
{
    if (place.line == 0)
        return problem_set(problem, "%s", text);
    return problem_set(problem, "%s:%u: %s", place.file ? place.file : path, place.line, text);
}

/** "eth0", "eth0/10": as logs and the control call it. */
static void name_of(const struct segment_config *segment, char *out, size_t size)
{
    if (segment->vlan == VLAN_NONE)
        snprintf(out, size, "%s", segment->interface);
    else
        snprintf(out, size, "%s/%u", segment->interface, segment->vlan);
}

/** The two settings that grow with each value: what a lower level said of them no longer counts. */
static void clear_list(struct params *params, const char *name)
{
    if (strcmp(name, "allow-querier") == 0)
        params->allow_count = 0;
    if (strcmp(name, "deny-querier") == 0)
        params->deny_count = 0;
}

/** One list of settings in order; "profile" only, or all but it. */
static int apply_file(struct params *params, const struct file_setting *list, size_t count,
                      bool is_profile, const char *path, struct problem *problem)
{
    struct problem inner;

    /* A list that is given again is another list, as every other setting is another value. */
    for (size_t i = 0; i < count && !is_profile; i++)
        clear_list(params, list[i].name);
    for (size_t i = 0; i < count; i++)
        if ((strcmp(list[i].name, "profile") == 0) == is_profile &&
            settings_set(params, list[i].name, list[i].value, &inner) < 0)
            return locate(problem, path, list[i].place, inner.text);
    return 0;
}

static int apply_overrides(struct params *params, const struct overrides *overrides,
                           bool is_profile, struct problem *problem)
{
    for (size_t i = 0; overrides && i < overrides->count && !is_profile; i++)
        clear_list(params, overrides->item[i].name);
    for (size_t i = 0; overrides && i < overrides->count; i++) {
        const struct override *item = &overrides->item[i];
        if ((strcmp(item->name, "profile") == 0) == is_profile &&
            settings_set(params, item->name, item->value, problem) < 0)
            return -1;
    }
    return 0;
}

/** A profile lies under everything else, wherever it is named; then the file, the segment, the
 * command line. */
static int ask(struct params *params, const struct file *file, const struct file_segment *segment,
               const struct overrides *overrides, struct problem *problem)
{
    *params = params_default(PROFILE_DEFAULT);
    for (int is_profile = 1; is_profile >= 0; is_profile--)
        if (apply_file(params, file->setting, file->setting_count, is_profile, file->path,
                       problem) < 0 ||
            (segment && apply_file(params, segment->setting, segment->setting_count, is_profile,
                                   file->path, problem) < 0) ||
            apply_overrides(params, overrides, is_profile, problem) < 0)
            return -1;
    return 0;
}

/** Where the setting was given that decides: the segment's own before the file's. NULL: nowhere in
 * the file. */
static const struct file_setting *find_given(const struct file *file,
                                             const struct file_segment *segment, const char *name)
{
    for (size_t i = segment ? segment->setting_count : 0; i-- > 0;)
        if (strcmp(segment->setting[i].name, name) == 0)
            return &segment->setting[i];
    for (size_t i = file->setting_count; i-- > 0;)
        if (strcmp(file->setting[i].name, name) == 0)
            return &file->setting[i];
    return NULL;
}

static int resolve(const struct params *asked, struct segment_config *segment,
                   const struct file *file, const struct file_segment *entry,
                   void (*tell)(const char *text), struct problem *problem)
{
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    char name[SEGMENT_NAME_SIZE], text[400], value[64];

    name_of(segment, name, sizeof name);
    unsigned count = params_resolve(asked, &segment->params, complaints);
    for (unsigned i = 0; i < count; i++) {
        const char *setting = params_complaint_setting(complaints[i]);
        const struct file_setting *given = setting ? find_given(file, entry, setting) : NULL;
        int used = name[0] ? snprintf(text, sizeof text, "%s: ", name) : 0;
        if (setting)
            used += snprintf(text + used, sizeof text - (size_t)used, "%s = %s: ", setting,
                             settings_get(&segment->params, setting, value, sizeof value));
        snprintf(text + used, sizeof text - (size_t)used, "%s",
                 params_complaint_text(complaints[i]));
        if (params_complaint_is_error(complaints[i]))
            return locate(problem, file->path, given ? given->place : segment->place, text);
        tell(text);
    }
    return 0;
}

static bool is_same_place(const struct segment_config *a, const struct segment_config *b)
{
    return a->vlan == b->vlan && strcmp(a->interface, b->interface) == 0 &&
           strcmp(a->within, b->within) == 0;
}

static int add_segment(struct config *config, const struct segment_config *segment,
                       const char *path, struct problem *problem)
{
    char name[SEGMENT_NAME_SIZE], text[400];

    for (size_t i = 0; i < config->count; i++) {
        const struct segment_config *other = &config->segment[i];
        if (!is_same_place(other, segment))
            continue;
        name_of(segment, name, sizeof name);
        int used = snprintf(text, sizeof text, "%s is configured twice, first in line %u", name,
                            other->place.line);
        if (other->place.file != segment->place.file)
            snprintf(text + used, sizeof text - (size_t)used, " of %s",
                     other->place.file ? other->place.file : path);
        return locate(problem, path, segment->place, text);
    }
    if ((config->count & (config->count - 1)) == 0) { /* at each power of two */
        size_t capacity = config->count ? config->count * 2 : 1;
        struct segment_config *list = realloc(config->segment, capacity * sizeof *list);
        if (!list)
            return problem_set(problem, "no memory");
        config->segment = list;
    }
    config->segment[config->count++] = *segment;
    return 0;
}

/** One entry of the file's interfaces: a segment, or one for each of its VLANs. */
static int add_file_segment(struct config *config, const struct file *file,
                            const struct file_segment *entry, const struct overrides *overrides,
                            void (*tell)(const char *text), struct problem *problem)
{
    struct segment_config segment = {
        .source = entry->source, .address = entry->address, .place = entry->place};
    segment.expected = entry->has_expected ? entry->expected : file->expected;
    struct params asked;

    snprintf(segment.interface, sizeof segment.interface, "%s", entry->interface);
    if (ask(&asked, file, entry, overrides, problem) < 0)
        return -1;
    if (entry->vlan_count == 0)
        return resolve(&asked, &segment, file, entry, tell, problem) < 0
                   ? -1
                   : add_segment(config, &segment, file->path, problem);
    if (entry->vlan_count > 1 && entry->source == SOURCE_FIXED)
        return locate(
            problem, file->path, entry->place,
            "one address cannot serve several VLANs: give each VLAN an entry of its own, or leave "
            "the address out (they are then queried from 0.0.0.0 or from the VLAN device's "
            "address)");
    for (unsigned i = 0; i < entry->vlan_count; i++) {
        segment.vlan = entry->vlan[i];
        /* What is risky is so for all of them: said once. */
        if ((i == 0 && resolve(&asked, &segment, file, entry, tell, problem) < 0) ||
            add_segment(config, &segment, file->path, problem) < 0)
            return -1;
    }
    return 0;
}

static bool has_segment(const struct config *config, const struct segment_config *segment)
{
    for (size_t i = 0; i < config->count; i++)
        if (is_same_place(&config->segment[i], segment))
            return true;
    return false;
}

static bool has_interface(const struct config *config, const char *interface)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->segment[i].interface, interface) == 0)
            return true;
    return false;
}

/** What the file has for a name of the command line: entries of that name as they are;
 * `is_pattern`: those whose pattern it matches, for that name alone. Of two for the same the first
 * counts, as in the file. */
static int select_for_name(struct config *config, const struct config *listed,
                           const char *interface, bool is_pattern, const char *path,
                           struct problem *problem)
{
    for (size_t i = 0; i < listed->count; i++) {
        struct segment_config segment = listed->segment[i];
        if (config_is_pattern(segment.interface) != is_pattern ||
            !config_matches(&segment, interface))
            continue;
        snprintf(segment.interface, sizeof segment.interface, "%s", interface);
        if (!has_segment(config, &segment) && add_segment(config, &segment, path, problem) < 0)
            return -1;
    }
    return 0;
}

/** False: what comes before their wildcards tells them apart. */
static bool may_overlap(const char *pattern, const char *other)
{
    size_t length = strcspn(pattern, "*?["), other_length = strcspn(other, "*?[");

    return strncmp(pattern, other, length < other_length ? length : other_length) == 0;
}

/** What the file has for a pattern of the command line: names that it matches, and patterns, of
 * which only what it matches as well. */
static int select_for_pattern(struct config *config, const struct config *listed,
                              const char *pattern, const char *path, struct problem *problem)
{
    for (size_t i = 0; i < listed->count; i++) {
        struct segment_config segment = listed->segment[i];
        bool is_name = !config_is_pattern(segment.interface);
        if (is_name ? fnmatch(pattern, segment.interface, 0) != 0
                    : !may_overlap(pattern, segment.interface))
            continue;
        if (!is_name && strcmp(segment.interface, pattern) != 0)
            snprintf(segment.within, sizeof segment.within, "%s", pattern);
        if (!has_segment(config, &segment) && add_segment(config, &segment, path, problem) < 0)
            return -1;
    }
    return 0;
}

/** The interfaces of the command line. What the file does not list has the settings outside its
 * entries; so has what a pattern stands for beyond them. */
static int add_interfaces(struct config *config, const struct config *listed,
                          const struct file *file, const struct overrides *overrides,
                          const char *const *interfaces, unsigned count,
                          void (*tell)(const char *text), struct problem *problem)
{
    struct params asked;

    if (ask(&asked, file, NULL, overrides, problem) < 0)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        struct segment_config segment = {.source = SOURCE_AUTO, .expected = file->expected};
        bool is_pattern = config_is_pattern(interfaces[i]);
        if (is_pattern
                ? select_for_pattern(config, listed, interfaces[i], file->path, problem) < 0
                : select_for_name(config, listed, interfaces[i], false, file->path, problem) < 0 ||
                      select_for_name(config, listed, interfaces[i], true, file->path, problem) < 0)
            return -1;
        if (has_interface(config, interfaces[i]))
            continue;
        snprintf(segment.interface, sizeof segment.interface, "%s", interfaces[i]);
        segment.is_rest = is_pattern;
        if (resolve(&asked, &segment, file, NULL, tell, problem) < 0 ||
            add_segment(config, &segment, file->path, problem) < 0)
            return -1;
    }
    /* Wrong settings are to be told even where no segment uses them. */
    struct segment_config nobody = {0};
    return count > 0 || file->segment_count > 0
               ? 0
               : resolve(&asked, &nobody, file, NULL, tell, problem);
}

int config_load(const char *path, const struct overrides *overrides, const char *const *interfaces,
                unsigned interface_count, struct config *out, void (*tell)(const char *text),
                struct problem *problem)
{
    struct file file = {0};

    *out = (struct config){0};
    config_daemon_default(&file.daemon);
    if (path && file_read(path, &file, problem) < 0)
        return -1;
    out->is_verbose = file.is_verbose;
    out->daemon = file.daemon;
    out->included = file.included;
    /* They are ours now. */
    file.daemon.hook = NULL;
    file.included = (struct config_names){0};
    int result = 0;
    /* With -i the others count for nothing, but must be right. */
    struct config listed = {0};
    for (size_t i = 0; i < file.segment_count && result == 0; i++)
        result = add_file_segment(interface_count > 0 ? &listed : out, &file, &file.segment[i],
                                  overrides, tell, problem);
    if (result == 0 && (interface_count > 0 || file.segment_count == 0))
        result = add_interfaces(out, &listed, &file, overrides, interfaces, interface_count, tell,
                                problem);
    config_free(&listed);
    file_free(&file);
    if (result < 0)
        config_free(out);
    return result;
}

int config_check_names(const struct config *config, const char *path, struct problem *problem)
{
    struct problem inner;
    struct config_place place;

    if (config_daemon_check_names(&config->daemon, &place, &inner) < 0)
        return locate(problem, path, place, inner.text);
    return 0;
}
