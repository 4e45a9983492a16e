/* SPDX-License-Identifier: Apache-2.0
 *
 * ARFF: a head of "@attribute name type" lines that says everything the CSV reader guesses, then
 * "@data" and lines of cells, separated by commas or blanks, with "?" for missing. */
#include <string.h>
#include <strings.h>

#include "frame/frame.h"
#include "frame/guess.h"
#include "frame/parse.h"

/* A place in the head of a source. */
typedef struct head {
    const hwi_source *source;
    const char *p;
    hwi_plan *plan;
} head;

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_space(head *h)
{
    while (is_space(*h->p))
        h->p++;
}

static const char *skip_line(const char *p)
{
    while (!hwi_is_line_end(*p))
        p++;
    return hwi_skip_line_end(p);
}

/* Moves over empty lines and comments; false at the end of the text. */
static bool find_line(head *h)
{
    while (h->p < h->source->end) {
        skip_space(h);
        if (!hwi_is_line_end(*h->p) && *h->p != '%')
            return true;
        h->p = skip_line(h->p);
    }
    return false;
}

/* Whether the word stands at p, in any case, and ends there. */
static bool is_word(const char *p, const char *word)
{
    size_t n = 0;
    for (; word[n]; n++)
        if ((p[n] | 0x20) != (word[n] | 0x20))
            return false;
    return is_space(p[n]) || hwi_is_line_end(p[n]) || p[n] == '{';
}

static hw_status fail_here(const head *h, const char *what, hw_error *err)
{
    HW_FAIL(err, HW_EDATA, NULL, "%s: line %lld: %s", h->source->path,
            (long long)hwi_source_line(h->source, h->p), what);
}

bool hwi_is_arff(const hwi_source *source)
{
    head h = {source, source->begin, NULL};
    return find_line(&h) && (is_word(h.p, "@relation") || is_word(h.p, "@attribute"));
}

/* A name or level, quoted or up to one of the ends. */
static hw_status read_name(head *h, const char *ends, hwi_buffer *out, hw_error *err)
{
    out->size = 0;
    hwi_buffer_append(out, "", 0);
    char quote = *h->p == '"' || *h->p == '\'' ? *h->p : '\0';
    if (quote)
        h->p++;
    for (; !hwi_is_line_end(*h->p); h->p++) {
        if (quote ? *h->p == quote : strchr(ends, *h->p) != NULL)
            break;
        if (quote && *h->p == '\\' && !hwi_is_line_end(h->p[1]))
            h->p++;
        hwi_buffer_append_char(out, *h->p);
    }
    if (quote && *h->p != quote)
        return fail_here(h, "a quote that does not close", err);
    h->p += quote != '\0';
    while (!quote && out->size && is_space(out->data[out->size - 1]))
        out->size--;
    return hwi_buffer_check(out, err);
}

/* "{a, b, 'c d'}" */
static hw_status read_levels(head *h, hwi_plan_column *column, hw_error *err)
{
    HW_AUTO_BUFFER(level);
    h->p++;
    for (;;) {
        skip_space(h);
        if (*h->p == '}')
            break;
        HW_TRY(read_name(h, ",}", &level, err));
        int32_t n_before = column->declared.n;
        int32_t code = hwi_dictionary_add(&column->declared, hwi_buffer_text(&level), level.size,
                                          HWI_MAX_LEVELS);
        if (code == HWI_DICTIONARY_NO_MEMORY)
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory");
        if (code == HWI_DICTIONARY_FULL)
            return fail_here(h, "more than 10,000,000 levels", err);
        if (code < n_before)
            return fail_here(h, "a level that stands twice", err);
        skip_space(h);
        if (*h->p == ',')
            h->p++;
        else if (*h->p != '}')
            return fail_here(h, "a level list without its closing brace", err);
    }
    h->p++;
    if (column->declared.n == 0)
        return fail_here(h, "an attribute without levels", err);
    column->kind = HWI_KIND_ENUM;
    return HW_OK;
}

static hw_status read_type(head *h, hwi_plan_column *column, hw_error *err)
{
    static const struct {
        const char *word;
        hwi_kind kind;
    } types[] = {
        {"numeric", HWI_KIND_NUMERIC}, {"real", HWI_KIND_NUMERIC}, {"integer", HWI_KIND_NUMERIC},
        {"string", HWI_KIND_STRING},   {"date", HWI_KIND_TIME},    {"uuid", HWI_KIND_UUID},
        {"enum", HWI_KIND_ENUM},
    };
    column->is_kind_given = true;
    if (*h->p == '{')
        return read_levels(h, column, err);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (is_word(h->p, types[i].word)) {
            column->kind = types[i].kind;
            return HW_OK;
        }
    }
    return fail_here(h,
                     "an attribute of unknown type (numeric, real, integer, string, date, uuid or "
                     "{levels})",
                     err);
}

static hw_status read_attribute(head *h, hw_error *err)
{
    HW_AUTO_BUFFER(name);
    h->p += strlen("@attribute");
    skip_space(h);
    HW_TRY(read_name(h, " \t{", &name, err));
    if (name.size == 0)
        return fail_here(h, "an attribute without a name", err);
    HW_TRY(hwi_plan_add_column(h->plan, hwi_buffer_text(&name), name.size, err));
    skip_space(h);
    return read_type(h, &h->plan->columns[h->plan->n_columns - 1], err);
}

/* Everything up to and with "@data". */
static hw_status read_head(head *h, hw_error *err)
{
    while (find_line(h)) {
        if (is_word(h->p, "@data")) {
            h->p = skip_line(h->p);
            if (h->plan->n_columns == 0)
                return fail_here(h, "@data without any @attribute before", err);
            return HW_OK;
        }
        if (is_word(h->p, "@attribute"))
            HW_TRY(read_attribute(h, err));
        else if (!is_word(h->p, "@relation"))
            return fail_here(h, "neither @relation nor @attribute nor @data", err);
        h->p = skip_line(h->p);
    }
    HW_FAIL(err, HW_EDATA, NULL, "%s: no @data", h->source->path);
}

/* Commas, unless the first row has none. */
static hw_status choose_dialect(hwi_plan *plan, const hwi_source *source, const char *data,
                                hw_error *err)
{
    hwi_dialect dialect;
    hwi_dialect_init(&dialect, ',');
    dialect.comment = '%';
    hwi_dialect_allow_single_quotes(&dialect);
    const char *row = hwi_dialect_skip_idle_lines(&dialect, data, source->end);
    HW_AUTO_BUFFER(scratch);
    int32_t n = 0;
    bool is_row = row < source->end &&
                  hwi_dialect_find_line_end(&dialect, row, source->end, &scratch, &n) != NULL;
    if (is_row && n == 1 && plan->n_columns > 1) {
        const char *p = hwi_dialect_skip_blanks(&dialect, row);
        const char *tab = memchr(p, '\t', (size_t)(skip_line(p) - p));
        hwi_dialect_init(&dialect, tab ? '\t' : ' ');
        dialect.comment = '%';
        hwi_dialect_allow_single_quotes(&dialect);
    }
    plan->dialect = dialect;
    return hwi_buffer_check(&scratch, err);
}

static hw_status refuse_sparse(const hwi_plan *plan, const hwi_source *source, const char *data,
                               hw_error *err)
{
    const char *row = hwi_dialect_skip_idle_lines(&plan->dialect, data, source->end);
    row = row < source->end ? hwi_dialect_skip_blanks(&plan->dialect, row) : row;
    if (row < source->end && *row == '{')
        HW_FAIL(err, HW_EDATA, NULL,
                "%s: line %lld: sparse rows ({index value, ...}) are not read; write every value",
                source->path, (long long)hwi_source_line(source, row));
    return HW_OK;
}

/* The heads of all sources must say the same. */
static hw_status compare_plans(const hwi_plan *first, const hwi_plan *other, const char *path,
                               hw_error *err)
{
    bool is_same = first->n_columns == other->n_columns;
    for (int32_t i = 0; is_same && i < first->n_columns; i++) {
        const hwi_plan_column *a = &first->columns[i], *b = &other->columns[i];
        is_same =
            strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->declared.n == b->declared.n;
        for (int32_t k = 0; is_same && k < a->declared.n; k++)
            is_same = hwi_text_compare(&a->declared.texts[k], &b->declared.texts[k]) == 0;
    }
    if (!is_same)
        HW_FAIL(err, HW_EDATA, NULL, "%s: its attributes differ from those of the first file",
                path);
    return HW_OK;
}

static hw_status add_missing_sign(hwi_plan *plan, hw_error *err)
{
    for (int32_t i = 0; i < plan->n_columns; i++) {
        hwi_plan_column *column = &plan->columns[i];
        column->missing = HWI_NEW_ARRAY(hwi_text, 1);
        HW_CHECK_ALLOC(err, column->missing);
        char *sign = hwi_strdup("?");
        HW_CHECK_ALLOC(err, sign);
        column->missing[0] = (hwi_text){sign, 1};
        column->n_missing = 1;
    }
    return HW_OK;
}

hw_status hwi_parse_arff(const hwi_parse_input *input, hw_frame **out, hw_error *err)
{
    HW_AUTO_PLAN(plan);
    plan.n_threads = input->options->n_threads;
    plan.max_bytes = input->max_bytes;
    plan.thrifty_bytes = input->thrifty_bytes;
    __attribute__((cleanup(hwi_piece_list_clear))) hwi_piece_list pieces = {0};
    for (int32_t i = 0; i < input->sources->n; i++) {
        const hwi_source *source = &input->sources->items[i];
        HW_AUTO_PLAN(other);
        head h = {source, source->begin, i == 0 ? &plan : &other};
        HW_TRY(read_head(&h, err));
        HW_TRY(hwi_source_check_bytes(source, source->begin, h.p, err));
        if (i == 0)
            HW_TRY(choose_dialect(&plan, source, h.p, err));
        else
            HW_TRY(compare_plans(&plan, &other, source->path, err));
        HW_TRY(refuse_sparse(&plan, source, h.p, err));
        HW_TRY(hwi_cut(&plan.dialect, source, i, h.p, input->piece_bytes, plan.n_threads, &pieces,
                       err));
    }
    HW_TRY(hwi_plan_check_names(&plan, input->sources->items[0].path, err));
    HW_TRY(add_missing_sign(&plan, err));
    HW_TRY(hwi_plan_apply_options(&plan, input->options, err));
    for (int32_t i = 0; i < plan.n_columns; i++) /* a type given by the user undoes the levels */
        if (plan.columns[i].kind != HWI_KIND_ENUM)
            hwi_dictionary_clear(&plan.columns[i].declared);
    return hwi_parse_rows(&plan, input->sources, &pieces, out, err);
}
