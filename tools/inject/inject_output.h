/* SPDX-License-Identifier: MIT */
/* Floor 4. What igmpq-inject tells on standard output: sentences and tables, or JSON lines with the
 * same content. */
#ifndef IGMPQ_INJECT_OUTPUT_H
#define IGMPQ_INJECT_OUTPUT_H

#include "inject_session.h"

/** "include", "exclude" or NULL where its version does not say. */
const char *member_mode(const struct heard_member *member);

/** A message that was sent, and why so. */
struct sent {
    unsigned number; /* from 1 */
    const char *text;
    unsigned version;
    const char *why_version, *why_source; /* "": nothing to explain */
    bool is_repeated; /* in the version and from the address of the one before */
};

struct tally {
    unsigned hosts, groups; /* that answered */
    unsigned silent;        /* hosts and groups that were expected */
};

/** Answers of one host to the queries of one kind. */
struct probe_row {
    const char *query;
    unsigned sent, answered, late;
    unsigned version; /* of the last answer */
    duration max_response;
    const duration *delay; /* ascending, one for each answer */
    const char *note;      /* "" for none */
};

void output_header(const struct session *session);
void output_heard(const struct session *session);
void output_sent(const struct session *session, const struct sent *sent);
/** The table of the last round. */
struct tally output_answers(struct session *session, const struct sent *sent);

void output_probe_begin(const struct session *session, struct address host, struct mac mac,
                        unsigned queries, duration takes);
void output_probe_row(const struct session *session, struct address host, struct mac mac,
                      const struct probe_row *row);
void output_probe_end(const struct session *session, struct address host, struct mac mac,
                      const char *text);

/* The same as JSON; only output_*() calls these. */
void json_header(const struct session *session);
void json_heard(const struct session *session);
void json_sent(const struct session *session, const struct sent *sent);
void json_answer(const struct session *session, const struct sent *sent,
                 const struct heard_member *member, enum answer answer);
void json_tally(const struct sent *sent, const struct tally *tally);
void json_probe_row(struct address host, struct mac mac, const struct probe_row *row);
void json_probe_end(struct address host, struct mac mac, const char *text);

#endif
