/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/dialect.h"

#include <string.h>

void hwi_dialect_init(hwi_dialect *dialect, char separator)
{
    *dialect = (hwi_dialect){.separator = separator, .comment = '#'};
    dialect->ends_cell[(uint8_t)separator] = true;
    dialect->ends_cell['\n'] = true;
    dialect->ends_cell['\r'] = true;
    dialect->is_blank[' '] = separator != ' ';
    dialect->is_blank['\t'] = separator != '\t' && separator != ' ';
    dialect->opens_specially['"'] = true;
    dialect->opens_specially[' '] = dialect->is_blank[' '];
    dialect->opens_specially['\t'] = dialect->is_blank['\t'];
}

void hwi_dialect_allow_single_quotes(hwi_dialect *dialect)
{
    dialect->has_single_quotes = true;
    dialect->opens_specially['\''] = true;
}

/* The quote, or the backslash where it counts, at or behind p; NULL when there is none. */
static const char *find_special(const hwi_dialect *dialect, const char *p, const char *end,
                                char quote)
{
    const char *found = memchr(p, quote, (size_t)(end - p));
    if (!dialect->has_single_quotes)
        return found;
    size_t n = (size_t)((found ? found : end) - p);
    const char *backslash = memchr(p, '\\', n);
    return backslash ? backslash : found;
}

const char *hwi_dialect_read_quoted(const hwi_dialect *dialect, const char *p, const char *end,
                                    hwi_buffer *scratch, hwi_cell *cell)
{
    char quote = *p++;
    const char *begin = p; /* of what is not yet in the scratch */
    bool is_scratch = false;
    scratch->size = 0;
    for (;;) {
        const char *special = find_special(dialect, p, end, quote);
        if (!special)
            return NULL;
        bool is_escape = *special != quote;
        if (!is_escape && (special + 1 >= end || special[1] != quote)) {
            p = special;
            break;
        }
        if (special + 1 >= end)
            return NULL;
        hwi_buffer_append(scratch, begin, (size_t)(special - begin));
        is_scratch = true;
        begin = special + 1; /* the second quote, or what the backslash protects */
        p = special + 2;
    }
    const char *close = p;
    p = hwi_dialect_skip_blanks(dialect, close + 1);
    if (!dialect->ends_cell[(uint8_t)*p]) {
        /* text behind the quote, up to the separator */
        hwi_buffer_append(scratch, begin, (size_t)(close - begin));
        is_scratch = true;
        begin = close + 1;
        while (!dialect->ends_cell[(uint8_t)*p])
            p++;
        close = p;
    }
    if (is_scratch) {
        hwi_buffer_append(scratch, begin, (size_t)(close - begin));
        *cell = (hwi_cell){hwi_buffer_text(scratch), scratch->size, true};
    } else {
        *cell = (hwi_cell){begin, (size_t)(close - begin), true};
    }
    return p;
}

const char *hwi_dialect_skip_idle_lines(const hwi_dialect *dialect, const char *p, const char *end)
{
    while (p < end) {
        const char *q = p;
        while (*q == ' ' || dialect->is_blank[(uint8_t)*q])
            q++;
        if (dialect->comment && *q == dialect->comment) {
            while (!hwi_is_line_end(*q))
                q++;
        } else if (!hwi_is_line_end(*q)) {
            return dialect->separator == ' ' ? q : p;
        }
        p = hwi_skip_line_end(q);
    }
    return end;
}

const char *hwi_dialect_find_line_end(const hwi_dialect *dialect, const char *p, const char *end,
                                      hwi_buffer *scratch, int32_t *n_cells)
{
    int32_t n = 0;
    for (;;) {
        hwi_cell cell;
        p = hwi_dialect_read_cell(dialect, p, end, scratch, &cell);
        if (!p)
            return NULL;
        n++;
        if (!hwi_is_line_end(*p)) {
            p = hwi_dialect_skip_separator(dialect, p);
            if (dialect->separator != ' ' || !hwi_is_line_end(*p))
                continue;
        }
        if (n_cells)
            *n_cells = n;
        return p;
    }
}
