/* SPDX-License-Identifier: MIT */
/* Floor 3. Prometheus' text format: one sample a line, behind two lines that tell of its family. */
#include "igmpq/prometheus.h"

#include <stdbool.h>

/** With what the format wants escaped: in help the backslash, in a label's value quotes as well. */
static void print_escaped(const char *text, bool is_label, FILE *to)
{
    for (; *text; text++) {
        if (*text == '\\' || (is_label && *text == '"'))
            fputc('\\', to);
        fputc(*text, to);
    }
}

void prometheus_print_family(const char *name, const char *kind, const char *help, FILE *to)
{
    fprintf(to, "# HELP %s ", name);
    print_escaped(help, false, to);
    fprintf(to, "\n# TYPE %s %s\n", name, kind);
}

void prometheus_print_sample(const char *name, const char *const *labels, const char *value,
                             FILE *to)
{
    const char *separator = "{";

    fputs(name, to);
    for (; *labels; labels += 2) {
        fprintf(to, "%s%s=\"", separator, labels[0]);
        print_escaped(labels[1], true, to);
        fputc('"', to);
        separator = ",";
    }
    fprintf(to, "%s %s\n", *separator == ',' ? "}" : "", value);
}
