/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <string.h>

#include "frame/as_factors.h"
#include "frame/frame.h"
#include "frame/guess.h"
#include "frame/merge.h"
#include "frame/parse.h"

#include "base/parallel.h"

/* ---- rows, for every format that has lines and cells ---- */

typedef struct parse_work {
    const hwi_plan *plan;
    const hwi_source_list *sources;
    const hwi_piece_list *pieces;
    hwi_piece_worker *workers;
    hwi_piece_result *results;
    int n_workers;
    size_t max_bytes;
    bool rests_text;
    _Atomic size_t n_bytes; /* of all results so far */
} parse_work;

static void parse_work_clear(parse_work *work)
{
    for (int w = 0; work->workers && w < work->n_workers; w++)
        hwi_piece_worker_clear(&work->workers[w], work->plan);
    for (int64_t i = 0; work->results && i < work->pieces->n; i++)
        hwi_piece_result_clear(&work->results[i], work->plan);
    hwi_free(work->workers);
    hwi_free(work->results);
}

static hw_status parse_task(int64_t index, int worker, void *ctx, hw_error *err)
{
    parse_work *work = ctx;
    const hwi_piece *piece = &work->pieces->items[index];
    const hwi_source *source = &work->sources->items[piece->source];
    hwi_piece_result *result = &work->results[index];
    result->worker = worker;
    HW_TRY(hwi_piece_parse(work->plan, source, piece, &work->workers[worker], result, err));
    if (work->rests_text)
        hwi_file_text_rest(&source->file, piece->begin, piece->end);
    size_t n_bytes = atomic_fetch_add(&work->n_bytes, result->n_bytes) + result->n_bytes;
    if (n_bytes > work->max_bytes)
        HW_FAIL(err, HW_ENOMEM, NULL, "%s: over the memory: its columns need more than %zu MB",
                source->path, work->max_bytes >> 20);
    return HW_OK;
}

/* The columns that the user wants as categories, made such. */
static hw_status make_factors(const hwi_plan *plan, hw_frame **frame, hw_error *err)
{
    bool has_factors = false;
    for (int32_t i = 0; i < plan->n_columns; i++)
        has_factors |= plan->columns[i].is_factor;
    if (!has_factors)
        return HW_OK;
    HW_AUTO(hw_frame) *out = hwi_frame_new(hw_frame_name(*frame), hw_frame_n_rows(*frame));
    HW_CHECK_ALLOC(err, out);
    int32_t column = 0;
    for (int32_t i = 0; i < plan->n_columns; i++) {
        if (plan->columns[i].kind == HWI_KIND_SKIPPED)
            continue;
        hwi_column *made = hwi_frame_column(*frame, column++);
        if (plan->columns[i].is_factor)
            HW_TRY(hwi_column_as_factor(made, plan->columns[i].name, &made, err));
        else
            hwi_column_ref(made);
        HW_TRY(hwi_frame_append(out, plan->columns[i].name, made, err));
    }
    hw_frame_unref(*frame);
    *frame = HW_TAKE(out);
    return HW_OK;
}

/* From so much text on memory matters more than the time that it takes to give it back: little for
 * the text itself, a fifth for what becomes of it, column by column and piece by piece. */
static const size_t MIN_TEXT_TO_REST = (size_t)48 << 20, MIN_TEXT_TO_SAVE = (size_t)512 << 20;

static bool has_text(const hwi_source_list *sources, const hwi_plan *plan, size_t min_bytes)
{
    size_t n_bytes = 0;
    for (int32_t i = 0; i < sources->n; i++)
        n_bytes += (size_t)(sources->items[i].end - sources->items[i].begin);
    return n_bytes >= (plan->thrifty_bytes ? plan->thrifty_bytes : min_bytes);
}

hw_status hwi_parse_rows(const hwi_plan *plan, const hwi_source_list *sources,
                         const hwi_piece_list *pieces, hw_frame **out, hw_error *err)
{
    __attribute__((cleanup(parse_work_clear)))
    parse_work work = {.plan = plan, .sources = sources, .pieces = pieces};
    work.max_bytes = plan->max_bytes ? plan->max_bytes : hwi_file_memory_bytes() / 2;
    work.n_workers = hwi_parallel_n_threads(plan->n_threads);
    work.rests_text = has_text(sources, plan, MIN_TEXT_TO_REST);
    work.workers = HWI_NEW_ARRAY(hwi_piece_worker, (size_t)work.n_workers);
    HW_CHECK_ALLOC(err, work.workers);
    for (int w = 0; w < work.n_workers; w++)
        HW_TRY(hwi_piece_worker_init(&work.workers[w], plan, err));
    work.results = HWI_NEW_ARRAY(hwi_piece_result, (size_t)pieces->n);
    HW_CHECK_ALLOC(err, work.results);
    HW_TRY(hwi_parallel_for(pieces->n, work.n_workers, parse_task, &work, err));
    int64_t n_rows = 0;
    for (int64_t i = 0; i < pieces->n; i++)
        n_rows += work.results[i].n_rows;
    HW_AUTO(hw_frame) *frame = hwi_frame_new(sources->name, n_rows);
    HW_CHECK_ALLOC(err, frame);
    hwi_merge_input input = {plan,
                             sources,
                             pieces,
                             work.results,
                             work.workers,
                             work.n_workers,
                             has_text(sources, plan, MIN_TEXT_TO_SAVE)};
    HW_TRY(hwi_merge(&input, frame, err));
    HW_TRY(make_factors(plan, &frame, err));
    *out = HW_TAKE(frame);
    return HW_OK;
}

/* ---- the lines at the top ---- */

/* The first line with cells; HW_EDATA when there is none. */
static hw_status find_first_line(const hwi_dialect *dialect, const hwi_source *source,
                                 const char **out, hw_error *err)
{
    *out = hwi_dialect_skip_idle_lines(dialect, source->begin, source->end);
    if (*out >= source->end)
        HW_FAIL(err, HW_EDATA, NULL, "%s: no line with data", source->path);
    return HW_OK;
}

/* Makes a column of every cell of the line: called by the cell, or C1, C2 ... Returns the next
 * line in *out_next. */
static hw_status add_columns(hwi_plan *plan, const hwi_source *source, const char *line,
                             bool is_header, const char **out_next, hw_error *err)
{
    const hwi_dialect *dialect = &plan->dialect;
    HW_AUTO_BUFFER(scratch);
    const char *p = line;
    for (;;) {
        hwi_cell cell;
        const char *at = p;
        p = hwi_dialect_read_cell(dialect, p, source->end, &scratch, &cell);
        if (!p)
            HW_FAIL(err, HW_EDATA, NULL, "%s: line %lld: a quote opens here and never closes",
                    source->path, (long long)hwi_source_line(source, at));
        HW_TRY(hwi_buffer_check(&scratch, err));
        HW_TRY(hwi_plan_add_column(plan, cell.text, is_header ? cell.n_bytes : 0, err));
        if (!hwi_is_line_end(*p))
            p = hwi_dialect_skip_separator(dialect, p);
        else
            break;
        if (dialect->separator == ' ' && hwi_is_line_end(*p))
            break;
    }
    *out_next = hwi_skip_line_end(p);
    return hwi_source_check_bytes(source, line, p, err);
}

/* What stands at the top of source 0. */
typedef struct top {
    bool has_header;
    const char *first_line, *second_line; /* of source 0 */
} top;

/* Whether the first line of a further source repeats the header. A line that could be a header of
 * its own, but another, is an error. */
static hw_status find_data(const hwi_plan *plan, const hwi_parse_input *input, int32_t number,
                           const char **out_begin, hw_error *err)
{
    const hwi_source *source = &input->sources->items[number];
    const char *line = NULL, *next = NULL;
    HW_TRY(find_first_line(&plan->dialect, source, &line, err));
    HW_AUTO_PLAN(own);
    own.dialect = plan->dialect;
    HW_TRY(add_columns(&own, source, line, true, &next, err));
    const char *first_path = input->sources->items[0].path;
    if (own.n_columns != plan->n_columns)
        HW_FAIL(err, HW_EDATA, NULL, "%s: %d column%s, but %s has %d", source->path, own.n_columns,
                own.n_columns == 1 ? "" : "s", first_path, plan->n_columns);
    int32_t different = -1;
    for (int32_t i = own.n_columns - 1; i >= 0; i--)
        if (strcmp(own.columns[i].name, plan->columns[i].name) != 0)
            different = i;
    hwi_header_guess guess = HWI_HEADER_YES;
    if (different >= 0 && input->options->header == 0)
        HW_TRY(hwi_guess_header(&plan->dialect, line, source->end, &guess, err));
    if (different >= 0 && guess == HWI_HEADER_YES)
        HW_FAIL(err, HW_EDATA, own.columns[different].name,
                "%s: column %d is '%s', but in %s it is '%s'", source->path, different + 1,
                own.columns[different].name, first_path, plan->columns[different].name);
    *out_begin = different < 0 ? next : line;
    return HW_OK;
}

/* A short text is cut finer, so that all threads have work to the end. Not a long one: its pieces
 * decide what the guess of the types sees. */
static size_t choose_piece_bytes(const hwi_parse_input *input)
{
    enum { PIECES_OF_SHORT = 32, LEAST_BYTES = 1 << 15 };
    const hwi_source *first = &input->sources->items[0];
    size_t n_bytes = (size_t)(first->end - first->begin);
    if (input->piece_bytes || input->sources->n > 1 || n_bytes > HWI_PREVIEW_BYTES)
        return input->piece_bytes;
    return n_bytes / PIECES_OF_SHORT > LEAST_BYTES ? n_bytes / PIECES_OF_SHORT : LEAST_BYTES;
}

static hw_status cut_sources(const hwi_plan *plan, const hwi_parse_input *input, const top *t,
                             hwi_piece_list *pieces, hw_error *err)
{
    for (int32_t i = 0; i < input->sources->n; i++) {
        const hwi_source *source = &input->sources->items[i];
        const char *begin = t->has_header ? t->second_line : t->first_line;
        if (i > 0 && t->has_header)
            HW_TRY(find_data(plan, input, i, &begin, err));
        else if (i > 0)
            begin = source->begin;
        HW_TRY(hwi_cut(&plan->dialect, source, i, begin, choose_piece_bytes(input), plan->n_threads,
                       pieces, err));
    }
    return HW_OK;
}

/* ---- the table ---- */

static hw_status choose_dialect(const hwi_parse_input *input, hwi_plan *plan, top *t, hw_error *err)
{
    const hwi_source *source = &input->sources->items[0];
    char separator = input->options->separator;
    hwi_dialect_init(&plan->dialect, ',');
    if (separator == '"' || separator == '\n' || separator == '\r')
        HW_FAIL(err, HW_EINVAL, "sep", "sep: a quote or a line end cannot separate cells");
    HW_TRY(find_first_line(&plan->dialect, source, &t->first_line, err));
    if (separator == 0)
        HW_TRY(hwi_guess_separator(t->first_line, source->end, &separator, err));
    hwi_dialect_init(&plan->dialect, separator);
    return find_first_line(&plan->dialect, source, &t->first_line, err);
}

/* When the first two lines leave the header open, the lines below are looked at as if the first
 * were one: numbers, times or UUIDs there make it one. */
static hw_status decide_header(const hwi_parse_input *input, const hwi_plan *plan, top *t,
                               hw_error *err)
{
    const hwi_source *source = &input->sources->items[0];
    hwi_header_guess guess = input->options->header > 0 ? HWI_HEADER_YES : HWI_HEADER_NO;
    if (input->options->header == 0)
        HW_TRY(hwi_guess_header(&plan->dialect, t->first_line, source->end, &guess, err));
    t->has_header = guess != HWI_HEADER_NO;
    if (guess != HWI_HEADER_MAYBE)
        return HW_OK;
    HW_AUTO_PLAN(trial);
    trial.dialect = plan->dialect;
    trial.n_threads = plan->n_threads;
    HW_TRY(add_columns(&trial, source, t->first_line, true, &t->second_line, err));
    hw_parse_options missing = {.na_strings = input->options->na_strings};
    HW_TRY(hwi_plan_apply_options(&trial, &missing, err));
    __attribute__((cleanup(hwi_piece_list_clear))) hwi_piece_list pieces = {0};
    HW_TRY(hwi_cut(&trial.dialect, source, 0, t->second_line, input->piece_bytes, trial.n_threads,
                   &pieces, err));
    return hwi_guess_kinds(&trial, &pieces, &t->has_header, err);
}

/* Names and kinds of the columns, and the pieces to parse. */
static hw_status make_plan(const hwi_parse_input *input, top *t, hwi_plan *plan,
                           hwi_piece_list *pieces, hw_error *err)
{
    const hwi_source *source = &input->sources->items[0];
    HW_TRY(decide_header(input, plan, t, err));
    HW_TRY(add_columns(plan, source, t->first_line, t->has_header, &t->second_line, err));
    if (t->has_header)
        HW_TRY(hwi_plan_check_names(plan, source->path, err));
    HW_TRY(hwi_plan_apply_options(plan, input->options, err));
    HW_TRY(cut_sources(plan, input, t, pieces, err));
    bool has_values;
    return hwi_guess_kinds(plan, pieces, &has_values, err);
}

hw_status hwi_parse_csv(const hwi_parse_input *input, hw_frame **out, hw_error *err)
{
    HW_AUTO_PLAN(plan);
    plan.n_threads = input->options->n_threads;
    plan.max_bytes = input->max_bytes;
    plan.thrifty_bytes = input->thrifty_bytes;
    top t = {0};
    HW_TRY(choose_dialect(input, &plan, &t, err));
    __attribute__((cleanup(hwi_piece_list_clear))) hwi_piece_list pieces = {0};
    HW_TRY(make_plan(input, &t, &plan, &pieces, err));
    return hwi_parse_rows(&plan, input->sources, &pieces, out, err);
}
