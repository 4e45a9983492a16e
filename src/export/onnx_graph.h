/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph of ONNX under construction. Inputs come first, then constants and nodes in the order of
 * computation; a node may take only what exists. All tensors have two dimensions unless said
 * otherwise. A failed allocation is remembered; hwi_onnx_write tells. */
#pragma once

#include "base/buffer.h"

/* Numbers of ONNX (TensorProto.DataType). */
typedef enum hwi_onnx_type {
    HWI_ONNX_FLOAT = 1,
    HWI_ONNX_INT64 = 7,
    HWI_ONNX_STRING = 8,
    HWI_ONNX_DOUBLE = 11
} hwi_onnx_type;

typedef int32_t hwi_onnx_value; /* an input, a constant, or what a node makes */
enum { HWI_ONNX_NONE = -1 };

typedef struct hwi_onnx_graph {
    hwi_buffer nodes, initializers, inputs, outputs;
    const char *prefix; /* of every name that is no input or output */
    char **names;       /* (n_values) */
    int32_t n_values, n_room;
    bool failed;
    bool uses_ml; /* the domain ai.onnx.ml */
} hwi_onnx_graph;

void hwi_onnx_clear(hwi_onnx_graph *graph);

/* Inputs and outputs of shape (N, 1). note: documentation for readers, or NULL. */
hwi_onnx_value hwi_onnx_input(hwi_onnx_graph *graph, const char *name, hwi_onnx_type type,
                              const char *note);
void hwi_onnx_declare_output(hwi_onnx_graph *graph, const char *name, hwi_onnx_type type);

/* Constants. label: part of the name. */
hwi_onnx_value hwi_onnx_constant_doubles(hwi_onnx_graph *graph, const char *label,
                                         const double *values, int64_t n_rows, int64_t n_columns);
hwi_onnx_value hwi_onnx_constant_floats(hwi_onnx_graph *graph, const char *label,
                                        const float *values, int64_t n_rows, int64_t n_columns);
/* One dimension. */
hwi_onnx_value hwi_onnx_constant_ints(hwi_onnx_graph *graph, const char *label,
                                      const int64_t *values, int64_t n);
hwi_onnx_value hwi_onnx_constant_texts(hwi_onnx_graph *graph, const char *label,
                                       char *const *values, int64_t n);
hwi_onnx_value hwi_onnx_number(hwi_onnx_graph *graph, double value);

/* A node with up to three inputs (HWI_ONNX_NONE for none) and one output; label is its name. */
hwi_onnx_value hwi_onnx_node(hwi_onnx_graph *graph, const char *op, const char *label,
                             hwi_onnx_value a, hwi_onnx_value b, hwi_onnx_value c);
/* The same with an integer attribute. */
hwi_onnx_value hwi_onnx_node_with(hwi_onnx_graph *graph, const char *op, const char *label,
                                  hwi_onnx_value a, hwi_onnx_value b, const char *attribute,
                                  int64_t value);
hwi_onnx_value hwi_onnx_cast(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                             hwi_onnx_type type);
/* Columns side by side. */
hwi_onnx_value hwi_onnx_concat(hwi_onnx_graph *graph, const char *label,
                               const hwi_onnx_value *values, int32_t n);
/* Into pieces of so many columns each. names: of graph outputs, or NULL. Returns the first of n
 * consecutive values. */
hwi_onnx_value hwi_onnx_split(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                              int64_t n_columns_each, int32_t n, char *const *names);
/* Whole numbers for texts, `otherwise` for every other text. */
hwi_onnx_value hwi_onnx_look_up(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                                char *const *texts, const int64_t *numbers, int32_t n,
                                int64_t otherwise);
/* Makes a value the output of that name. */
void hwi_onnx_publish(hwi_onnx_graph *graph, hwi_onnx_value a, const char *name);

/* What goes around a graph. */
typedef struct hwi_onnx_model {
    const char *name, *note;
    const char *const (*properties)[2]; /* key and value */
    int32_t n_properties;
} hwi_onnx_model;

/* Appends the file. HW_EUNSUPPORTED above the 2 GB that protocol buffers end at. */
hw_status hwi_onnx_write(hwi_onnx_graph *graph, const hwi_onnx_model *model, hwi_buffer *out,
                         hw_error *err) HW_MUST_USE;
