/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/buffer.h"
#include "base/number.h"
#include "heavywater/files.h"
#include "heavywater/print_table.h"
#include "heavywater/text.h"
#include "heavywater/text_grid.h"

enum { NUMBER_DIGITS = 6, MAX_LEVEL_WIDTH = 16, MAX_LEVELS_WIDTH = 40 };

enum { NAME, TYPE, MISSING, ZEROS, MIN, MEAN, MAX, SIGMA, LEVELS, DISTRIBUTION, N_COLUMNS };

static double now_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* "2013-01-31", with the time of day unless it is midnight. */
static const char *time_text(double ms, char out[APP_TEXT_BYTES])
{
    const double day_ms = 86400000.0, limit_ms = 1e15;
    if (!(fabs(ms) < limit_ms)) {
        out[0] = '\0';
        return out;
    }
    time_t seconds = (time_t)floor(ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    bool is_date = fmod(ms, day_ms) == 0;
    strftime(out, APP_TEXT_BYTES, is_date ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S", &parts);
    return out;
}

static void set_moment(app_grid *grid, int column, hw_type type, double x)
{
    char text[APP_TEXT_BYTES];
    if (isnan(x))
        return;
    app_grid_set(grid, column,
                 type == HW_TYPE_TIME ? time_text(x, text)
                                      : app_text_number(x, NUMBER_DIGITS, text));
}

static void append_percent(hwi_buffer *out, int64_t n, int64_t n_all)
{
    char number[HWI_FIXED_TEXT_BYTES];
    hwi_format_fixed(n_all > 0 ? 100.0 * (double)n / (double)n_all : 0, 1, number);
    hwi_buffer_printf(out, "%.16s %%", number);
}

static void set_missing(app_grid *grid, int64_t n_missing, int64_t n_rows)
{
    HW_AUTO_BUFFER(cell);
    char count[APP_TEXT_BYTES];
    hwi_buffer_append_text(&cell, app_text_count(n_missing, count));
    if (n_missing > 0) {
        hwi_buffer_append_text(&cell, " = ");
        append_percent(&cell, n_missing, n_rows);
    }
    app_grid_set(grid, MISSING, hwi_buffer_text(&cell));
}

/* One character a bin; an empty bin is a blank, and any other is seen. */
static void append_histogram(hwi_buffer *cell, const int64_t *bins)
{
    static const char *const blocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                         "\u2585", "\u2586", "\u2587", "\u2588"};
    static const char *const signs[] = {".", ":", "-", "=", "+", "*", "%", "#"};
    int64_t largest = 0;
    for (int i = 0; i < HW_HISTOGRAM_BINS; i++)
        largest = bins[i] > largest ? bins[i] : largest;
    for (int i = 0; i < HW_HISTOGRAM_BINS && largest > 0; i++) {
        int height = (int)ceil(8.0 * (double)bins[i] / (double)largest);
        const char *const *marks = app_text_is_utf8() ? blocks : signs;
        hwi_buffer_append_text(cell, height > 0 ? marks[height - 1] : " ");
    }
}

/* "YES 20.5 %", the levels apart from each other, as many as fit. */
static void append_top_levels(hwi_buffer *cell, const hw_column_summary *summary, int64_t n_rows)
{
    int64_t n_present = n_rows - summary->n_missing;
    int32_t n_shown = 0;
    for (; n_shown < summary->n_top_levels; n_shown++) {
        HW_AUTO_BUFFER(item);
        hwi_buffer_append_text(&item, n_shown == 0 ? "" : app_text_is_utf8() ? " \u00B7 " : " | ");
        app_text_append_clean(&item, summary->top_levels[n_shown], MAX_LEVEL_WIDTH);
        hwi_buffer_append_char(&item, ' ');
        append_percent(&item, summary->top_counts[n_shown], n_present);
        int width = app_text_width(hwi_buffer_text(cell)) + app_text_width(hwi_buffer_text(&item));
        if (n_shown > 0 && width > MAX_LEVELS_WIDTH)
            break;
        hwi_buffer_append_text(cell, hwi_buffer_text(&item));
    }
    if (summary->cardinality > n_shown)
        hwi_buffer_append_text(cell, app_text_is_utf8() ? " \u2026" : " ...");
}

static void set_distribution(app_grid *grid, hw_type type, const hw_column_summary *summary,
                             int64_t n_rows)
{
    bool has_levels = type == HW_TYPE_ENUM || type == HW_TYPE_STRING;
    HW_AUTO_BUFFER(cell);
    int64_t n_present = n_rows - summary->n_missing;
    if (n_present == 0)
        hwi_buffer_append_text(&cell, "(all missing)");
    else if (has_levels ? summary->cardinality == 1 : summary->min == summary->max)
        hwi_buffer_append_text(&cell, "(constant)");
    else if (has_levels && summary->cardinality == n_present)
        hwi_buffer_append_text(&cell, "(all different)");
    else if (has_levels)
        append_top_levels(&cell, summary, n_rows);
    else
        append_histogram(&cell, summary->histogram);
    app_grid_set(grid, DISTRIBUTION, hwi_buffer_text(&cell));
}

static hw_status add_column(app_grid *grid, const hw_frame *frame, int32_t column, hw_error *err)
{
    hw_column_summary summary;
    HW_TRY(hw_frame_summarize_column(frame, column, &summary, err));
    hw_type type = hw_frame_column_type(frame, column);
    bool is_number = type == HW_TYPE_INT || type == HW_TYPE_REAL || type == HW_TYPE_TIME;
    char text[APP_TEXT_BYTES];
    app_grid_add_row(grid);
    app_grid_set(grid, NAME, hw_frame_column_name(frame, column));
    app_grid_set(grid, TYPE, hw_type_name(type));
    set_missing(grid, summary.n_missing, hw_frame_n_rows(frame));
    if (is_number) {
        app_grid_set(grid, ZEROS, app_text_count(summary.n_zeros, text));
        set_moment(grid, MIN, type, summary.min);
        set_moment(grid, MEAN, type, summary.mean);
        set_moment(grid, MAX, type, summary.max);
    }
    if (type == HW_TYPE_INT || type == HW_TYPE_REAL)
        set_moment(grid, SIGMA, type, summary.sigma);
    if (type == HW_TYPE_TIME && !isnan(summary.sigma))
        app_grid_set(grid, SIGMA, app_text_duration(summary.sigma / 1000, text));
    if (summary.cardinality >= 0)
        app_grid_set(grid, LEVELS, app_text_count(summary.cardinality, text));
    set_distribution(grid, type, &summary, hw_frame_n_rows(frame));
    int64_t n_infinite = summary.n_positive_infinite + summary.n_negative_infinite;
    if (n_infinite > 0) {
        char note[2 * APP_TEXT_BYTES];
        snprintf(note, sizeof note, "  (%s infinite values above do not count in the moments)",
                 app_text_count(n_infinite, text));
        app_grid_add_note(grid, note);
    }
    return HW_OK;
}

static hw_status print_frame(const hw_frame *frame, hw_error *err)
{
    static const char *const headings[N_COLUMNS] = {"column", "type",        "missing", "zeros",
                                                    "min",    "mean",        "max",     "sigma",
                                                    "levels", "distribution"};
    HW_AUTO(app_grid) *grid = app_grid_new();
    for (int c = 0; c < N_COLUMNS; c++)
        app_grid_add_column(grid, headings[c], c != NAME && c != TYPE && c != DISTRIBUTION);
    for (int32_t c = 0; c < hw_frame_n_columns(frame); c++)
        HW_TRY(add_column(grid, frame, c, err));
    return app_grid_print(grid, stdout, app_print_columns(stdout), err);
}

hw_status app_describe(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    for (int i = 0; i < args->n_positionals; i++) {
        double start = now_seconds();
        HW_AUTO(hw_frame) *frame = NULL;
        HW_TRY(app_files_read_frame(args, "", args->positionals[i], &frame, err));
        double read_seconds = now_seconds() - start;
        char text[APP_TEXT_BYTES], columns[APP_TEXT_BYTES];
        HW_AUTO_BUFFER(name);
        app_text_append_clean(&name, args->positionals[i], 0);
        printf("%s%s: %s, %s\n\n", i ? "\n" : "", hwi_buffer_text(&name),
               app_text_counted(hw_frame_n_rows(frame), "row", text),
               app_text_counted(hw_frame_n_columns(frame), "column", columns));
        HW_TRY(print_frame(frame, err));
        app_files_print_notes(stdout, "\nnote: ", frame);
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("\nread in %s", app_text_duration(read_seconds, text));
        printf(", at most %s of memory\n", app_text_bytes(1024.0 * (double)usage.ru_maxrss, text));
    }
    return HW_OK;
}
