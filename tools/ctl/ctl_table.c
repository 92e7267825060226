/* SPDX-License-Identifier: MIT */
/* Floor 4. Tables with aligned columns that can be sorted. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl.h"
#include "igmpq/text.h"

#define COLUMNS_MOST 16

struct cell {
    char *text;
    bool has_number; /* to be sorted by; those without come last */
    double number;
};

struct row {
    struct cell cell[COLUMNS_MOST];
    size_t number;
};

struct ctl_table {
    const char *const *headings;
    unsigned columns;
    struct row *row;
    size_t rows, capacity;
    unsigned filled;    /* cells of the row that is being filled */
    bool is_incomplete; /* no memory */
    unsigned room;      /* columns of the screen; 0: any number */
};

struct ctl_table *ctl_table_new(const char *const *headings, unsigned columns)
{
    struct ctl_table *table = calloc(1, sizeof *table);

    if (table) {
        table->headings = headings;
        table->columns = columns < COLUMNS_MOST ? columns : COLUMNS_MOST;
    }
    return table;
}

void ctl_table_free(struct ctl_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->rows; i++)
        for (unsigned k = 0; k < table->columns; k++)
            free(table->row[i].cell[k].text);
    free(table->row);
    free(table);
}

/** The next cell, in a new row when the last is full; takes the text over. */
static void add_cell(struct ctl_table *table, struct cell cell)
{
    if (table->filled == 0 && table->rows == table->capacity) {
        size_t capacity = table->capacity ? table->capacity * 2 : 64;
        struct row *row = realloc(table->row, capacity * sizeof *row);
        table->is_incomplete |= !row;
        if (row) {
            table->row = row;
            table->capacity = capacity;
        }
    }
    table->is_incomplete |= !cell.text;
    if (table->is_incomplete) {
        free(cell.text);
        return;
    }
    if (table->filled == 0) {
        table->row[table->rows] = (struct row){.number = table->rows};
        table->rows++;
    }
    table->row[table->rows - 1].cell[table->filled] = cell;
    table->filled = (table->filled + 1) % table->columns;
}

/** Addresses and numbers are not sorted as text. */
static void find_number(struct cell *cell)
{
    struct address address;
    char *end;

    if (text_parse_address(cell->text, &address)) {
        cell->has_number = true;
        cell->number = address.ipv4;
        return;
    }
    cell->number = strtod(cell->text, &end);
    cell->has_number = end != cell->text && *end == '\0' && cell->number == cell->number;
}

void ctl_table_add(struct ctl_table *table, const char *format, ...)
{
    struct cell cell = {0};
    va_list arguments;

    if (!table)
        return;
    va_start(arguments, format);
    if (vasprintf(&cell.text, format, arguments) < 0)
        cell.text = NULL;
    va_end(arguments);
    if (cell.text)
        find_number(&cell);
    add_cell(table, cell);
}

void ctl_table_add_member(struct ctl_table *table, const json_t *object, const char *key)
{
    char out[32];

    ctl_table_add(table, "%s", ctl_text(object, key, out));
}

void ctl_table_add_span(struct ctl_table *table, bool is_known, double seconds)
{
    struct cell cell = {.has_number = is_known, .number = seconds};
    char out[32];

    if (!table)
        return;
    cell.text = strdup(is_known ? ctl_short_span(seconds, out) : "-");
    add_cell(table, cell);
}

static const char *heading(const struct ctl_table *table, unsigned column)
{
    const char *text = table->headings[column];
    return text[0] == '>' ? text + 1 : text;
}

int ctl_table_column(const char *const *headings, unsigned columns, const char *column)
{
    column += column[0] == '-';
    for (unsigned i = 0; i < columns; i++)
        if (strcasecmp(headings[i] + (headings[i][0] == '>'), column) == 0)
            return (int)i;
    return -1;
}

static bool is_right(const struct ctl_table *table, unsigned column)
{
    return table->headings[column][0] == '>';
}

static int compare_cells(const struct cell *a, const struct cell *b)
{
    if (a->has_number && b->has_number)
        return (a->number > b->number) - (a->number < b->number);
    if (a->has_number != b->has_number)
        return a->has_number ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* qsort takes no context, so the column to sort by is brought to the front of what it sees. */
struct sorted {
    const struct cell *key;
    const struct row *row;
};

static int compare_rows(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    int order = compare_cells(a->key, b->key);
    return order ? order : (a->row->number > b->row->number) - (a->row->number < b->row->number);
}

void ctl_table_sort(struct ctl_table *table, const char *column)
{
    bool is_down = column[0] == '-';
    int at = table ? ctl_table_column(table->headings, table->columns, column) : -1;

    if (at < 0 || table->rows == 0)
        return;
    struct sorted *sorted = calloc(table->rows, sizeof *sorted);
    struct row *row = calloc(table->rows, sizeof *row);
    if (sorted && row) {
        for (size_t i = 0; i < table->rows; i++)
            sorted[i] = (struct sorted){&table->row[i].cell[at], &table->row[i]};
        qsort(sorted, table->rows, sizeof *sorted, compare_rows);
        for (size_t i = 0; i < table->rows; i++)
            row[is_down ? table->rows - 1 - i : i] = *sorted[i].row;
        memcpy(table->row, row, table->rows * sizeof *row);
    } else {
        table->is_incomplete = true;
    }
    free(sorted);
    free(row);
}

size_t ctl_table_rows(const struct ctl_table *table)
{
    return table ? table->rows : 0;
}

bool ctl_table_is_whole(const struct ctl_table *table)
{
    return table && !table->is_incomplete;
}

void ctl_table_fit(struct ctl_table *table, unsigned room)
{
    if (table)
        table->room = room;
}

/** Between columns: less than looks good, where that would be cut at the right edge. */
static const char *gap_of(const struct ctl_table *table, const int *width)
{
    size_t all = 0;

    for (unsigned i = 0; i < table->columns; i++)
        all += (size_t)width[i] + (i ? 2 : 0);
    return table->room && all > table->room ? " " : "  ";
}

static void print_row(const struct ctl_table *table, const struct row *row, const int *width,
                      FILE *to)
{
    const char *gap = gap_of(table, width);

    for (unsigned i = 0; i < table->columns; i++) {
        const char *text = row ? row->cell[i].text : heading(table, i);
        bool is_last = i + 1 == table->columns;
        if (is_right(table, i))
            fprintf(to, "%*s%s", width[i], text, is_last ? "" : gap);
        else
            fprintf(to, "%-*s%s", is_last ? 0 : width[i], text, is_last ? "" : gap);
    }
}

bool ctl_table_print(const struct ctl_table *table, FILE *to, bool has_colors, size_t first,
                     size_t most)
{
    int width[COLUMNS_MOST];

    if (!ctl_table_is_whole(table))
        return false;
    first = first < table->rows ? first : table->rows;
    size_t end = most && most < table->rows - first ? first + most : table->rows;
    for (unsigned i = 0; i < table->columns; i++) {
        width[i] = (int)strlen(heading(table, i));
        /* Of all rows, so that columns stay where they are from page to page. */
        for (size_t row = 0; row < table->rows; row++) {
            int length = (int)strlen(table->row[row].cell[i].text);
            width[i] = length > width[i] ? length : width[i];
        }
    }
    fputs(has_colors ? CTL_STRONG : "", to);
    print_row(table, NULL, width, to);
    fprintf(to, "%s\n", has_colors ? CTL_PLAIN : "");
    for (size_t row = first; row < end; row++) {
        print_row(table, &table->row[row], width, to);
        fputc('\n', to);
    }
    return true;
}
