/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a model as a MOJO: what stands in which entry of the archive. */
#include "encoder/recode.h"
#include "model/mojo.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

static const char readme_text[] = "modelDetails.json repeats what H2O shows of an imported model. "
                                  "It is not needed for scoring.\n";

hw_status hwi_mojo_check_column_name(const char *name, hw_error *err)
{
    static const char *const headers[] = {"[info]", "[columns]", "[domains]"};
    size_t n = strlen(name);
    if (n == 0)
        HW_FAIL(err, HW_EINVAL, NULL, "a column without a name cannot stand in a model file");
    const char *why = NULL;
    if (name[0] == '#')
        why = "starts with \"#\"";
    else if ((unsigned char)name[0] <= ' ' || (unsigned char)name[n - 1] <= ' ')
        why = "has a blank at an end";
    else if (strpbrk(name, "\n\r"))
        why = "holds a line break";
    for (int i = 0; i < 3; i++)
        if (strcmp(name, headers[i]) == 0)
            why = "is a section's header there";
    if (why)
        HW_FAIL(err, HW_EINVAL, name, "column \"%.200s\" cannot stand in a model file: its name %s",
                name, why);
    return HW_OK;
}

static hw_status check_model(const hw_model *model, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    for (int32_t i = 0; i < encoder->n_columns; i++)
        HW_TRY(hwi_mojo_check_column_name(encoder->columns[i].name, err));
    for (int32_t i = 0; encoder->recoding && i < encoder->recoding->n_columns; i++)
        HW_TRY(hwi_mojo_check_column_name(encoder->recoding->columns[i].name, err));
    /* A model with numbers that are none would be refused by every reader. */
    return hwi_network_check_finite(model->network, "the model cannot be saved: ", err);
}

/* One text a line. Backslash, LF and CR are escaped, nothing else is. */
static void write_line(const char *text, hwi_buffer *out)
{
    for (const char *c = text; *c; c++) {
        const char *escaped = *c == '\\' ? "\\\\" : *c == '\n' ? "\\n" : *c == '\r' ? "\\r" : NULL;
        if (escaped)
            hwi_buffer_append_text(out, escaped);
        else
            hwi_buffer_append_char(out, *c);
    }
    hwi_buffer_append_char(out, '\n');
}

static void write_domain(const hwi_model_column *column, hwi_buffer *out)
{
    for (int32_t i = 0; i < column->n_levels; i++)
        write_line(column->levels[i], out);
}

typedef struct domain_entry {
    char name[40];
    hwi_buffer text;
} domain_entry;

/* All that an archive is made of while it is made. */
typedef struct parts {
    hwi_buffer ini, details, state, optimizer, best, trained;
    domain_entry *domains; /* of the model's columns, then what the recoding is made of */
    int32_t n_domains, n_originals;
    hwi_zip_entry *entries;
    int32_t n_entries;
} parts;

static void clear_parts(parts *p)
{
    hwi_buffer_clear(&p->ini);
    hwi_buffer_clear(&p->details);
    hwi_buffer_clear(&p->state);
    hwi_buffer_clear(&p->optimizer);
    hwi_buffer_clear(&p->best);
    hwi_buffer_clear(&p->trained);
    for (int32_t i = 0; i < p->n_domains + p->n_originals; i++)
        hwi_buffer_clear(&p->domains[i].text);
    hwi_free(p->domains);
    hwi_free(p->entries);
}

/* The table's columns and their levels, from which the model's columns are made. */
static hw_status make_originals(const hwi_recoding *recoding, parts *p, hw_error *err)
{
    domain_entry *names = &p->domains[p->n_domains + p->n_originals++];
    snprintf(names->name, sizeof names->name, "_orig_names");
    for (int32_t i = 0; i < recoding->n_columns; i++) {
        write_line(recoding->columns[i].name, &names->text);
        if (recoding->columns[i].n_levels == 0)
            continue;
        domain_entry *levels = &p->domains[p->n_domains + p->n_originals++];
        snprintf(levels->name, sizeof levels->name, "_orig_domain_values_%d", i);
        write_domain(&recoding->columns[i], &levels->text);
        HW_TRY(hwi_buffer_check(&levels->text, err));
    }
    return hwi_buffer_check(&names->text, err);
}

static hw_status make_domains(const hw_model *model, parts *p, hw_error *err)
{
    const hwi_encoder *encoder = model->encoder;
    const hwi_recoding *recoding = encoder->recoding;
    size_t n_originals = recoding ? (size_t)recoding->n_columns + 1 : 0;
    p->domains = HWI_NEW_ARRAY(domain_entry, (size_t)encoder->n_columns + n_originals);
    HW_CHECK_ALLOC(err, p->domains);
    for (int32_t i = 0; i < encoder->n_columns; i++) {
        if (encoder->columns[i].type != HW_TYPE_ENUM)
            continue;
        domain_entry *domain = &p->domains[p->n_domains];
        snprintf(domain->name, sizeof domain->name, "domains/d%03d.txt", p->n_domains++);
        write_domain(&encoder->columns[i], &domain->text);
        HW_TRY(hwi_buffer_check(&domain->text, err));
    }
    return recoding ? make_originals(recoding, p, err) : HW_OK;
}

/* The file is to be no larger than H2O's, which has level 6, and the optimiser's bytes together; a
 * snapshot is written in passing. */
static int ini_level(const hw_model *model)
{
    return model->snapshot ? 1 : 6;
}

/* Level 0 for arrays of floats, which hardly pack at all, and are read in no time when they are
 * not. */
static void add_entry(parts *p, const char *name, const hwi_buffer *data, int level)
{
    p->entries[p->n_entries++] = (hwi_zip_entry){name, hwi_buffer_text(data), data->size, level};
}

static hw_status make_parts(const hw_model *model, parts *p, hw_error *err)
{
    hwi_mojo_write_ini(model, &p->ini);
    hwi_mojo_write_details(model, &p->details);
    hwi_state_write(model, &p->state);
    HW_TRY(hwi_buffer_check(&p->ini, err));
    HW_TRY(hwi_buffer_check(&p->details, err));
    HW_TRY(hwi_buffer_check(&p->state, err));
    HW_TRY(hwi_optimizer_write(model->network, &p->optimizer, err));
    HW_TRY(hwi_snapshot_write_networks(model, &p->best, &p->trained, err));
    HW_TRY(make_domains(model, p, err));

    p->entries = HWI_NEW_ARRAY(hwi_zip_entry, (size_t)(p->n_domains + p->n_originals) + 7);
    HW_CHECK_ALLOC(err, p->entries);
    for (int32_t i = p->n_domains; i < p->n_domains + p->n_originals; i++)
        add_entry(p, p->domains[i].name, &p->domains[i].text, 6);
    add_entry(p, "model.ini", &p->ini, ini_level(model));
    for (int32_t i = 0; i < p->n_domains; i++)
        add_entry(p, p->domains[i].name, &p->domains[i].text, 6);
    add_entry(p, HWI_DETAILS_ENTRY, &p->details, 6);
    p->entries[p->n_entries++] =
        (hwi_zip_entry){"experimental/README.md", readme_text, sizeof readme_text - 1, 6};
    add_entry(p, HWI_STATE_ENTRY, &p->state, 6);
    if (p->optimizer.size > 0)
        add_entry(p, HWI_OPTIMIZER_ENTRY, &p->optimizer, 0);
    if (p->best.size > 0)
        add_entry(p, HWI_BEST_ENTRY, &p->best, 0);
    if (p->trained.size > 0)
        add_entry(p, HWI_TRAINED_ENTRY, &p->trained, 0);
    return HW_OK;
}

hw_status hwi_model_write_archive(const hw_model *model, hwi_buffer *out, hw_error *err)
{
    HW_TRY(check_model(model, err));
    __attribute__((cleanup(clear_parts))) parts p = {0};
    HW_TRY(make_parts(model, &p, err));
    return hwi_zip_build(p.entries, p.n_entries, out, err);
}

hw_status hw_model_write(const hw_model *model, const char *path, hw_error *err)
{
    HW_CHECK_ARG(err, model && path);
    HW_AUTO_BUFFER(archive);
    HW_TRY(hwi_model_write_archive(model, &archive, err));
    return hwi_file_write(path, archive.data, archive.size, err);
}
