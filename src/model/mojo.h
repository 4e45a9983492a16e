/* SPDX-License-Identifier: Apache-2.0
 *
 * The model file from inside: the parts that hw_model_write and hw_model_read are made of. See
 * docs/internals/model-file.md for the layout. Writers only read the model; a reader fills a model
 * that nobody else has yet. */
#pragma once

#include <jansson.h>

#include "base/json.h"
#include "base/zip.h"
#include "model/ini.h"
#include "model/model.h"

/* The version of the entries below heavywater/. Raised when an older reader would misread them. */
enum { HWI_STATE_VERSION = 2 };

#define HWI_STATE_ENTRY "heavywater/model.json"
#define HWI_OPTIMIZER_ENTRY "heavywater/optimizer.bin"
#define HWI_BEST_ENTRY "heavywater/best.bin"
#define HWI_TRAINED_ENTRY "heavywater/trained.bin"
#define HWI_DETAILS_ENTRY "experimental/modelDetails.json"

/* HW_EINVAL (field = the name) when a column of this name cannot stand in a MOJO: model.ini has one
 * name a line, without any escaping. Cheap: to be asked before training, not after. */
hw_status hwi_mojo_check_column_name(const char *name, hw_error *err) HW_MUST_USE;

/* The whole archive, in memory. */
hw_status hwi_model_write_archive(const hw_model *model, hwi_buffer *out,
                                  hw_error *err) HW_MUST_USE;

/* The id in the file: a checksum of what scoring needs. */
int64_t hwi_mojo_uuid(const hw_model *model);

/* Writers of single entries; the buffer remembers a failure. */
void hwi_mojo_write_ini(const hw_model *model, hwi_buffer *out);
void hwi_mojo_write_details(const hw_model *model, hwi_buffer *out);
void hwi_state_write(const hw_model *model, hwi_buffer *out);
/* HW_ENOMEM. Nothing is appended when the network has no optimiser state. */
hw_status hwi_optimizer_write(const hwi_network *network, hwi_buffer *out,
                              hw_error *err) HW_MUST_USE;

/* Parts of JSON that the result, the details and the state share. */
void hwi_model_put_column_names(hwi_json *json, const hwi_encoder *encoder);
void hwi_model_put_column_types(hwi_json *json, const hwi_encoder *encoder);
void hwi_model_put_domains(hwi_json *json, const hwi_encoder *encoder);
/* The levels, or null for what has none. */
void hwi_model_put_levels(hwi_json *json, const hwi_model_column *column);
void hwi_model_put_messages(hwi_json *json, const hwi_messages *messages);

/* The scoring histories of the folds: an array of tables. */
void hwi_model_put_fold_histories(hwi_json *json, const hw_model *model);

const char *hwi_ending_name(hw_ending ending);

/* The kinds of optimiser arrays that the entry holds. */
typedef struct hwi_optimizer_kinds {
    bool has_adadelta, has_momenta, has_average_activation;
} hwi_optimizer_kinds;
hw_status hwi_optimizer_read_kinds(const hwi_buffer *entry, const char *path,
                                   hwi_optimizer_kinds *out, hw_error *err) HW_MUST_USE;
/* Into a network that was made with these kinds. */
hw_status hwi_optimizer_read(const hwi_buffer *entry, const char *path, hwi_network *network,
                             hw_error *err) HW_MUST_USE;

/* All arrays of a network, weights included, in the same form; back into a network of the same
 * kinds. name is that of the entry, for errors. */
hw_status hwi_network_write(const hwi_network *network, hwi_buffer *out, hw_error *err) HW_MUST_USE;
hw_status hwi_network_read(const hwi_buffer *entry, const char *path, const char *name,
                           hwi_network *network, hw_error *err) HW_MUST_USE;

/* What a running training leaves (hwi_snapshot): its keys in the state, its networks as entries of
 * their own, which stay empty where the model's network is meant. */
void hwi_snapshot_put(hwi_json *json, const hw_model *model);
hw_status hwi_snapshot_write_networks(const hw_model *model, hwi_buffer *out_best,
                                      hwi_buffer *out_trained, hw_error *err) HW_MUST_USE;
/* model->snapshot, when the state has one. The network is there already. */
hw_status hwi_snapshot_read(hwi_zip *zip, const json_t *state, const char *path, hw_model *model,
                            hw_error *err) HW_MUST_USE;

/* The lines of an entry, freshly allocated: exactly n; the last line feed may be missing.
 * HW_EFORMAT when there are more or fewer. */
hw_status hwi_mojo_cut_lines(const char *path, const char *entry, const hwi_buffer *text,
                             bool has_escapes, int32_t n, char ***out, hw_error *err) HW_MUST_USE;
/* encoder->recoding, when model.ini names an encoding that needs one. The encoder has its columns
 * already. */
hw_status hwi_mojo_read_recoding(hwi_zip *zip, const hwi_ini *ini, bool has_escapes,
                                 hwi_encoder *encoder, hw_error *err) HW_MUST_USE;
/* After the state is read: whether the recoding makes the encoder's columns. */
hw_status hwi_mojo_finish_recoding(const char *path, hwi_encoder *encoder,
                                   hw_error *err) HW_MUST_USE;

/* Fills what model.ini does not know: the encoder's rest, parameters, tables, metrics, counters.
 * The model has its category, encoder and network already. */
hw_status hwi_state_read(const json_t *state, const char *path, hw_model *model,
                         hw_error *err) HW_MUST_USE;
/* The same from H2O's own details (NULL when there are none), as far as they can be trusted:
 * nothing in them is an error but exhausted memory. */
hw_status hwi_details_read(const json_t *details, hw_model *model, hw_error *err) HW_MUST_USE;
/* Tables and metrics alone. What cannot be read is left out. */
hw_status hwi_details_read_results(const json_t *details, hw_model *model,
                                   hw_error *err) HW_MUST_USE;
/* Seed and number of slots of a hashed model, which only the details know. False when they are not
 * there. */
bool hwi_details_read_hashing(const json_t *details, int32_t *out_n_slots, int64_t *out_seed);
/* The column of weights, or NULL. Borrowed. */
const char *hwi_details_weights_column(const json_t *details);
