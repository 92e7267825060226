/* SPDX-License-Identifier: MIT */
/* Floor 3. The request line of the control socket: names, grammar, and what is wrong with a line.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "igmpq/control.h"
#include "igmpq/text.h"

#define WORDS_MOST 3

const char *control_verb_name(enum control_verb verb)
{
    switch (verb) {
    case CONTROL_STATUS: return "status";
    case CONTROL_GROUPS: return "groups";
    case CONTROL_HOSTS: return "hosts";
    case CONTROL_QUERIERS: return "queriers";
    case CONTROL_FINDINGS: return "findings";
    case CONTROL_STATS: return "stats";
    case CONTROL_EVENTS: return "events";
    case CONTROL_CONFIG: return "config";
    case CONTROL_INTERFACES: return "interfaces";
    case CONTROL_METRICS: return "metrics";
    case CONTROL_QUERY: return "query";
    case CONTROL_RELOAD: return "reload";
    case CONTROL_VERBOSE: return "verbose";
    case CONTROL_VERB_COUNT: break;
    }
    return "?";
}

bool control_verb_changes(enum control_verb verb)
{
    return verb == CONTROL_QUERY || verb == CONTROL_RELOAD || verb == CONTROL_VERBOSE;
}

const char *control_code_name(enum control_code code)
{
    switch (code) {
    case CONTROL_OK: return "ok";
    case CONTROL_BAD_REQUEST: return "bad-request";
    case CONTROL_UNKNOWN_VERB: return "unknown-verb";
    case CONTROL_DENIED: return "denied";
    case CONTROL_NO_SEGMENT: return "no-segment";
    case CONTROL_REFUSED: return "refused";
    case CONTROL_FAILED: return "failed";
    case CONTROL_BUSY: return "busy";
    case CONTROL_CODE_COUNT: break;
    }
    return "?";
}

/** The line cut into words in `copy`. How many, or -1: more than WORDS_MOST, or none. */
static int split(char *copy, char *word[WORDS_MOST])
{
    int count = 0;
    char *rest = NULL;

    for (char *at = strtok_r(copy, " ", &rest); at; at = strtok_r(NULL, " ", &rest)) {
        if (count == WORDS_MOST)
            return -1;
        word[count++] = at;
    }
    return count > 0 ? count : -1;
}

static enum control_code bad(struct problem *problem, const char *text)
{
    problem_set(problem, "%s", text);
    return CONTROL_BAD_REQUEST;
}

static enum control_code take_segment(const char *word, struct control_request *out,
                                      struct problem *problem)
{
    if (out->segment[0] != '\0')
        return bad(problem, "one segment at a time");
    if (strlen(word) >= sizeof out->segment) {
        problem_set(problem, "there is no segment '%.64s'", word);
        return CONTROL_NO_SEGMENT;
    }
    snprintf(out->segment, sizeof out->segment, "%s", word);
    return CONTROL_OK;
}

static enum control_code take_event_word(const char *word, struct control_request *out,
                                         struct problem *problem)
{
    unsigned long count;

    if (strcmp(word, "follow") == 0 && !out->is_following) {
        out->is_following = true;
    } else if (text_parse_unsigned(word, 0, UINT32_MAX, &count) && !out->is_following &&
               out->count == CONTROL_EVERYTHING) {
        out->count = count;
    } else {
        problem_set(problem, "events: a number, 'follow' or both are wanted, not '%.64s'", word);
        return CONTROL_BAD_REQUEST;
    }
    return CONTROL_OK;
}

static enum control_code take_query_word(const char *word, struct control_request *out,
                                         struct problem *problem)
{
    struct address group;

    if (!text_parse_address(word, &group))
        return take_segment(word, out, problem);
    if (!address_is_none(out->group))
        return bad(problem, "one group at a time");
    if (!address_is_multicast(group)) {
        problem_set(problem, "%s is not the address of a group, which are 224.0.0.0 to %s", word,
                    "239.255.255.255");
        return CONTROL_BAD_REQUEST;
    }
    out->group = group;
    return CONTROL_OK;
}

static enum control_code take_word(const char *word, struct control_request *out,
                                   struct problem *problem)
{
    switch (out->verb) {
    case CONTROL_STATUS:
    case CONTROL_GROUPS:
    case CONTROL_HOSTS:
    case CONTROL_QUERIERS:
    case CONTROL_FINDINGS:
    case CONTROL_STATS: return take_segment(word, out, problem);
    case CONTROL_EVENTS: return take_event_word(word, out, problem);
    case CONTROL_QUERY: return take_query_word(word, out, problem);
    case CONTROL_VERBOSE:
        out->is_on = strcmp(word, "on") == 0;
        return out->is_on || strcmp(word, "off") == 0 ? CONTROL_OK
                                                      : bad(problem, "verbose: on or off?");
    case CONTROL_CONFIG:
    case CONTROL_INTERFACES:
    case CONTROL_METRICS:
    case CONTROL_RELOAD:
    case CONTROL_VERB_COUNT: break;
    }
    problem_set(problem, "%s takes no '%.64s'", control_verb_name(out->verb), word);
    return CONTROL_BAD_REQUEST;
}

enum control_code control_request_read(const char *line, size_t length, struct control_request *out,
                                       struct problem *problem)
{
    char copy[CONTROL_LINE_MOST + 1], *word[WORDS_MOST];

    *out = (struct control_request){.verb = CONTROL_VERB_COUNT, .count = CONTROL_EVERYTHING};
    if (length > CONTROL_LINE_MOST)
        return bad(problem, "the request is too long");
    if (length > 0 && line[length - 1] == '\r')
        length--;
    for (size_t i = 0; i < length; i++)
        if (line[i] < 0x20 || line[i] > 0x7e)
            return bad(problem, "the request holds something else than printable ASCII");
    memcpy(copy, line, length);
    copy[length] = '\0';
    int count = split(copy, word);
    if (count < 0)
        return bad(problem, "a request is a verb and at most two words");
    for (enum control_verb verb = CONTROL_STATUS; verb < CONTROL_VERB_COUNT; verb++)
        if (strcmp(control_verb_name(verb), word[0]) == 0)
            out->verb = verb;
    if (out->verb == CONTROL_VERB_COUNT) {
        problem_set(problem, "this igmpqd knows no '%.64s'", word[0]);
        return CONTROL_UNKNOWN_VERB;
    }
    if (out->verb == CONTROL_VERBOSE && count != 2)
        return bad(problem, "verbose: on or off?");
    for (int i = 1; i < count; i++) {
        enum control_code code = take_word(word[i], out, problem);
        if (code != CONTROL_OK)
            return code;
    }
    return CONTROL_OK;
}
