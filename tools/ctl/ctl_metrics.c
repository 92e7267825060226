/* SPDX-License-Identifier: MIT */
/* Floor 4. Prometheus' text format 0.0.4. One line that its reader refuses loses all of the others,
 * so all is looked at before anything is printed. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "igmpq/prometheus.h"

#define LABELS_MOST 16

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/** Letters, digits and underscores, of metrics also colons; no digit in front. */
static bool is_name(const char *text, bool is_metric)
{
    if (*text == '\0' || isdigit((unsigned char)*text))
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_' && !(is_metric && *text == ':'))
            return false;
    return true;
}

static bool is_number(const char *text)
{
    char *end;

    if (strcmp(text, "NaN") == 0 || strcmp(text, "+Inf") == 0 || strcmp(text, "-Inf") == 0)
        return true;
    if (text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    strtod(text, &end);
    return end != text && *end == '\0';
}

static bool is_sample(const json_t *sample)
{
    json_t *labels = json_object_get(sample, "labels"), *label;
    const char *key;

    json_object_foreach(labels, key, label)
    {
        if (!is_name(key, false) || !json_is_string(label))
            return false;
    }
    return json_object_size(labels) <= LABELS_MOST && is_number(member(sample, "value"));
}

static bool is_metric(const json_t *metric)
{
    const char *kind = member(metric, "kind");

    return is_name(member(metric, "name"), true) &&
           (strcmp(kind, "counter") == 0 || strcmp(kind, "gauge") == 0);
}

/** The first thing that cannot be told, or NULL. A sample belongs to the metric before it. */
static const json_t *find_fault(const json_t *list)
{
    bool has_metric = false;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *object = json_array_get(list, i);
        if (ctl_is_type(object, "metric")) {
            has_metric = true;
            if (!is_metric(object))
                return object;
        } else if (ctl_is_type(object, "sample") && (!has_metric || !is_sample(object))) {
            return object;
        }
    }
    return NULL;
}

static void print_metric(const char *name, const json_t *metric, FILE *to)
{
    prometheus_print_family(name, member(metric, "kind"), member(metric, "help"), to);
}

static void print_sample(const char *name, const json_t *sample, FILE *to)
{
    json_t *labels = json_object_get(sample, "labels"), *label;
    const char *key, *pairs[2 * LABELS_MOST + 1] = {NULL};
    size_t count = 0;

    json_object_foreach(labels, key, label)
    {
        pairs[count++] = key;
        pairs[count++] = json_string_value(label);
    }
    prometheus_print_sample(name, pairs, member(sample, "value"), to);
}

int ctl_show_metrics(const struct ctl *ctl, FILE *to, struct problem *problem)
{
    int status;
    const char *name = "";
    json_t *list = ctl_ask_all(ctl, "metrics", &status, problem);

    if (!list)
        return status;
    const json_t *fault = find_fault(list);
    for (size_t i = 0; !fault && i < json_array_size(list); i++) {
        const json_t *object = json_array_get(list, i);
        if (ctl_is_type(object, "metric")) {
            name = member(object, "name");
            print_metric(name, object, to);
        } else if (ctl_is_type(object, "sample")) {
            print_sample(name, object, to);
        }
    }
    if (fault) {
        char *text = json_dumps(fault, JSON_COMPACT);
        problem_set(problem, "igmpqd tells a metric that Prometheus would refuse: %.200s",
                    text ? text : "?");
        free(text);
        status = CTL_EXIT_UNREACHABLE;
    }
    json_decref(list);
    return status;
}
