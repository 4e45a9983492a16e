/* SPDX-License-Identifier: Apache-2.0
 *
 * The table's own columns in a MOJO whose columns are made from them (categorical_encoding). Read
 * from untrusted files: every name and count is checked against the model's columns. */
#include <stdio.h>
#include <string.h>

#include "encoder/recode.h"
#include "model/mojo.h"

enum { MAX_ENTRY_BYTES = 256 << 20, MAX_COLUMNS = 10000000 };

/* Back from the escapes, in place. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *c = text; *c; c++) {
        if (*c == '\\' && c[1]) {
            c++;
            *to++ = *c == 'n' ? '\n' : *c == 'r' ? '\r' : *c;
        } else {
            *to++ = *c;
        }
    }
    *to = '\0';
}

hw_status hwi_mojo_cut_lines(const char *path, const char *entry, const hwi_buffer *text,
                             bool has_escapes, int32_t n, char ***out, hw_error *err)
{
    const char *begin = hwi_buffer_text(text), *end = begin + text->size;
    int64_t n_lines = 0;
    for (const char *c = begin; c < end; c++)
        n_lines += *c == '\n' || c + 1 == end;
    if (text->size && strlen(begin) != text->size)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s is no text", path, entry);
    if (n_lines != n)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s has %lld levels, but model.ini says %d", path, entry,
                (long long)n_lines, n);
    char **lines = HWI_NEW_ARRAY(char *, (size_t)n);
    HW_CHECK_ALLOC(err, lines);
    for (int32_t i = 0; i < n; i++) {
        const char *stop = memchr(begin, '\n', (size_t)(end - begin));
        size_t n_bytes = (size_t)((stop ? stop : end) - begin);
        lines[i] = hwi_strndup(begin, n_bytes);
        if (!lines[i]) {
            hwi_texts_free(lines, n);
            HW_FAIL(err, HW_ENOMEM, NULL, "out of memory for %d levels", n);
        }
        if (has_escapes)
            unescape(lines[i]);
        begin += n_bytes + 1;
    }
    *out = lines;
    return HW_OK;
}

static hw_status read_names(hwi_zip *zip, const hwi_ini *ini, bool has_escapes, int32_t n,
                            hwi_model_column *columns, hw_error *err)
{
    HW_AUTO_BUFFER(text);
    char **names = NULL;
    HW_TRY(hwi_zip_read(zip, "_orig_names", MAX_ENTRY_BYTES, &text, err));
    HW_TRY(hwi_mojo_cut_lines(ini->path, "_orig_names", &text, has_escapes, n, &names, err));
    for (int32_t i = 0; i < n; i++) {
        columns[i].name = HW_TAKE(names[i]);
        columns[i].type = HW_TYPE_REAL;
    }
    hwi_texts_free(names, n);
    return HW_OK;
}

static hw_status read_levels(hwi_zip *zip, const hwi_ini *ini, bool has_escapes, int32_t index,
                             hwi_model_column *column, hw_error *err)
{
    char key[48], entry[48];
    int32_t n_levels = 0;
    snprintf(key, sizeof key, "_m_orig_domain_values_%d", index);
    snprintf(entry, sizeof entry, "_orig_domain_values_%d", index);
    if (hwi_ini_find(ini, key))
        HW_TRY(hwi_ini_int(ini, key, 0, INT32_MAX, &n_levels, err));
    if (n_levels == 0)
        return HW_OK;
    HW_AUTO_BUFFER(text);
    HW_TRY(hwi_zip_read(zip, entry, MAX_ENTRY_BYTES, &text, err));
    HW_TRY(
        hwi_mojo_cut_lines(ini->path, entry, &text, has_escapes, n_levels, &column->levels, err));
    column->n_levels = n_levels;
    column->type = HW_TYPE_ENUM;
    return HW_OK;
}

static bool encoding_of(const hwi_ini *ini, hw_categorical_encoding *out)
{
    const char *word = hwi_ini_raw(ini, "_genmodel_encoding");
    if (!word)
        return false;
    *out = strcmp(word, "LabelEncoder") == 0 ? HW_CATEGORICAL_ENCODING_LABEL_ENCODER
           : strcmp(word, "Binary") == 0     ? HW_CATEGORICAL_ENCODING_BINARY
           : strcmp(word, "null") == 0       ? HW_CATEGORICAL_ENCODING_ENUM_LIMITED
                                             : HW_CATEGORICAL_ENCODING_AUTO;
    return *out != HW_CATEGORICAL_ENCODING_AUTO;
}

hw_status hwi_mojo_read_recoding(hwi_zip *zip, const hwi_ini *ini, bool has_escapes,
                                 hwi_encoder *encoder, hw_error *err)
{
    hw_categorical_encoding encoding;
    int32_t n = 0, n_special = encoder->n_columns - encoder->n_cats - encoder->n_nums;
    if (!encoding_of(ini, &encoding))
        return HW_OK;
    HW_TRY(hwi_ini_int(ini, "_n_orig_names", n_special + 1, MAX_COLUMNS, &n, err));
    HW_AUTO(hwi_recoding) *recoding = hwi_recoding_new_empty(n, n - n_special);
    HW_CHECK_ALLOC(err, recoding);
    recoding->encoding = encoding;
    recoding->max_levels = 1; /* the state knows better */
    HW_TRY(read_names(zip, ini, has_escapes, n, recoding->columns, err));
    for (int32_t i = 0; i < n; i++)
        HW_TRY(read_levels(zip, ini, has_escapes, i, &recoding->columns[i], err));
    encoder->recoding = HW_TAKE(recoding);
    return HW_OK;
}

/* Of the predictors. */
static const hwi_model_column *find_column(const hwi_encoder *encoder, const char *name)
{
    for (int32_t i = 0; i < encoder->n_cats + encoder->n_nums; i++)
        if (strcmp(encoder->columns[i].name, name) == 0)
            return &encoder->columns[i];
    return NULL;
}

static hw_status copy_column(const hwi_model_column *from, hwi_model_column *to, hw_error *err)
{
    to->type = from->type;
    to->name = hwi_strdup(from->name);
    to->levels = HWI_NEW_ARRAY(char *, (size_t)from->n_levels);
    HW_CHECK_ALLOC(err, to->name);
    HW_CHECK_ALLOC(err, to->levels);
    to->n_levels = from->n_levels;
    for (int32_t i = 0; i < from->n_levels; i++) {
        to->levels[i] = hwi_strdup(from->levels[i]);
        HW_CHECK_ALLOC(err, to->levels[i]);
    }
    return HW_OK;
}

/* The columns made from predictor i are there, and of the right kind. */
static hw_status check_derived(const char *path, const hwi_encoder *encoder, int32_t i,
                               int32_t *n_found, hw_error *err)
{
    hwi_recoding *recoding = encoder->recoding;
    const hwi_model_column *original = &recoding->columns[i];
    bool stays_category = recoding->encoding == HW_CATEGORICAL_ENCODING_ENUM_LIMITED &&
                          original->type == HW_TYPE_ENUM;
    for (int32_t part = 0;; part++) {
        HW_AUTO_BUFFER(name);
        bool is_there = hwi_recoding_derived_name(recoding, i, part, &name);
        HW_TRY(hwi_buffer_check(&name, err));
        if (!is_there)
            return HW_OK;
        const hwi_model_column *column = find_column(encoder, hwi_buffer_text(&name));
        if (!column || (column->type == HW_TYPE_ENUM) != stays_category)
            HW_FAIL(err, HW_EFORMAT, NULL,
                    "%s: model.ini: column \"%.100s\", made from \"%.100s\", is not there or of "
                    "another kind",
                    path, hwi_buffer_text(&name), original->name);
        bool is_limited = stays_category && strcmp(column->name, original->name) != 0;
        if (is_limited && column->n_levels != recoding->max_levels + 1)
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini: column \"%.100s\" has %d levels, not %d",
                    path, column->name, column->n_levels, recoding->max_levels + 1);
        if (is_limited)
            HW_TRY(copy_column(column, &recoding->limited[i], err));
        ++*n_found;
    }
}

hw_status hwi_mojo_finish_recoding(const char *path, hwi_encoder *encoder, hw_error *err)
{
    hwi_recoding *recoding = encoder->recoding;
    if (!recoding)
        return HW_OK;
    int32_t n_predictors = encoder->n_cats + encoder->n_nums, n_found = 0;
    for (int32_t i = 0; i < recoding->n_predictors; i++)
        HW_TRY(check_derived(path, encoder, i, &n_found, err));
    if (n_found != n_predictors)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: model.ini has %d predictors, but %d are made", path,
                n_predictors, n_found);
    for (int32_t i = recoding->n_predictors; i < recoding->n_columns; i++) {
        int32_t at = n_predictors + i - recoding->n_predictors;
        if (strcmp(recoding->columns[i].name, encoder->columns[at].name) != 0)
            HW_FAIL(err, HW_EFORMAT, NULL, "%s: _orig_names: \"%.100s\" stands where \"%.100s\" is",
                    path, recoding->columns[i].name, encoder->columns[at].name);
    }
    return HW_OK;
}
