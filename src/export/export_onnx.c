/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole way of a row as an ONNX graph: one input a column, H2O's prediction columns out. All
 * arithmetic is in double; weights are kept as the floats that they are and widened in the graph.
 * A category is a look-up of its text among the levels, which gives the row of the weight matrix to
 * add: the product with a one-hot vector. With hashing, rows of one unit add up by themselves. */
#include <string.h>

#include "base/utf8.h"
#include "export/export.h"
#include "export/onnx_graph.h"
#include "frame/distinct_names.h"
#include "nn/distribution.h"

enum { NONE = HWI_ONNX_NONE };

typedef struct builder {
    const hwi_export *of;
    hwi_onnx_graph graph;
    hwi_buffer prefix;
    char **names; /* of inputs, then of outputs; they differ */
    int32_t n_names;
    char **output_names;    /* in names: "predict" of classifiers, then one a number */
    hwi_onnx_value *inputs; /* predictors, then the offset */
} builder;

static hwi_onnx_value node(builder *b, const char *op, const char *label, hwi_onnx_value a,
                           hwi_onnx_value c)
{
    return hwi_onnx_node(&b->graph, op, label, a, c, NONE);
}

static int32_t n_inputs(const hwi_export *of)
{
    return of->n_predictors + of->has_offset;
}

static hw_status check_text(const char *text, const char *what, hw_error *err)
{
    if (!hwi_utf8_is_valid(text))
        HW_FAIL(err, HW_EUNSUPPORTED, "to",
                "ONNX holds texts in UTF-8 only, and %s '%.200s' is in another encoding; convert "
                "the training table",
                what, text);
    return HW_OK;
}

static hw_status check_texts(const hwi_export *of, hw_error *err)
{
    const hw_model *model = of->model;
    for (int32_t i = 0; i < n_inputs(of); i++) {
        const hwi_model_column *column = hwi_export_column(of, i);
        HW_TRY(check_text(column->name, "the column name", err));
        if (column->name[0] == '\0')
            HW_FAIL(err, HW_EUNSUPPORTED, "to",
                    "ONNX has no inputs without a name: name column %d of the training table",
                    i + 1);
        for (int32_t k = 0; k < column->n_levels; k++)
            HW_TRY(check_text(column->levels[k], "the level", err));
    }
    for (int32_t k = 0; hwi_model_is_classifier(model) && k < model->n_classes; k++)
        HW_TRY(check_text(hw_model_class_name(model, k), "the class", err));
    return HW_OK;
}

/* The names of a file must differ, those of inputs from those of outputs, too. */
static hw_status name_values(builder *b, hw_error *err)
{
    const int32_t n_in = n_inputs(b->of), n_labels = hwi_model_is_classifier(b->of->model) ? 1 : 0;
    const int32_t n = n_in + n_labels + b->of->n_outputs;
    b->names = HWI_NEW_ARRAY(char *, (size_t)n);
    HW_CHECK_ALLOC(err, b->names);
    b->n_names = n;
    b->output_names = b->names + n_in;
    for (int32_t i = 0; i < n; i++) {
        const int32_t output = i - n_in - n_labels;
        b->names[i] = hwi_strdup(i < n_in      ? hwi_export_column(b->of, i)->name
                                 : output >= 0 ? b->of->output_names[output]
                                               : "predict");
        HW_CHECK_ALLOC(err, b->names[i]);
    }
    HW_TRY(hwi_names_make_distinct(b->names, n_in, n, err));
    /* A prefix of inner names that no outer one begins with. */
    hwi_buffer_append_text(&b->prefix, "heavywater/");
    for (int32_t i = 0; i < n; i++) {
        if (strncmp(b->names[i], hwi_buffer_text(&b->prefix), b->prefix.size) != 0)
            continue;
        hwi_buffer_append_char(&b->prefix, '/');
        i = -1;
    }
    HW_TRY(hwi_buffer_check(&b->prefix, err));
    b->graph.prefix = hwi_buffer_text(&b->prefix);
    return HW_OK;
}

static hw_status put_inputs(builder *b, hw_error *err)
{
    const int32_t n_cats = b->of->model->encoder->n_cats, n = n_inputs(b->of);
    b->inputs = HWI_ALLOC_ARRAY(hwi_onnx_value, (size_t)n);
    HW_CHECK_ALLOC(err, b->inputs);
    for (int32_t i = 0; i < n; i++) {
        const hwi_model_column *column = hwi_export_column(b->of, i);
        const bool is_text = i < n_cats;
        const char *note = is_text                    ? "A level; any other text counts as missing."
                           : i == b->of->n_predictors ? "The offset."
                           : column->type == HW_TYPE_TIME
                               ? "Milliseconds since 1970 UTC; NaN is missing."
                               : "A number; NaN is missing.";
        b->inputs[i] = hwi_onnx_input(&b->graph, column->name,
                                      is_text ? HWI_ONNX_STRING : HWI_ONNX_DOUBLE, note);
    }
    return HW_OK;
}

/* The weights of inputs [begin, begin + n) as doubles, (n, rows); a row of zeros for -1. Channels
 * of Maxout stand behind each other: all units of the first, then all of the second. */
static hwi_onnx_value put_weights(builder *b, const hwi_layer *layer, int32_t begin, int32_t n,
                                  bool has_zero_row)
{
    const int32_t n_rows = layer->n_rows, n_channels = layer->n_channels;
    float *values = hwi_alloc_array((size_t)n + has_zero_row, (size_t)n_rows * sizeof *values);
    if (!values) {
        b->graph.failed = true;
        return NONE;
    }
    for (int32_t c = 0; c < n; c++)
        for (int32_t r = 0; r < n_rows; r++)
            values[(int64_t)c * n_rows + r % n_channels * layer->n_units + r / n_channels] =
                layer->weights[hwi_layer_at(layer, begin + c, r)];
    if (has_zero_row)
        memset(values + (int64_t)n * n_rows, 0, (size_t)n_rows * sizeof *values);
    hwi_onnx_value floats =
        hwi_onnx_constant_floats(&b->graph, "weights", values, n + has_zero_row, n_rows);
    hwi_free(values);
    return hwi_onnx_cast(&b->graph, "weights", floats, HWI_ONNX_DOUBLE);
}

static hwi_onnx_value put_biases(builder *b, const hwi_layer *layer)
{
    double *values = HWI_ALLOC_ARRAY(double, (size_t)layer->n_rows);
    if (!values) {
        b->graph.failed = true;
        return NONE;
    }
    for (int32_t r = 0; r < layer->n_rows; r++)
        values[r % layer->n_channels * layer->n_units + r / layer->n_channels] = layer->biases[r];
    hwi_onnx_value out = hwi_onnx_constant_doubles(&b->graph, "biases", values, 1, layer->n_rows);
    hwi_free(values);
    return out;
}

/* The number of the input unit, (N, 1); `absent` for levels that light none. */
static hwi_onnx_value put_look_up(builder *b, int32_t cat, int64_t absent)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    const hwi_model_column *column = &encoder->columns[cat];
    /* A look-up needs a key, so a column without levels has "", which is missing as all others. */
    char nothing[] = "", *no_level = nothing;
    const int32_t n = column->n_levels > 0 ? column->n_levels : 1;
    int64_t *units = HWI_ALLOC_ARRAY(int64_t, (size_t)n);
    if (!units) {
        b->graph.failed = true;
        return NONE;
    }
    for (int32_t k = 0; k < n; k++) {
        int32_t unit = hwi_export_unit(encoder, cat, k);
        units[k] = unit >= 0 ? unit : absent;
    }
    int32_t missing = hwi_export_unit(encoder, cat, column->n_levels);
    hwi_onnx_value out = hwi_onnx_look_up(&b->graph, "unit", b->inputs[cat],
                                          column->n_levels > 0 ? column->levels : &no_level, units,
                                          n, missing >= 0 ? missing : absent);
    hwi_free(units);
    return out;
}

static hwi_onnx_value sum(builder *b, hwi_onnx_value so_far, hwi_onnx_value more)
{
    return so_far == NONE ? more : node(b, "Add", "sum", so_far, more);
}

/* What the categories add to the first layer. */
static hwi_onnx_value put_categories(builder *b, const hwi_layer *layer)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    const int32_t n_units = encoder->n_units - encoder->n_nums;
    const int64_t one = 1;
    const hwi_onnx_value weights = put_weights(b, layer, 0, n_units, true);
    const hwi_onnx_value axis = hwi_onnx_constant_ints(&b->graph, "axis", &one, 1);
    hwi_onnx_value out = NONE;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++) {
        hwi_onnx_value unit = put_look_up(b, cat, n_units);
        hwi_onnx_value rows =
            hwi_onnx_node_with(&b->graph, "Gather", "category", weights, unit, "axis", 0);
        out = sum(b, out, node(b, "Squeeze", "category", rows, axis)); /* (N, 1, U) to (N, U) */
    }
    return out;
}

/* Numbers, standardised, 0 where missing. */
static hwi_onnx_value put_numbers(builder *b)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    const int32_t n = encoder->n_nums;
    const hwi_onnx_value *first = b->inputs + encoder->n_cats;
    hwi_onnx_value raw = n == 1 ? first[0] : hwi_onnx_concat(&b->graph, "numbers", first, n);
    hwi_onnx_value x = raw;
    if (encoder->norm_mul) {
        x = node(b, "Sub", "centred", x,
                 hwi_onnx_constant_doubles(&b->graph, "norm_sub", encoder->norm_sub, 1, n));
        x = node(b, "Mul", "standardised", x,
                 hwi_onnx_constant_doubles(&b->graph, "norm_mul", encoder->norm_mul, 1, n));
    }
    return hwi_onnx_node(&b->graph, "Where", "imputed", node(b, "IsNaN", "is_missing", raw, NONE),
                         hwi_onnx_number(&b->graph, 0), x);
}

static hwi_onnx_value put_softmax(builder *b, hwi_onnx_value net)
{
    return hwi_onnx_node_with(&b->graph, "Softmax", "softmax", net, NONE, "axis", 1);
}

static hwi_onnx_value put_activation(builder *b, const hwi_layer *layer, hwi_onnx_value net)
{
    hwi_onnx_value zero, negative, first;
    switch (layer->kind) {
    case HWI_UNIT_TANH:
        return node(b, "Tanh", "tanh", net, NONE);
    case HWI_UNIT_RECTIFIER:
        return node(b, "Relu", "rectifier", net, NONE);
    case HWI_UNIT_EXP_RECTIFIER:
        /* max(z, 0) + (exp(min(z, 0)) - 1): Elu is not made for doubles everywhere. */
        zero = hwi_onnx_number(&b->graph, 0);
        negative = node(b, "Exp", "negative", node(b, "Min", "negative", net, zero), NONE);
        negative = node(b, "Sub", "negative", negative, hwi_onnx_number(&b->graph, 1));
        return node(b, "Add", "exp_rectifier", node(b, "Max", "positive", net, zero), negative);
    case HWI_UNIT_MAXOUT:
        first = hwi_onnx_split(&b->graph, "channel", net, layer->n_units, 2, NULL);
        return node(b, "Max", "maxout", first, first + 1);
    case HWI_UNIT_SOFTMAX:
        return put_softmax(b, net);
    case HWI_UNIT_LINEAR:
        return net;
    }
    HW_ASSERT(false);
    return NONE;
}

/* What the offset adds to the output unit. */
static hwi_onnx_value put_offset(builder *b)
{
    const hwi_export *of = b->of;
    const hwi_encoder *encoder = of->model->encoder;
    const hwi_onnx_value offset = b->inputs[of->n_predictors];
    hwi_onnx_value out = offset;
    if (encoder->has_resp_norm && of->offset_as_h2o)
        out = node(b, "Sub", "offset", out, hwi_onnx_number(&b->graph, encoder->resp_sub));
    if (encoder->has_resp_norm)
        out = node(b, "Mul", "offset", out, hwi_onnx_number(&b->graph, encoder->resp_mul));
    if (!of->offset_as_h2o)
        return out;
    hwi_onnx_value zero = hwi_onnx_number(&b->graph, 0);
    return hwi_onnx_node(&b->graph, "Where", "offset", node(b, "Greater", "counts", offset, zero),
                         out, zero);
}

static hwi_onnx_value put_network(builder *b)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    const hwi_network *network = b->of->model->network;
    hwi_onnx_value out = NONE;
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        hwi_onnx_value net = NONE;
        if (l > 0)
            net = node(b, "MatMul", "product", out, put_weights(b, layer, 0, layer->n_in, false));
        if (l == 0 && encoder->n_cats > 0)
            net = put_categories(b, layer);
        if (l == 0 && encoder->n_nums > 0)
            net = sum(b, net,
                      node(b, "MatMul", "product", put_numbers(b),
                           put_weights(b, layer, encoder->n_units - encoder->n_nums,
                                       encoder->n_nums, false)));
        net = node(b, "Add", "net", net, put_biases(b, layer));
        if (l == network->n_layers - 1 && b->of->has_offset)
            net = node(b, "Add", "net", net, put_offset(b));
        out = put_activation(b, layer, net);
        if (l < network->n_layers - 1 && layer->dropout_ratio > 0)
            out = node(b, "Mul", "kept", out, hwi_onnx_number(&b->graph, 1 - layer->dropout_ratio));
    }
    return out;
}

static hwi_onnx_value put_balance(builder *b, hwi_onnx_value p)
{
    const hw_model *model = b->of->model;
    const int64_t one = 1;
    double *factors = HWI_ALLOC_ARRAY(double, (size_t)model->n_classes);
    if (!factors) {
        b->graph.failed = true;
        return NONE;
    }
    for (int32_t k = 0; k < model->n_classes; k++)
        factors[k] = hwi_export_balance(model, k);
    p = node(b, "Mul", "balanced", p,
             hwi_onnx_constant_doubles(&b->graph, "balance", factors, 1, model->n_classes));
    hwi_free(factors);
    hwi_onnx_value axes = hwi_onnx_constant_ints(&b->graph, "axes", &one, 1);
    hwi_onnx_value total =
        hwi_onnx_node_with(&b->graph, "ReduceSum", "total", p, axes, "keepdims", 1);
    return node(b, "Div", "balanced", p, total);
}

static void put_classes(builder *b, hwi_onnx_value p)
{
    const hw_model *model = b->of->model;
    const hwi_encoder *encoder = model->encoder;
    if (hwi_model_scorer(model).model_distribution)
        p = put_balance(b, p);
    hwi_onnx_value first =
        hwi_onnx_split(&b->graph, "probability", p, 1, model->n_classes, b->output_names + 1);
    hwi_onnx_value label;
    if (model->category == HW_CATEGORY_BINOMIAL) {
        label = node(b, "GreaterOrEqual", "is_second", first + 1,
                     hwi_onnx_number(&b->graph, model->default_threshold));
        label = hwi_onnx_cast(&b->graph, "label", label, HWI_ONNX_INT64);
    } else {
        label = hwi_onnx_node_with(&b->graph, "ArgMax", "label", p, NONE, "axis", 1);
    }
    char *const *levels = encoder->columns[encoder->response_at].levels;
    hwi_onnx_value texts = hwi_onnx_constant_texts(&b->graph, "classes", levels, model->n_classes);
    label = hwi_onnx_node_with(&b->graph, "Gather", "class", texts, label, "axis", 0);
    hwi_onnx_publish(&b->graph, label, b->output_names[0]);
    hwi_onnx_declare_output(&b->graph, b->output_names[0], HWI_ONNX_STRING);
    for (int32_t k = 1; k <= model->n_classes; k++)
        hwi_onnx_declare_output(&b->graph, b->output_names[k], HWI_ONNX_DOUBLE);
}

static void put_regression(builder *b, hwi_onnx_value y)
{
    const hw_model *model = b->of->model;
    if (model->encoder->has_resp_norm) {
        y = node(b, "Div", "scaled", y, hwi_onnx_number(&b->graph, model->encoder->resp_mul));
        y = node(b, "Add", "scaled", y, hwi_onnx_number(&b->graph, model->encoder->resp_sub));
    }
    if (hwi_distribution_has_log_link(model->distribution))
        y = node(b, "Min", "response", node(b, "Exp", "response", y, NONE),
                 hwi_onnx_number(&b->graph, 1e19));
    hwi_onnx_publish(&b->graph, y, b->output_names[0]);
    hwi_onnx_declare_output(&b->graph, b->output_names[0], HWI_ONNX_DOUBLE);
}

/* Scaling undone for all units at once: categories have factor 1 and add 0. */
static void put_reconstruction(builder *b, hwi_onnx_value y)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    const int32_t n = b->of->n_outputs, first = n - encoder->n_nums;
    double *mul = HWI_ALLOC_ARRAY(double, (size_t)n);
    double *sub = HWI_ALLOC_ARRAY(double, (size_t)n);
    b->graph.failed = b->graph.failed || !mul || !sub;
    for (int32_t u = 0; mul && sub && u < n; u++) {
        bool is_scaled = u >= first && encoder->norm_mul;
        mul[u] = is_scaled ? encoder->norm_mul[u - first] : 1;
        sub[u] = is_scaled ? encoder->norm_sub[u - first] : 0;
    }
    if (mul && sub && encoder->norm_mul && encoder->n_nums > 0) {
        y = node(b, "Div", "scaled", y,
                 hwi_onnx_constant_doubles(&b->graph, "norm_mul", mul, 1, n));
        y = node(b, "Add", "scaled", y,
                 hwi_onnx_constant_doubles(&b->graph, "norm_sub", sub, 1, n));
    }
    hwi_free(mul);
    hwi_free(sub);
    hwi_onnx_split(&b->graph, "reconstruction", y, 1, n, b->output_names);
    for (int32_t u = 0; u < n; u++)
        hwi_onnx_declare_output(&b->graph, b->output_names[u], HWI_ONNX_DOUBLE);
}

static hw_status build(builder *b, hwi_buffer *out, hw_error *err)
{
    const hw_model *model = b->of->model;
    HW_TRY(check_texts(b->of, err));
    HW_TRY(name_values(b, err));
    HW_TRY(put_inputs(b, err));
    hwi_onnx_value y = put_network(b);
    if (hwi_model_is_classifier(model))
        put_classes(b, y);
    else if (model->category == HW_CATEGORY_REGRESSION)
        put_regression(b, y);
    else
        put_reconstruction(b, y);
    const char *response = hw_model_response_name(model);
    const char *const properties[][2] = {{"category", hw_category_name(model->category)},
                                         {"response", response ? response : ""}};
    const hwi_onnx_model file = {
        .name = b->of->name,
        .note = "A network of heavywater. One input a column, of shape (N, 1); outputs are the "
                "columns of `heavywater predict`.",
        .properties = properties,
        .n_properties = response && hwi_utf8_is_valid(response) ? 2 : 1,
    };
    return hwi_onnx_write(&b->graph, &file, out, err);
}

hw_status hwi_export_onnx(const hwi_export *of, hwi_buffer *out, hw_error *err)
{
    builder b = {.of = of};
    hw_status status = build(&b, out, err);
    hwi_onnx_clear(&b.graph);
    hwi_buffer_clear(&b.prefix);
    hwi_texts_free(b.names, b.n_names);
    hwi_free(b.inputs);
    return status;
}
