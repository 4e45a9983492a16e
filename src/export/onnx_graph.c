/* SPDX-License-Identifier: Apache-2.0
 *
 * Field numbers are those of onnx.proto. */
#include "export/onnx_graph.h"

#include <string.h>

#include "export/protobuf.h"

enum { IR_VERSION = 8, OPSET = 17, ML_OPSET = 3 }; /* of ONNX 1.12 */

/* AttributeProto.AttributeType */
enum { ATTRIBUTE_INT = 2, ATTRIBUTE_INTS = 7, ATTRIBUTE_STRINGS = 8 };

void hwi_onnx_clear(hwi_onnx_graph *graph)
{
    for (int32_t i = 0; i < graph->n_values; i++)
        hwi_free(graph->names[i]);
    hwi_free(graph->names);
    hwi_buffer_clear(&graph->nodes);
    hwi_buffer_clear(&graph->initializers);
    hwi_buffer_clear(&graph->inputs);
    hwi_buffer_clear(&graph->outputs);
    *graph = (hwi_onnx_graph){0};
}

/* Takes the name, which may be NULL after a failed allocation. */
static hwi_onnx_value add_value(hwi_onnx_graph *graph, char *name)
{
    if (graph->n_values == graph->n_room) {
        int32_t n_room = graph->n_room ? 2 * graph->n_room : 64;
        char **names =
            hwi_realloc_array(graph->names, (size_t)graph->n_room, (size_t)n_room, sizeof *names);
        if (!names) {
            graph->failed = true;
            hwi_free(name);
            return HWI_ONNX_NONE;
        }
        graph->names = names;
        graph->n_room = n_room;
    }
    graph->failed = graph->failed || !name;
    graph->names[graph->n_values] = name;
    return graph->n_values++;
}

/* A name inside the graph: the prefix, the label, a number that makes it unique. */
static hwi_onnx_value add_named(hwi_onnx_graph *graph, const char *label)
{
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "%s%s.%d", graph->prefix, label, graph->n_values);
    return add_value(graph, name.failed ? NULL : hwi_strdup(hwi_buffer_text(&name)));
}

static const char *name_of(const hwi_onnx_graph *graph, hwi_onnx_value value)
{
    const char *name = value >= 0 ? graph->names[value] : NULL;
    return name ? name : "";
}

/* ValueInfoProto of shape (N, 1). */
static void put_value_info(hwi_buffer *out, int field, const char *name, hwi_onnx_type type,
                           const char *note)
{
    HW_AUTO_BUFFER(rows);
    HW_AUTO_BUFFER(one);
    HW_AUTO_BUFFER(shape);
    HW_AUTO_BUFFER(tensor);
    HW_AUTO_BUFFER(kind);
    HW_AUTO_BUFFER(info);
    hwi_proto_put_text(&rows, 2, "N");
    hwi_proto_put_int(&one, 1, 1);
    hwi_proto_put_message(&shape, 1, &rows);
    hwi_proto_put_message(&shape, 1, &one);
    hwi_proto_put_int(&tensor, 1, type);
    hwi_proto_put_message(&tensor, 2, &shape);
    hwi_proto_put_message(&kind, 1, &tensor);
    hwi_proto_put_text(&info, 1, name);
    hwi_proto_put_message(&info, 2, &kind);
    if (note)
        hwi_proto_put_text(&info, 3, note);
    hwi_proto_put_message(out, field, &info);
}

hwi_onnx_value hwi_onnx_input(hwi_onnx_graph *graph, const char *name, hwi_onnx_type type,
                              const char *note)
{
    put_value_info(&graph->inputs, 11, name, type, note);
    return add_value(graph, hwi_strdup(name));
}

void hwi_onnx_declare_output(hwi_onnx_graph *graph, const char *name, hwi_onnx_type type)
{
    put_value_info(&graph->outputs, 12, name, type, NULL);
}

static void put_tensor_head(hwi_buffer *tensor, hwi_onnx_type type, int64_t n_rows,
                            int64_t n_columns)
{
    hwi_proto_put_int(tensor, 1, n_rows);
    if (n_columns >= 0)
        hwi_proto_put_int(tensor, 1, n_columns);
    hwi_proto_put_int(tensor, 2, type);
}

/* The bytes of a tensor are little-endian on every machine. */
static void put_raw(hwi_buffer *tensor, const void *values, size_t n, size_t width)
{
    HW_AUTO_BUFFER(raw);
    const unsigned char *from = values;
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        hwi_buffer_append(&raw, values, n * width);
    else
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < width; k++)
                hwi_buffer_append_char(&raw, (char)from[i * width + width - 1 - k]);
    hwi_proto_put_message(tensor, 9, &raw);
}

static hwi_onnx_value add_initializer(hwi_onnx_graph *graph, const char *label, hwi_buffer *tensor)
{
    hwi_onnx_value value = add_named(graph, label);
    hwi_proto_put_text(tensor, 8, name_of(graph, value));
    hwi_proto_put_message(&graph->initializers, 5, tensor);
    return value;
}

hwi_onnx_value hwi_onnx_constant_doubles(hwi_onnx_graph *graph, const char *label,
                                         const double *values, int64_t n_rows, int64_t n_columns)
{
    HW_AUTO_BUFFER(tensor);
    put_tensor_head(&tensor, HWI_ONNX_DOUBLE, n_rows, n_columns);
    put_raw(&tensor, values, (size_t)n_rows * (size_t)n_columns, sizeof *values);
    return add_initializer(graph, label, &tensor);
}

hwi_onnx_value hwi_onnx_constant_floats(hwi_onnx_graph *graph, const char *label,
                                        const float *values, int64_t n_rows, int64_t n_columns)
{
    HW_AUTO_BUFFER(tensor);
    put_tensor_head(&tensor, HWI_ONNX_FLOAT, n_rows, n_columns);
    put_raw(&tensor, values, (size_t)n_rows * (size_t)n_columns, sizeof *values);
    return add_initializer(graph, label, &tensor);
}

hwi_onnx_value hwi_onnx_constant_ints(hwi_onnx_graph *graph, const char *label,
                                      const int64_t *values, int64_t n)
{
    HW_AUTO_BUFFER(tensor);
    put_tensor_head(&tensor, HWI_ONNX_INT64, n, -1);
    put_raw(&tensor, values, (size_t)n, sizeof *values);
    return add_initializer(graph, label, &tensor);
}

hwi_onnx_value hwi_onnx_constant_texts(hwi_onnx_graph *graph, const char *label,
                                       char *const *values, int64_t n)
{
    HW_AUTO_BUFFER(tensor);
    put_tensor_head(&tensor, HWI_ONNX_STRING, n, -1);
    for (int64_t i = 0; i < n; i++)
        hwi_proto_put_text(&tensor, 6, values[i]);
    return add_initializer(graph, label, &tensor);
}

hwi_onnx_value hwi_onnx_number(hwi_onnx_graph *graph, double value)
{
    return hwi_onnx_constant_doubles(graph, "number", &value, 1, 1);
}

static void put_attribute(hwi_buffer *node, const char *name, int type, hwi_buffer *values)
{
    HW_AUTO_BUFFER(attribute);
    hwi_proto_put_text(&attribute, 1, name);
    hwi_buffer_append(&attribute, values->data, values->size);
    hwi_proto_put_int(&attribute, 20, type);
    attribute.failed = attribute.failed || values->failed;
    hwi_proto_put_message(node, 5, &attribute);
}

static void put_int_attribute(hwi_buffer *node, const char *name, int64_t value)
{
    HW_AUTO_BUFFER(field);
    hwi_proto_put_int(&field, 3, value);
    put_attribute(node, name, ATTRIBUTE_INT, &field);
}

/* Ends a node and adds it. */
static void add_node(hwi_onnx_graph *graph, hwi_buffer *node, const char *op, const char *name)
{
    hwi_proto_put_text(node, 3, name);
    hwi_proto_put_text(node, 4, op);
    hwi_proto_put_message(&graph->nodes, 1, node);
}

static hwi_onnx_value end_node(hwi_onnx_graph *graph, hwi_buffer *node, const char *op,
                               const char *label)
{
    hwi_onnx_value out = add_named(graph, label);
    hwi_proto_put_text(node, 2, name_of(graph, out));
    add_node(graph, node, op, name_of(graph, out));
    return out;
}

static void put_inputs(const hwi_onnx_graph *graph, const hwi_onnx_value *values, int32_t n,
                       hwi_buffer *node)
{
    for (int32_t i = 0; i < n; i++)
        if (values[i] != HWI_ONNX_NONE)
            hwi_proto_put_text(node, 1, name_of(graph, values[i]));
}

hwi_onnx_value hwi_onnx_node(hwi_onnx_graph *graph, const char *op, const char *label,
                             hwi_onnx_value a, hwi_onnx_value b, hwi_onnx_value c)
{
    HW_AUTO_BUFFER(node);
    put_inputs(graph, (const hwi_onnx_value[]){a, b, c}, 3, &node);
    return end_node(graph, &node, op, label);
}

hwi_onnx_value hwi_onnx_node_with(hwi_onnx_graph *graph, const char *op, const char *label,
                                  hwi_onnx_value a, hwi_onnx_value b, const char *attribute,
                                  int64_t value)
{
    HW_AUTO_BUFFER(node);
    put_inputs(graph, (const hwi_onnx_value[]){a, b}, 2, &node);
    put_int_attribute(&node, attribute, value);
    return end_node(graph, &node, op, label);
}

hwi_onnx_value hwi_onnx_cast(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                             hwi_onnx_type type)
{
    return hwi_onnx_node_with(graph, "Cast", label, a, HWI_ONNX_NONE, "to", type);
}

hwi_onnx_value hwi_onnx_concat(hwi_onnx_graph *graph, const char *label,
                               const hwi_onnx_value *values, int32_t n)
{
    HW_AUTO_BUFFER(node);
    put_inputs(graph, values, n, &node);
    put_int_attribute(&node, "axis", 1);
    return end_node(graph, &node, "Concat", label);
}

hwi_onnx_value hwi_onnx_split(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                              int64_t n_columns_each, int32_t n, char *const *names)
{
    int64_t *sizes = HWI_ALLOC_ARRAY(int64_t, (size_t)n);
    graph->failed = graph->failed || !sizes;
    for (int32_t i = 0; sizes && i < n; i++)
        sizes[i] = n_columns_each;
    const hwi_onnx_value widths = hwi_onnx_constant_ints(graph, "widths", sizes, sizes ? n : 0);
    hwi_free(sizes);
    HW_AUTO_BUFFER(node);
    put_inputs(graph, (const hwi_onnx_value[]){a, widths}, 2, &node);
    put_int_attribute(&node, "axis", 1);
    const hwi_onnx_value first = graph->n_values;
    for (int32_t i = 0; i < n; i++) {
        hwi_onnx_value out =
            names ? add_value(graph, hwi_strdup(names[i])) : add_named(graph, label);
        hwi_proto_put_text(&node, 2, name_of(graph, out));
    }
    HW_AUTO_BUFFER(name);
    hwi_buffer_printf(&name, "%s%s.%d", graph->prefix, label, first);
    add_node(graph, &node, "Split", hwi_buffer_text(&name));
    return first;
}

hwi_onnx_value hwi_onnx_look_up(hwi_onnx_graph *graph, const char *label, hwi_onnx_value a,
                                char *const *texts, const int64_t *numbers, int32_t n,
                                int64_t otherwise)
{
    HW_AUTO_BUFFER(keys);
    HW_AUTO_BUFFER(values);
    HW_AUTO_BUFFER(node);
    for (int32_t i = 0; i < n; i++) {
        hwi_proto_put_text(&keys, 9, texts[i]);
        hwi_proto_put_int(&values, 8, numbers[i]);
    }
    put_inputs(graph, &a, 1, &node);
    hwi_proto_put_text(&node, 7, "ai.onnx.ml");
    put_attribute(&node, "keys_strings", ATTRIBUTE_STRINGS, &keys);
    put_attribute(&node, "values_int64s", ATTRIBUTE_INTS, &values);
    put_int_attribute(&node, "default_int64", otherwise);
    graph->uses_ml = true;
    return end_node(graph, &node, "LabelEncoder", label);
}

void hwi_onnx_publish(hwi_onnx_graph *graph, hwi_onnx_value a, const char *name)
{
    HW_AUTO_BUFFER(node);
    HW_AUTO_BUFFER(label);
    put_inputs(graph, &a, 1, &node);
    hwi_proto_put_text(&node, 2, name);
    hwi_buffer_printf(&label, "%soutput.%d", graph->prefix, a);
    add_node(graph, &node, "Identity", hwi_buffer_text(&label));
}

static void put_opset(hwi_buffer *model, const char *domain, int64_t version)
{
    HW_AUTO_BUFFER(opset);
    hwi_proto_put_text(&opset, 1, domain);
    hwi_proto_put_int(&opset, 2, version);
    hwi_proto_put_message(model, 8, &opset);
}

static void put_model_head(const hwi_onnx_graph *graph, const hwi_onnx_model *model,
                           hwi_buffer *out)
{
    hwi_proto_put_int(out, 1, IR_VERSION);
    hwi_proto_put_text(out, 2, "heavywater");
    hwi_proto_put_text(out, 3, HW_VERSION);
    hwi_proto_put_text(out, 6, model->note);
    put_opset(out, "", OPSET);
    if (graph->uses_ml)
        put_opset(out, "ai.onnx.ml", ML_OPSET);
    for (int32_t i = 0; i < model->n_properties; i++) {
        HW_AUTO_BUFFER(entry);
        hwi_proto_put_text(&entry, 1, model->properties[i][0]);
        hwi_proto_put_text(&entry, 2, model->properties[i][1]);
        hwi_proto_put_message(out, 14, &entry);
    }
}

hw_status hwi_onnx_write(hwi_onnx_graph *graph, const hwi_onnx_model *model, hwi_buffer *out,
                         hw_error *err)
{
    HW_AUTO_BUFFER(text);
    hwi_buffer *parts[] = {&graph->nodes, &graph->initializers, &graph->inputs, &graph->outputs};
    size_t n_bytes = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        n_bytes += parts[i]->size;
        graph->failed = graph->failed || parts[i]->failed;
    }
    if (n_bytes > INT32_MAX - (1 << 20))
        HW_FAIL(err, HW_EUNSUPPORTED, "to",
                "the network is too large for one ONNX file (2 GB); c, pojo and weights can hold "
                "it");
    hwi_buffer_append(&text, graph->nodes.data, graph->nodes.size);
    hwi_proto_put_text(&text, 2, model->name);
    hwi_buffer_append(&text, graph->initializers.data, graph->initializers.size);
    hwi_buffer_append(&text, graph->inputs.data, graph->inputs.size);
    hwi_buffer_append(&text, graph->outputs.data, graph->outputs.size);
    text.failed = text.failed || graph->failed;
    put_model_head(graph, model, out);
    hwi_proto_put_message(out, 7, &text);
    return hwi_buffer_check(out, err);
}
