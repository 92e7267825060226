/* SPDX-License-Identifier: MIT */
/* Floor 3. The configuration file as it stands: names, values as text, places. config.c makes
 * sense of it. */
#ifndef IGMPQ_CONFIG_FILE_H
#define IGMPQ_CONFIG_FILE_H

#include "igmpq/config.h"

/** A protocol setting with its value as text. */
struct file_setting {
    char *name;
    char *value;
    struct config_place place;
};

/** One entry of `interfaces`. */
struct file_segment {
    char interface[LINK_NAME_SIZE];
    uint16_t *vlan; /* none: untagged */
    unsigned vlan_count;
    enum source_kind source;
    struct prefix address;
    struct config_place place;
    struct file_setting *setting;
    size_t setting_count;
    bool has_expected; /* of its own */
    struct expected_groups expected;
};

struct file {
    const char *path; /* borrowed */
    struct file_setting *setting;
    size_t setting_count;
    struct file_segment *segment;
    size_t segment_count;
    bool is_verbose;
    struct expected_groups expected;
    struct daemon_config daemon;
    struct config_names included;
};

/** 0, or -1 with "FILE:LINE: ..." and `*out` empty. */
int file_read(const char *path, struct file *out, struct problem *problem);
void file_free(struct file *file);

#endif
