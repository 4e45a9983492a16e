/* SPDX-License-Identifier: Apache-2.0
 *
 * One Java file: the tables of a model around the text of score.java.txt.
 *
 * Java's limits shape it: a method has at most 64 KB of code, a class 65,535 constants, a constant
 * 65,535 bytes. So numbers are texts in base64, at most NUMBER_BYTES in one and TEXTS_PER_CLASS
 * in a class, and names and levels are put into their array by classes of LEVELS_PER_CLASS. */
#include <string.h>

#include "base/file.h"
#include "export/export.h"
#include "export/source_model.h"
#include "export/source_text.h"
#include "export/templates.h"
#include "model/mojo.h"
#include "nn/distribution.h"

enum {
    NUMBER_BYTES = 36000, /* a multiple of 3, so that texts join without padding, and of 8 */
    TEXTS_PER_CLASS = 100,
    LEVELS_PER_CLASS = 1000,
    MAX_LITERAL_CHARS = 10000
};

/* What goes behind the code while the code is written. */
typedef struct builder {
    const hwi_export *of;
    hwi_buffer *numbers; /* classes that hold numbers */
    int *n_classes;
} builder;

static bool has(const char *flag, const void *ctx)
{
    const builder *b = ctx;
    return hwi_source_has(b->of, flag);
}

static void put_columns(const hwi_export *of, hwi_buffer *out)
{
    hwi_buffer_append_text(out, "//\n// A row:\n");
    hwi_source_put_columns(of, of->n_predictors, "//   ", out);
    if (!of->has_offset)
        return;
    hwi_buffer_append_text(out, "// The offset is ");
    hwi_append_comment(out, hwi_export_column(of, of->n_predictors)->name);
    hwi_buffer_append_text(out, ".\n");
}

static void put_base64(hwi_buffer *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        size_t n_left = n - i;
        uint32_t bits = (uint32_t)bytes[i] << 16 | (n_left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (n_left > 2 ? bytes[i + 2] : 0u);
        char text[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        n_left > 1 ? digits[bits >> 6 & 63] : '=',
                        n_left > 2 ? digits[bits & 63] : '='};
        hwi_buffer_append(out, text, sizeof text);
    }
}

/* Numbers on their way into classes of texts. */
typedef struct number_writer {
    const builder *b;
    hwi_buffer *out; /* gets the names of the classes */
    int n_texts;     /* of the open class */
    size_t n_bytes;
    uint8_t bytes[NUMBER_BYTES];
} number_writer;

static void flush_numbers(number_writer *writer)
{
    hwi_buffer *to = writer->b->numbers;
    if (writer->n_bytes == 0)
        return;
    if (writer->n_texts == TEXTS_PER_CLASS) {
        hwi_buffer_append_text(to, "        };\n    }\n\n");
        writer->n_texts = 0;
    }
    if (writer->n_texts++ == 0) {
        hwi_buffer_printf(writer->out, ", _Numbers_%d.TEXT", *writer->b->n_classes);
        hwi_buffer_printf(to,
                          "    private static final class _Numbers_%d {\n"
                          "        static final String[] TEXT = {\n",
                          (*writer->b->n_classes)++);
    }
    hwi_buffer_append_text(to, "            \"");
    put_base64(to, writer->bytes, writer->n_bytes);
    hwi_buffer_append_text(to, "\",\n");
    writer->n_bytes = 0;
}

static void write_bits(number_writer *writer, uint64_t bits, int n_bytes)
{
    if (writer->n_bytes == NUMBER_BYTES)
        flush_numbers(writer);
    for (int i = n_bytes - 1; i >= 0; i--)
        writer->bytes[writer->n_bytes++] = (uint8_t)(bits >> 8 * i);
}

/* NULL without memory; out remembers. */
static number_writer *open_numbers(const builder *b, hwi_buffer *out)
{
    number_writer *writer = HWI_NEW(number_writer);
    if (!writer) {
        out->failed = true;
        return NULL;
    }
    writer->b = b;
    writer->out = out;
    return writer;
}

static void close_numbers(number_writer *writer)
{
    flush_numbers(writer);
    if (writer->n_texts > 0)
        hwi_buffer_append_text(writer->b->numbers, "        };\n    }\n\n");
    hwi_free(writer);
}

/* "n, _Numbers_1.TEXT ..." */
static void put_doubles(const builder *b, const double *values, int32_t n, hwi_buffer *out)
{
    number_writer *writer = open_numbers(b, out);
    if (!writer)
        return;
    hwi_buffer_printf(out, "%d", n);
    for (int32_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        write_bits(writer, bits, 8);
    }
    close_numbers(writer);
}

static void put_weights(const builder *b, const hwi_layer *layer, hwi_buffer *out)
{
    number_writer *writer = open_numbers(b, out);
    if (!writer)
        return;
    hwi_buffer_printf(out, "%d", layer->n_in * layer->n_rows);
    for (int64_t c = 0; c < layer->n_in; c++) {
        for (int32_t r = 0; r < layer->n_rows; r++) {
            uint32_t bits;
            memcpy(&bits, &layer->weights[hwi_layer_at(layer, c, r)], sizeof bits);
            write_bits(writer, bits, 4);
        }
    }
    close_numbers(writer);
}

static void put_level_begins(const builder *b, hwi_buffer *out)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    number_writer *writer = open_numbers(b, out);
    if (!writer)
        return;
    hwi_buffer_printf(out, "    private static final int[] LEVELS_BEGIN = ints(%d",
                      encoder->n_cats + 1);
    int32_t begin = b->of->n_predictors;
    for (int32_t cat = 0; cat <= encoder->n_cats; cat++) {
        write_bits(writer, (uint32_t)begin, 4);
        begin += cat < encoder->n_cats ? encoder->columns[cat].n_levels : 0;
    }
    close_numbers(writer);
    hwi_buffer_append_text(out, ");\n");
}

static void put_level_units(const builder *b, hwi_buffer *out)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    number_writer *writer = open_numbers(b, out);
    if (!writer)
        return;
    int32_t n = 0;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++)
        n += encoder->columns[cat].n_levels + 1;
    hwi_buffer_printf(out, "    private static final int[] LEVEL_UNITS = ints(%d", n);
    for (int32_t cat = 0; cat < encoder->n_cats; cat++)
        for (int32_t i = 0; i <= encoder->columns[cat].n_levels; i++)
            write_bits(writer, (uint32_t)hwi_export_unit(encoder, cat, i), 4);
    close_numbers(writer);
    hwi_buffer_append_text(out, ");\n");
}

static void put_declaration(const builder *b, const char *name, const double *values, int32_t n,
                            hwi_buffer *out)
{
    hwi_buffer_printf(out, "    %s = ", name);
    if (values) {
        hwi_buffer_append_text(out, "doubles(");
        put_doubles(b, values, n, out);
        hwi_buffer_append_text(out, ");\n");
    } else {
        hwi_buffer_append_text(out, "null;\n");
    }
}

static void put_balance(const builder *b, hwi_buffer *out)
{
    const hw_model *model = b->of->model;
    HW_AUTO(double) *factors = HWI_ALLOC_ARRAY(double, (size_t)model->n_classes);
    if (!factors) {
        out->failed = true;
        return;
    }
    for (int32_t k = 0; k < model->n_classes; k++)
        factors[k] = hwi_export_balance(model, k);
    put_declaration(b, "private static final double[] BALANCE", factors, model->n_classes, out);
}

static void put_norms(const builder *b, hwi_buffer *out)
{
    const hwi_encoder *encoder = b->of->model->encoder;
    put_declaration(b, "private static final double[] NORM_SUB", encoder->norm_sub, encoder->n_nums,
                    out);
    put_declaration(b, "private static final double[] NORM_MUL", encoder->norm_mul, encoder->n_nums,
                    out);
}

static void put_distributions(const builder *b, hwi_buffer *out)
{
    const hwi_scorer scorer = hwi_model_scorer(b->of->model);
    put_declaration(b, "public static final double[] PRIOR_CLASS_DISTRIB",
                    scorer.prior_distribution, b->of->model->n_classes, out);
    put_declaration(b, "public static final double[] MODEL_CLASS_DISTRIB",
                    scorer.model_distribution, b->of->model->n_classes, out);
}

static void put_layer_functions(const builder *b, hwi_buffer *out)
{
    for (int32_t l = 0; l < b->of->model->network->n_layers; l++) {
        const hwi_layer *layer = &b->of->model->network->layers[l];
        hwi_buffer_printf(out,
                          "    private static _Layer layer%d() {\n"
                          "        return new _Layer(",
                          l + 1);
        hwi_source_put_layer(layer, out);
        hwi_buffer_append_text(out, ", floats(");
        put_weights(b, layer, out);
        hwi_buffer_append_text(out, "), doubles(");
        put_doubles(b, layer->biases, layer->n_rows, out);
        hwi_buffer_append_text(out, "));\n    }\n\n");
    }
}

static int32_t n_texts(const hwi_export *of)
{
    const hwi_encoder *encoder = of->model->encoder;
    int32_t n = of->n_predictors;
    for (int32_t cat = 0; cat < encoder->n_cats; cat++)
        n += encoder->columns[cat].n_levels;
    return n + (hwi_model_is_classifier(of->model) ? of->model->n_classes : 0);
}

/* One line of the method that fills the array of texts. */
static void put_text(const char *text, int32_t index, hwi_buffer *out)
{
    if (index % LEVELS_PER_CLASS == 0)
        hwi_buffer_printf(out,
                          "%s    private static final class _Texts_%d {\n"
                          "        static void fill(String[] to) {\n",
                          index ? "        }\n    }\n\n" : "", index / LEVELS_PER_CLASS);
    hwi_buffer_printf(out, "            to[%d] = ", index);
    hwi_append_java_string(out, text, MAX_LITERAL_CHARS);
    hwi_buffer_append_text(out, ";\n");
}

static void put_texts(const hwi_export *of, hwi_buffer *out)
{
    const hwi_encoder *encoder = of->model->encoder;
    int32_t n = 0;
    for (int32_t i = 0; i < of->n_predictors; i++)
        put_text(encoder->columns[i].name, n++, out);
    for (int32_t cat = 0; cat < encoder->n_cats; cat++)
        for (int32_t k = 0; k < encoder->columns[cat].n_levels; k++)
            put_text(encoder->columns[cat].levels[k], n++, out);
    for (int32_t k = 0; hwi_model_is_classifier(of->model) && k < of->model->n_classes; k++)
        put_text(hw_model_class_name(of->model, k), n++, out);
    hwi_buffer_append_text(out, n > 0 ? "        }\n    }\n\n" : "");
}

static void put_sizes(const hwi_export *of, hwi_buffer *out)
{
    const hwi_encoder *encoder = of->model->encoder;
    hwi_buffer_printf(out,
                      "    public static final int NCLASSES = %d;\n"
                      "    private static final int N_CATS = %d, N_NUMS = %d, N_INPUTS = %d, "
                      "N_TEXTS = %d;\n",
                      of->model->n_classes, encoder->n_cats, encoder->n_nums, encoder->n_units,
                      n_texts(of));
    if (!hwi_model_is_classifier(of->model))
        return;
    hwi_buffer_append_text(out, "    private static final double THRESHOLD = ");
    hwi_append_real(out, of->model->default_threshold);
    hwi_buffer_append_text(out, ";\n");
}

static void put_regression(const hwi_export *of, hwi_buffer *out)
{
    hwi_source_put_response_scale(of, "        ", "out", out);
    if (hwi_distribution_has_log_link(of->model->distribution))
        hwi_buffer_append_text(out, "        out = Math.min(1e19, Math.exp(out));\n");
}

static void put_response(const hwi_export *of, hwi_buffer *out)
{
    const char *response = hw_model_response_name(of->model);
    hwi_buffer_append_text(out, "        super(NAMES, DOMAINS, ");
    if (response)
        hwi_append_java_string(out, response, MAX_LITERAL_CHARS);
    else
        hwi_buffer_append_text(out, "null");
    hwi_buffer_append_text(out, ");\n");
}

static void put_offset_name(const hwi_export *of, hwi_buffer *out)
{
    hwi_buffer_append_text(out, "        _offsetColumn = ");
    hwi_append_java_string(out, hwi_export_column(of, of->n_predictors)->name, MAX_LITERAL_CHARS);
    hwi_buffer_append_text(out, ";\n");
}

/* The pieces that are numbers. */
static bool put_number_piece(const char *what, const builder *b, hwi_buffer *out)
{
    if (strcmp(what, "level_begins") == 0)
        put_level_begins(b, out);
    else if (strcmp(what, "level_units") == 0)
        put_level_units(b, out);
    else if (strcmp(what, "norms") == 0)
        put_norms(b, out);
    else if (strcmp(what, "balance") == 0)
        put_balance(b, out);
    else if (strcmp(what, "distributions") == 0)
        put_distributions(b, out);
    else if (strcmp(what, "layer_functions") == 0)
        put_layer_functions(b, out);
    else if (strcmp(what, "numbers") == 0)
        hwi_buffer_append(out, b->numbers->data, b->numbers->size);
    else
        return false;
    return true;
}

static void put(const char *what, const void *ctx, hwi_buffer *out)
{
    const builder *b = ctx;
    const hwi_export *of = b->of;
    if (put_number_piece(what, b, out))
        return;
    if (strcmp(what, "head") == 0) {
        hwi_source_put_title(of, "// ", "for H2O's h2o-genmodel.jar.", out);
    } else if (strcmp(what, "columns") == 0) {
        put_columns(of, out);
    } else if (strcmp(what, "sizes") == 0) {
        put_sizes(of, out);
    } else if (strcmp(what, "layers") == 0) {
        for (int32_t l = 0; l < of->model->network->n_layers; l++)
            hwi_buffer_printf(out, "        layer%d(),\n", l + 1);
    } else if (strcmp(what, "response") == 0) {
        put_response(of, out);
    } else if (strcmp(what, "offset_name") == 0) {
        put_offset_name(of, out);
    } else if (strcmp(what, "category") == 0) {
        hwi_buffer_printf(out, "        return ModelCategory.%s;\n",
                          hw_category_name(of->model->category));
    } else if (strcmp(what, "uuid") == 0) {
        hwi_buffer_printf(out, "        return \"%lld\";\n", (long long)hwi_mojo_uuid(of->model));
    } else if (strcmp(what, "offset") == 0) {
        hwi_source_put_offset(of, "        ", "            ", out);
    } else if (strcmp(what, "regression") == 0) {
        put_regression(of, out);
    } else if (strcmp(what, "texts") == 0) {
        put_texts(of, out);
    } else if (strcmp(what, "text_calls") == 0) {
        for (int32_t i = 0; i < n_texts(of); i += LEVELS_PER_CLASS)
            hwi_buffer_printf(out, "        _Texts_%d.fill(to);\n", i / LEVELS_PER_CLASS);
    } else {
        HW_ASSERT(false);
    }
}

static hw_status check_sizes(const hwi_network *network, hw_error *err)
{
    for (int32_t l = 0; l < network->n_layers; l++) {
        const hwi_layer *layer = &network->layers[l];
        if ((int64_t)layer->n_in * layer->n_rows > INT32_MAX - 8)
            HW_FAIL(err, HW_EUNSUPPORTED, "to",
                    "the weights of layer %d are more than an array of Java can hold; c and "
                    "weights can hold them",
                    l + 1);
    }
    return HW_OK;
}

hw_status hwi_export_pojo(const hwi_export *of, hwi_buffer *out, hw_error *err)
{
    HW_TRY(check_sizes(of->model->network, err));
    HW_AUTO_BUFFER(numbers);
    int n_classes = 0;
    const builder b = {of, &numbers, &n_classes};
    const hwi_template template = {hwi_export_score_java, of->name, has, put, &b};
    HW_TRY(hwi_template_fill(&template, out, err));
    return hwi_buffer_check(&numbers, err);
}

/* Words of the language, and names that the file itself uses. */
static bool is_used_by_java(const char *name)
{
    static const char *const words[] = {
        "abstract",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "long",
        "native",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "while",
        "_",
        "var",
        "record",
        "yield",
        "sealed",
        "permits",
        "Arrays",
        "Base64",
        "ByteBuffer",
        "Double",
        "GenModel",
        "IllegalArgumentException",
        "Math",
        "ModelCategory",
        "ModelPojo",
        "Override",
        "String",
        "System",
        "_Input",
        "_Layer",
        "hex",
        "java",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return strncmp(name, "_Numbers_", 9) == 0 || strncmp(name, "_Texts_", 7) == 0;
}

hw_status hwi_export_check_pojo_path(const char *path, const char *name, hw_error *err)
{
    if (is_used_by_java(name))
        HW_FAIL(err, HW_EINVAL, "out",
                "the class is called after the file, and '%s' has a meaning in Java; call it "
                "%s_model.java",
                name, name);
    const char *base = hwi_file_base_name(path);
    size_t n = strlen(name);
    if (strcmp(path, "-") == 0 || (strncmp(base, name, n) == 0 && strcmp(base + n, ".java") == 0))
        return HW_OK;
    HW_FAIL(err, HW_EINVAL, "out",
            "Java wants the file called after the class, a name of letters, digits and _: call "
            "'%.200s' %.200s.java",
            base, name);
}
