/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a model file that a running training needs to go on exactly: see hwi_snapshot. */
#include <string.h>

#include "base/table_json.h"
#include "model/mojo.h"

static const size_t max_network_bytes = (size_t)4 << 30;

void hwi_snapshot_put(hwi_json *json, const hw_model *model)
{
    const hwi_snapshot *snapshot = model->snapshot;
    if (!snapshot)
        return;
    hwi_json_key(json, "snapshot");
    hwi_json_begin_object(json);
    hwi_json_put_string(json, "run", snapshot->run);
    hwi_json_put_bool(json, "is_finished", snapshot->is_finished);
    hwi_json_put_int(json, "rows_checksum", snapshot->rows_checksum);
    hwi_json_put_bool(json, "has_best", snapshot->has_best);
    hwi_json_put_double(json, "best_loss", snapshot->best_loss);
    hwi_json_put_double(json, "last_scoring_ms", snapshot->last_scoring_ms);
    hwi_json_end_object(json);
}

hw_status hwi_snapshot_write_networks(const hw_model *model, hwi_buffer *out_best,
                                      hwi_buffer *out_trained, hw_error *err)
{
    const hwi_snapshot *snapshot = model->snapshot;
    if (snapshot && snapshot->best)
        HW_TRY(hwi_network_write(snapshot->best, out_best, err));
    if (snapshot && snapshot->trained)
        HW_TRY(hwi_network_write(snapshot->trained, out_trained, err));
    return HW_OK;
}

static hw_status fail_key(const char *path, const char *key, hw_error *err)
{
    HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: snapshot.%s is absent or of another kind", path,
            HWI_STATE_ENTRY, key);
}

static hw_status read_keys(const json_t *json, const char *path, hwi_snapshot *out, hw_error *err)
{
    const char *run = json_string_value(json_object_get(json, "run"));
    const json_t *is_finished = json_object_get(json, "is_finished");
    const json_t *checksum = json_object_get(json, "rows_checksum");
    const json_t *has_best = json_object_get(json, "has_best");
    json_int_t sum = json_integer_value(checksum);
    if (!run)
        return fail_key(path, "run", err);
    if (!json_is_boolean(is_finished))
        return fail_key(path, "is_finished", err);
    if (!json_is_integer(checksum) || sum < 0 || sum > UINT32_MAX)
        return fail_key(path, "rows_checksum", err);
    if (!json_is_boolean(has_best))
        return fail_key(path, "has_best", err);
    if (!hwi_json_read_number(json_object_get(json, "best_loss"), &out->best_loss))
        return fail_key(path, "best_loss", err);
    if (!hwi_json_read_number(json_object_get(json, "last_scoring_ms"), &out->last_scoring_ms) ||
        !(out->last_scoring_ms >= 0))
        return fail_key(path, "last_scoring_ms", err);
    out->is_finished = json_is_true(is_finished);
    out->rows_checksum = (uint32_t)sum;
    out->has_best = json_is_true(has_best);
    out->run = hwi_strdup(run);
    HW_CHECK_ALLOC(err, out->run);
    return HW_OK;
}

/* *out stays NULL when the archive has no such entry. */
static hw_status read_network(hwi_zip *zip, const char *name, const char *path,
                              const hwi_network *like, hwi_network **out, hw_error *err)
{
    if (!hwi_zip_has(zip, name))
        return HW_OK;
    HW_AUTO_BUFFER(entry);
    HW_AUTO(hwi_network) *network = NULL;
    HW_TRY(hwi_zip_read(zip, name, max_network_bytes, &entry, err));
    HW_TRY(hwi_network_copy(like, &network, err));
    HW_TRY(hwi_network_read(&entry, path, name, network, err));
    hw_error why = {0};
    if (hwi_network_check_finite(network, "", &why) != HW_OK)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: %.200s", path, name, why.message);
    *out = HW_TAKE(network);
    return HW_OK;
}

hw_status hwi_snapshot_read(hwi_zip *zip, const json_t *state, const char *path, hw_model *model,
                            hw_error *err)
{
    const json_t *json = json_object_get(state, "snapshot");
    if (!json)
        return HW_OK;
    HW_AUTO(hwi_snapshot) *snapshot = HWI_NEW(hwi_snapshot);
    HW_CHECK_ALLOC(err, snapshot);
    HW_TRY(read_keys(json, path, snapshot, err));
    HW_TRY(read_network(zip, HWI_BEST_ENTRY, path, model->network, &snapshot->best, err));
    HW_TRY(read_network(zip, HWI_TRAINED_ENTRY, path, model->network, &snapshot->trained, err));
    if (snapshot->best && !snapshot->has_best)
        HW_FAIL(err, HW_EFORMAT, NULL, "%s: %s: snapshot.has_best is false, but there is %s", path,
                HWI_STATE_ENTRY, HWI_BEST_ENTRY);
    model->snapshot = HW_TAKE(snapshot);
    return HW_OK;
}
