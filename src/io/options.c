/* SPDX-License-Identifier: MIT */
/* Floor 3. Command lines. */
#include "igmpq/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MOST 80

/** Both tables as getopt wants them; `val` counts through them from 256. */
struct tables {
    const struct setting *setting[OPTIONS_MOST];
    struct option option[OPTIONS_MOST + 1];
    char letters[OPTIONS_MOST * 2 + 2];
    int count;
    int own_count;
};

static void add_table(struct tables *tables, const struct setting *list)
{
    size_t used = strlen(tables->letters);

    for (; list->name && tables->count < OPTIONS_MOST; list++) {
        int has_argument = list->argument ? required_argument : no_argument;
        tables->setting[tables->count] = list;
        tables->option[tables->count] =
            (struct option){list->name, has_argument, NULL, 256 + tables->count};
        if (list->letter) {
            tables->letters[used++] = list->letter;
            if (list->argument)
                tables->letters[used++] = ':';
        }
        tables->count++;
    }
    tables->letters[used] = '\0';
    tables->option[tables->count] = (struct option){0};
}

static void make_tables(const struct options *options, struct tables *tables)
{
    memset(tables, 0, sizeof *tables);
    strcpy(tables->letters, ":"); /* a missing argument is told apart from an unknown option */
    add_table(tables, options->own);
    tables->own_count = tables->count;
    if (options->params)
        add_table(tables, settings_all());
}

/** The table's index of what getopt returned, or -1. */
static int index_of(const struct tables *tables, int found)
{
    if (found >= 256)
        return found - 256;
    for (int i = 0; i < tables->count; i++)
        if (tables->setting[i]->letter == found)
            return i;
    return -1;
}

static int complain(const struct tables *tables, int found, char **argv, struct problem *problem)
{
    const char *given = argv[optind - 1];

    if (found == ':') {
        int i = index_of(tables, optopt);
        return problem_set(problem, "option '%s' needs %s", given,
                           i >= 0 ? tables->setting[i]->argument : "an argument");
    }
    if (optopt >= 256) /* a long option that takes no argument was given one */
        return problem_set(problem, "option '--%s' takes no argument",
                           tables->setting[optopt - 256]->name);
    if (optopt)
        return problem_set(problem, "there is no option '-%c'; --help lists them all", optopt);
    return problem_set(problem, "there is no option '%s'; --help lists them all", given);
}

static int keep_override(struct overrides *overrides, const char *name, const char *value)
{
    struct override *item =
        realloc(overrides->item, (overrides->count + 1) * sizeof *overrides->item);
    if (!item)
        return -1;
    overrides->item = item;
    item[overrides->count++] = (struct override){name, value};
    return 0;
}

/** What was given, in order. */
struct given {
    int index;
    const char *value;
};

static int apply(const struct options *options, const struct tables *tables,
                 const struct given *given, struct problem *problem)
{
    const struct setting *setting = tables->setting[given->index];

    if (given->index < tables->own_count)
        return options->take(options->context, setting->name, given->value, problem);
    struct problem inner;
    if (options->overrides && keep_override(options->overrides, setting->name, given->value) < 0)
        return problem_set(problem, "no memory");
    if (settings_set(options->params, setting->name, given->value, &inner) == 0)
        return 0;
    return problem_set(problem, "--%s", inner.text);
}

int options_read(const struct options *options, int argc, char **argv, struct problem *problem)
{
    struct tables tables;
    struct given *given = calloc((size_t)argc + 1, sizeof *given);
    int count = 0, found, result = -1;

    if (!given)
        return problem_set(problem, "no memory");
    make_tables(options, &tables);
    opterr = 0;
    optind = 1;
    while ((found = getopt_long(argc, argv, tables.letters, tables.option, NULL)) != -1) {
        int index = found == '?' || found == ':' ? -1 : index_of(&tables, found);
        if (index < 0) {
            complain(&tables, found, argv, problem);
            goto done;
        }
        /* "-vv" is two options in one argument: there may be more options than arguments. */
        struct given *more = realloc(given, ((size_t)count + 1) * sizeof *given);
        if (!more) {
            problem_set(problem, "no memory");
            goto done;
        }
        given = more;
        given[count++] = (struct given){index, optarg};
    }
    for (int is_profile = 1; is_profile >= 0; is_profile--)
        for (int i = 0; i < count; i++) {
            bool matches = strcmp(tables.setting[given[i].index]->name, "profile") == 0;
            if (matches == is_profile && apply(options, &tables, &given[i], problem) < 0)
                goto done;
        }
    result = optind;
done:
    free(given);
    return result;
}

static void print_one(const struct setting *setting, FILE *to)
{
    char left[64];
    int width = 0;

    width = snprintf(left, sizeof left, "  %c%c%s--%s%s%s", setting->letter ? '-' : ' ',
                     setting->letter ? setting->letter : ' ', setting->letter ? ", " : "  ",
                     setting->name, setting->argument ? " " : "",
                     setting->argument ? setting->argument : "");
    fprintf(to, "%s", left);
    if (width > 33)
        fprintf(to, "\n%-34s", "");
    else
        fprintf(to, "%-*s", 34 - width, "");
    /* Wrapped at words, so that it reads well in 80 columns. */
    int column = 34;
    for (const char *word = setting->help; *word;) {
        int length = (int)strcspn(word, " ");
        if (column + length > 79 && column > 34) {
            fprintf(to, "\n%-34s", "");
            column = 34;
        }
        fprintf(to, "%.*s", length, word);
        column += length + 1;
        word += length;
        if (*word == ' ') {
            word++;
            if (column + (int)strcspn(word, " ") <= 79)
                fputc(' ', to);
        }
    }
    fputc('\n', to);
}

void options_print(const struct options *options, FILE *to)
{
    for (const struct setting *setting = options->own; setting->name; setting++)
        print_one(setting, to);
    if (!options->params)
        return;
    fprintf(to, "\nProtocol settings (seconds may have decimals):\n");
    for (const struct setting *setting = settings_all(); setting->name; setting++)
        print_one(setting, to);
}

bool options_finish_output(FILE *to, struct problem *problem)
{
    if (fflush(to) == 0 && !ferror(to))
        return true;
    problem_set(problem, "cannot write to standard output: %s", strerror(errno));
    return false;
}

bool options_resolve(const struct params *asked, struct params *resolved,
                     void (*tell)(bool is_error, const char *text))
{
    enum params_complaint complaints[PARAMS_COMPLAINTS];
    unsigned count = params_resolve(asked, resolved, complaints);
    bool is_good = true;

    for (unsigned i = 0; i < count; i++) {
        bool is_error = params_complaint_is_error(complaints[i]);
        tell(is_error, params_complaint_text(complaints[i]));
        is_good &= !is_error;
    }
    return is_good;
}
