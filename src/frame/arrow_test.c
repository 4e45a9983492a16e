/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrow structs are built by hand from constant buffers; their releases are counted, and every test
 * ends with as many releases as structs. */
#include "heavywater/arrow.h"

#include "support/hw_test.h"

#include <errno.h>

#include "frame/column.h"
#include "support/hw_frame.h"

enum { MAX_COLUMNS = 8, MAX_BATCHES = 4 };

static int n_live; /* structs made and not released yet */

static void release_child_schema(struct ArrowSchema *schema)
{
    n_live--;
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    schema->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    n_live--;
    for (int64_t i = 0; i < schema->n_children && i < MAX_COLUMNS && schema->children; i++)
        if (schema->children[i] && schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    schema->release = NULL;
}

static void release_child_array(struct ArrowArray *array)
{
    n_live--;
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    n_live--;
    for (int64_t i = 0; i < array->n_children && i < MAX_COLUMNS && array->children; i++)
        if (array->children[i] && array->children[i]->release)
            array->children[i]->release(array->children[i]);
    array->release = NULL;
}

/* A table: a schema and some batches of it. */
typedef struct table {
    struct ArrowSchema schema, columns[MAX_COLUMNS], dictionaries[MAX_COLUMNS];
    struct ArrowSchema *children[MAX_COLUMNS];
    struct batch {
        struct ArrowArray array, columns[MAX_COLUMNS], dictionaries[MAX_COLUMNS];
        struct ArrowArray *children[MAX_COLUMNS];
        const void *buffers[MAX_COLUMNS][5], *dictionary_buffers[MAX_COLUMNS][3], *own[1];
    } batches[MAX_BATCHES];
    struct ArrowArray arrays[MAX_BATCHES]; /* the batches side by side */
    int64_t n_batches;
} table;

static void add_column(table *t, const char *name, const char *format, const char *dictionary)
{
    int64_t i = t->schema.n_children++;
    t->columns[i] =
        (struct ArrowSchema){.format = format, .name = name, .release = release_child_schema};
    t->children[i] = &t->columns[i];
    n_live++;
    if (dictionary) {
        t->dictionaries[i] =
            (struct ArrowSchema){.format = dictionary, .release = release_child_schema};
        t->columns[i].dictionary = &t->dictionaries[i];
        n_live++;
    }
}

static void init_table(table *t)
{
    *t = (table){.schema = {.format = "+s", .release = release_schema, .children = t->children}};
    n_live++;
}

/* A new batch of n rows; then set_cells for each column. */
static struct batch *add_batch(table *t, int64_t n_rows)
{
    struct batch *b = &t->batches[t->n_batches++];
    b->array = (struct ArrowArray){.length = n_rows,
                                   .n_buffers = 1,
                                   .n_children = t->schema.n_children,
                                   .buffers = b->own,
                                   .children = b->children,
                                   .release = release_array};
    n_live++;
    return b;
}

static void set_cells(struct batch *b, int i, const void *validity, const void *data,
                      const void *heap)
{
    b->buffers[i][0] = validity;
    b->buffers[i][1] = data;
    b->buffers[i][2] = heap;
    b->columns[i] = (struct ArrowArray){.length = b->array.length,
                                        .null_count = -1,
                                        .n_buffers = heap ? 3 : 2,
                                        .buffers = b->buffers[i],
                                        .release = release_child_array};
    b->children[i] = &b->columns[i];
    n_live++;
}

static void set_dictionary(struct batch *b, int i, int64_t n, const void *data, const void *heap)
{
    b->dictionary_buffers[i][1] = data;
    b->dictionary_buffers[i][2] = heap;
    b->dictionaries[i] = (struct ArrowArray){.length = n,
                                             .n_buffers = heap ? 3 : 2,
                                             .buffers = b->dictionary_buffers[i],
                                             .release = release_child_array};
    b->columns[i].dictionary = &b->dictionaries[i];
    n_live++;
}

static hw_status import_table(table *t, const hw_arrow_options *options, hw_frame **out,
                              hw_error *err)
{
    for (int64_t i = 0; i < t->n_batches; i++)
        t->arrays[i] = t->batches[i].array;
    hw_status status =
        hw_frame_from_arrow_arrays(&t->schema, t->arrays, t->n_batches, options, out, err);
    for (int64_t i = 0; i < t->n_batches; i++)
        t->batches[i].array.release = t->arrays[i].release;
    return status;
}

static void assert_table_is(table *t, const hw_arrow_options *options, const char *expected)
{
    HW_AUTO(hw_frame) *frame = NULL;
    HW_AUTO_BUFFER(text);
    hw_error err = {0};
    hw_assert_ok(import_table(t, options, &frame, &err), err);
    hw_frame_to_text(frame, &text);
    assert_string_equal(hwi_buffer_text(&text), expected);
    assert_int_equal(n_live, 0);
}

static void assert_refused(table *t, const hw_arrow_options *options, hw_status status,
                           const char *words)
{
    hw_frame *frame = NULL;
    hw_error err = {0};
    assert_int_equal(import_table(t, options, &frame, &err), status);
    assert_null(frame);
    if (!strstr(err.message, words))
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(n_live, 0);
}

/* One column of n rows, as text without its name. */
static void assert_column_is(const char *format, int64_t n, const void *validity, const void *data,
                             const void *heap, const char *expected)
{
    static table t;
    char text[512];
    init_table(&t);
    add_column(&t, "x", format, NULL);
    set_cells(add_batch(&t, n), 0, validity, data, heap);
    if (strcmp(format, "n") == 0)
        t.batches[0].columns[0].n_buffers = 0;
    snprintf(text, sizeof(text), "x:%s", expected);
    assert_table_is(&t, NULL, text);
}

/* ---- formats ---- */

static void test_arrow_reads_every_format_of_numbers(void **state)
{
    (void)state;
    static const uint8_t mask[] = {0x5}; /* the second of three is null */
    static const int8_t i8[] = {-128, 0, 127};
    static const uint8_t u8[] = {0, 9, 255};
    static const int16_t i16[] = {-32768, 0, 32767};
    static const uint16_t u16[] = {0, 0, 65535};
    static const int32_t i32[] = {INT32_MIN, 0, INT32_MAX};
    static const uint32_t u32[] = {0, 0, UINT32_MAX};
    static const int64_t i64[] = {INT64_MIN, 0, INT64_MAX}, small[] = {3, 0, -5};
    static const uint64_t u64[] = {UINT64_MAX, 0, 1};
    static const uint16_t half[] = {0x3c00, 0xb800, 0x0001}; /* 1, -0.5, 2^-24 */
    static const uint16_t odd_half[] = {0x7c00, 0x7e00, 0x7bff};
    static const float f32[] = {0.5f, 1, -2};
    static const double f64[] = {0.1, 1, NAN}, whole[] = {1e3, 7, 2};
    assert_column_is("c", 3, mask, i8, NULL, "int -128 NA 127");
    assert_column_is("C", 3, mask, u8, NULL, "int 0 NA 255");
    assert_column_is("C", 3, NULL, u8, NULL, "int 0 9 255");
    assert_column_is("s", 3, mask, i16, NULL, "int -32768 NA 32767");
    assert_column_is("S", 3, mask, u16, NULL, "int 0 NA 65535");
    assert_column_is("i", 3, mask, i32, NULL, "int -2147483648 NA 2147483647");
    assert_column_is("I", 3, mask, u32, NULL, "int 0 NA 4294967295");
    assert_column_is("l", 3, mask, small, NULL, "int 3 NA -5");
    assert_column_is("l", 3, mask, i64, NULL, "int -9223372036854775808 NA 9223372036854775808");
    assert_column_is("L", 3, NULL, u64, NULL, "int 18446744073709551616 0 1");
    assert_column_is("e", 3, NULL, half, NULL, "real 1 -0.5 5.960464477539063e-08");
    assert_column_is("e", 3, NULL, odd_half, NULL, "real Infinity NA 65504");
    assert_column_is("f", 3, mask, f32, NULL, "real 0.5 NA -2");
    assert_column_is("g", 3, mask, f64, NULL, "real 0.1 NA NA");
    assert_column_is("g", 3, NULL, whole, NULL, "int 1000 7 2");
    assert_column_is("n", 3, NULL, NULL, NULL, "int NA NA NA");
}

static void test_arrow_reads_decimals_as_the_nearest_number(void **state)
{
    (void)state;
    static const int32_t d32[] = {12345, -1, 0};
    static const int64_t d64[] = {12345, INT64_MAX, -100};
    /* 1.10, 10^20 - 1 of which two digits stand behind the point, -2^127 */
    static const uint64_t d128[][2] = {{110, 0}, {0x6bc75e2d630fffff, 5}, {0, UINT64_C(1) << 63}};
    assert_column_is("d:9,3,32", 3, NULL, d32, NULL, "real 12.345 -0.001 0");
    assert_column_is("d:18,0,64", 3, NULL, d64, NULL, "int 12345 9223372036854775808 -100");
    assert_column_is("d:18,-2,64", 3, NULL, d64, NULL, "int 1234500 922337203685477580800 -10000");
    assert_column_is("d:38,2", 3, NULL, d128, NULL, "real 1.1 1e+18 -1.7014118346046924e+36");
    static table t;
    static const char *const bad[] = {"d:", "d:3", "d:x,2", "d:3,2,", "d:3,2,128,1", "d:3,999"};
    for (size_t i = 0; i < HW_COUNT(bad); i++) {
        init_table(&t);
        add_column(&t, "x", bad[i], NULL);
        set_cells(add_batch(&t, 1), 0, NULL, d64, NULL);
        assert_refused(&t, NULL, HW_EDATA, bad[i]);
    }
}

static void test_arrow_reads_bools_as_categories(void **state)
{
    (void)state;
    static const uint8_t bits[] = {0x2}, none[] = {0}, mask[] = {0x3};
    assert_column_is("b", 3, mask, bits, NULL, "enum{False,True} False True NA");
    assert_column_is("b", 3, NULL, none, NULL, "enum{False} False False False");
    static table t;
    init_table(&t);
    add_column(&t, "x", "b", NULL);
    set_cells(add_batch(&t, 3), 0, mask, bits, NULL);
    assert_table_is(&t, &(hw_arrow_options){.col_types = "x=numeric"}, "x:int 0 1 NA");
}

static void test_arrow_scales_times_to_milliseconds(void **state)
{
    (void)state;
    static const int32_t days[] = {0, 18262, -1}, of_day[] = {3661, 0, 1};
    static const int64_t x[] = {1577872800123, -1, 0}, us[] = {1577872800123456, -1, 1000};
    static const int64_t ns[] = {-1, -1000000, 1999999}, seconds[] = {-5, 0, 1577872800};
    assert_column_is("tdD", 3, NULL, days, NULL, "time 0 1577836800000 -86400000");
    assert_column_is("tdm", 3, NULL, x, NULL, "time 1577872800123 -1 0");
    assert_column_is("tts", 3, NULL, of_day, NULL, "time 3661000 0 1000");
    assert_column_is("ttm", 3, NULL, of_day, NULL, "time 3661 0 1");
    assert_column_is("ttu", 3, NULL, us, NULL, "time 1577872800123 -1 1");
    assert_column_is("ttn", 3, NULL, ns, NULL, "time -1 -1 1");
    assert_column_is("tss:", 3, NULL, seconds, NULL, "time -5000 0 1577872800000");
    assert_column_is("tsm:", 3, NULL, x, NULL, "time 1577872800123 -1 0");
    assert_column_is("tsu:Europe/Berlin", 3, NULL, us, NULL, "time 1577872800123 -1 1");
    assert_column_is("tsn:UTC", 3, NULL, ns, NULL, "time -1 -1 1");
}

static void test_arrow_reads_texts_as_the_parser_types_them(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 1, 1, 2, 3};
    static const int64_t large[] = {0, 1, 1, 2, 3};
    static const uint8_t mask[] = {0xd};
    assert_column_is("u", 4, mask, offsets, "bab", "enum{a,b} b NA a b");
    assert_column_is("u", 4, NULL, offsets, "bab", "enum{,a,b} b  a b");
    assert_column_is("U", 4, mask, large, "bab", "enum{a,b} b NA a b");
    assert_column_is("u", 4, NULL, offsets, "bac", "string b  a c");
    static const uint8_t none[] = {0};
    assert_column_is("u", 4, none, offsets, "bab", "int NA NA NA NA");
}

static void test_arrow_reads_views_of_texts(void **state)
{
    (void)state;
    static const char heap[] = "a text longer than a view holds";
    int32_t views[2][4] = {{2, 0, 0, 0}, {25, 0, 0, 2}};
    memcpy(&views[0][1], "hi", 2);
    memcpy(&views[1][1], heap + 2, 4);
    int64_t sizes[] = {sizeof(heap) - 1};
    static table t;
    for (int is_bad = 0; is_bad < 2; is_bad++) {
        init_table(&t);
        add_column(&t, "x", "vu", NULL);
        struct batch *b = add_batch(&t, 2);
        set_cells(b, 0, NULL, views, heap);
        b->columns[0].n_buffers = 4;
        b->buffers[0][3] = sizes;
        if (is_bad) {
            sizes[0] = 20;
            assert_refused(&t, NULL, HW_EDATA, "row 2");
        } else {
            assert_table_is(&t, NULL, "x:string hi text longer than a view h");
        }
    }
}

/* ---- dictionaries, slices, batches ---- */

static void test_arrow_dictionaries_may_differ_between_batches(void **state)
{
    (void)state;
    static const int8_t codes[] = {1, 0, 1};
    static const uint8_t mask[] = {0x3}; /* the third is null */
    static const int32_t first[] = {0, 1, 2, 3}, second[] = {0, 3, 4};
    static table t;
    init_table(&t);
    add_column(&t, "x", "c", "u");
    struct batch *b = add_batch(&t, 3);
    set_cells(b, 0, NULL, codes, NULL);
    set_dictionary(b, 0, 3, first, "zyq"); /* q has no row */
    b = add_batch(&t, 3);
    set_cells(b, 0, mask, codes, NULL);
    set_dictionary(b, 0, 2, second, "newz");
    assert_table_is(&t, NULL, "x:enum{new,y,z} y z y z new NA");
}

static void test_arrow_dictionaries_of_numbers_and_times_are_values(void **state)
{
    (void)state;
    static const uint16_t codes[] = {1, 0, 1};
    static const double reals[] = {0.5, 7};
    static const int64_t us[] = {2000, -1};
    static table t;
    init_table(&t);
    add_column(&t, "r", "S", "g");
    add_column(&t, "t", "S", "tsu:");
    struct batch *b = add_batch(&t, 3);
    set_cells(b, 0, NULL, codes, NULL);
    set_dictionary(b, 0, 2, reals, NULL);
    set_cells(b, 1, NULL, codes, NULL);
    set_dictionary(b, 1, 2, us, NULL);
    assert_table_is(&t, NULL, "r:real 7 0.5 7 | t:time -1 2 -1");
}

static void test_arrow_slices_apply_offsets_of_array_and_batch(void **state)
{
    (void)state;
    static const int32_t ints[] = {9, 9, 1, 2, 3, 9};
    static const int32_t offsets[] = {0, 1, 2, 4, 6, 8, 9};
    static const uint8_t bits[] = {0x14}, mask[] = {0x2f}, batch_mask[] = {0xd};
    static table t;
    init_table(&t);
    add_column(&t, "i", "i", NULL);
    add_column(&t, "s", "u", NULL);
    add_column(&t, "b", "b", NULL);
    struct batch *b = add_batch(&t, 3);
    b->array.offset = 1;
    b->own[0] = batch_mask; /* of row 1, 2 and 3, the first is null */
    set_cells(b, 0, mask, ints, NULL);
    set_cells(b, 1, NULL, offsets, "..aabbaa.");
    set_cells(b, 2, NULL, bits, NULL);
    for (int i = 0; i < 3; i++) {
        b->columns[i].offset = 1;
        b->columns[i].length = 4;
    }
    /* Elements 2, 3 and 4, of which the batch nulls the first and the mask the third of the ints.
     */
    assert_table_is(&t, NULL,
                    "i:int NA 2 NA | s:string NA bb aa | b:enum{False,True} NA "
                    "False True");
}

static void test_arrow_batches_share_the_narrowest_type(void **state)
{
    (void)state;
    static const double whole[] = {1, 2}, reals[] = {0.5, 1e300};
    static table t;
    init_table(&t);
    add_column(&t, "x", "g", NULL);
    set_cells(add_batch(&t, 2), 0, NULL, whole, NULL);
    set_cells(add_batch(&t, 0), 0, NULL, NULL, NULL);
    set_cells(add_batch(&t, 2), 0, NULL, reals, NULL);
    assert_table_is(&t, NULL, "x:real 1 2 0.5 1e+300");
    init_table(&t);
    add_column(&t, "x", "g", NULL);
    assert_table_is(&t, NULL, "x:int");
}

static void test_arrow_options_choose_columns_and_types(void **state)
{
    (void)state;
    static const int32_t ints[] = {10, 9, 10}, offsets[] = {0, 1, 2, 3};
    static table t;
    init_table(&t);
    add_column(&t, "k", "i", NULL);
    add_column(&t, "list", "+l", NULL);
    add_column(&t, "s", "u", NULL);
    add_column(&t, "", "i", NULL);
    struct batch *b = add_batch(&t, 3);
    set_cells(b, 0, NULL, ints, NULL);
    set_cells(b, 1, NULL, NULL, NULL);
    set_cells(b, 2, NULL, offsets, "abc");
    set_cells(b, 3, NULL, ints, NULL);
    hw_arrow_options options = {.name = "n",
                                .col_types = "k=enum,s=enum,C4=time",
                                .skipped_columns = "list",
                                .n_threads = 2};
    assert_table_is(&t, &options, "k:enum{9,10} 10 9 10 | s:enum{a,b,c} a b c | C4:time 10 9 10");
}

/* ---- refusals ---- */

static void test_arrow_refuses_what_a_frame_cannot_hold(void **state)
{
    (void)state;
    static const char *const formats[][2] = {
        {"+l", "list"},       {"+L", "large list"},  {"+w:3", "fixed-size list"},
        {"+s", "struct"},     {"+m", "map"},         {"+ud:0,1", "dense union"},
        {"+us:0", "sparse"},  {"+r", "run-end"},     {"d:60,2,256", "256 bits"},
        {"z", "binary"},      {"Z", "large binary"}, {"w:16", "fixed-size binary"},
        {"tDs", "duration"},  {"tiM", "interval"},   {"+vl", "list view"},
        {"vz", "binary view"}};
    static table t;
    for (size_t i = 0; i < HW_COUNT(formats); i++) {
        init_table(&t);
        add_column(&t, "odd", formats[i][0], NULL);
        set_cells(add_batch(&t, 1), 0, NULL, "....", NULL);
        assert_refused(&t, NULL, HW_EUNSUPPORTED, formats[i][1]);
        init_table(&t);
        add_column(&t, "odd", formats[i][0], NULL);
        set_cells(add_batch(&t, 1), 0, NULL, "....", NULL);
        assert_refused(&t, NULL, HW_EUNSUPPORTED, "'odd'");
    }
}

/* Each way in which the structs of one good table can be spoilt. */
static table spoilt;
static const int32_t good_codes[] = {0, 1}, good_offsets[] = {0, 1, 2};
static const int64_t far_times[] = {1, INT64_MAX / 1000 + 1};
static const int32_t backward[] = {0, 2, 1}, negative[] = {-1, 1, 2}, bad_codes[] = {0, 2};

static void spoilable_table(void)
{
    static const int64_t times[] = {1, 2};
    init_table(&spoilt);
    add_column(&spoilt, "i", "i", NULL);
    add_column(&spoilt, "s", "u", NULL);
    add_column(&spoilt, "d", "i", "u");
    add_column(&spoilt, "t", "tss:", NULL);
    struct batch *b = add_batch(&spoilt, 2);
    set_cells(b, 0, NULL, good_codes, NULL);
    set_cells(b, 1, NULL, good_offsets, "ab");
    set_cells(b, 2, NULL, good_codes, NULL);
    set_dictionary(b, 2, 2, good_offsets, "ab");
    set_cells(b, 3, NULL, times, NULL);
}

/* A field that is set, and how many structs nobody can release then. */
static const struct way {
    void *field;
    bool is_pointer;
    const void *pointer;
    int64_t number;
    int n_lost;
} ways[] = {
#define POINTER(field, value, n_lost)                                                              \
    {                                                                                              \
        &spoilt.field, true, value, 0, n_lost                                                      \
    }
#define NUMBER(field, value, n_lost)                                                               \
    {                                                                                              \
        &spoilt.field, false, NULL, value, n_lost                                                  \
    }
#define BATCH batches[0]
    POINTER(schema.format, "i", 0),
    POINTER(schema.format, NULL, 0),
    NUMBER(schema.n_children, -1, 5),
    POINTER(schema.children, NULL, 5),
    POINTER(schema.dictionary, &spoilt.dictionaries[2], 0),
    POINTER(children[1], NULL, 1),
    POINTER(columns[1].format, NULL, 0),
    POINTER(columns[1].format, "not a format", 0),
    POINTER(columns[1].name, "i", 0),
    POINTER(columns[2].format, "g", 0),
    NUMBER(columns[0].n_children, 1, 0),
    POINTER(columns[2].release, NULL, 2),
    NUMBER(BATCH.array.length, -1, 0),
    NUMBER(BATCH.array.offset, INT64_MAX, 0),
    NUMBER(BATCH.array.n_children, 3, 1),
    POINTER(BATCH.array.children, NULL, 5),
    NUMBER(BATCH.array.n_buffers, 0, 0),
    POINTER(BATCH.array.buffers, NULL, 0),
    POINTER(BATCH.array.dictionary, &spoilt.BATCH.dictionaries[2], 0),
    POINTER(BATCH.children[1], NULL, 1),
    NUMBER(BATCH.columns[0].length, -3, 0),
    NUMBER(BATCH.columns[0].length, 1, 0),
    NUMBER(BATCH.columns[0].offset, -1, 0),
    NUMBER(BATCH.columns[0].offset, INT64_MAX, 0),
    NUMBER(BATCH.columns[0].n_buffers, 3, 0),
    POINTER(BATCH.columns[0].buffers, NULL, 0),
    POINTER(BATCH.columns[0].dictionary, &spoilt.BATCH.dictionaries[2], 0),
    POINTER(BATCH.columns[0].release, NULL, 1),
    NUMBER(BATCH.columns[0].null_count, 1, 0),
    NUMBER(BATCH.columns[0].null_count, 5, 0),
    NUMBER(BATCH.columns[1].n_children, 1, 0),
    POINTER(BATCH.columns[2].dictionary, NULL, 1),
    NUMBER(BATCH.dictionaries[2].length, -1, 0),
    NUMBER(BATCH.dictionaries[2].length, INT64_MAX, 0),
    POINTER(BATCH.buffers[0][1], NULL, 0),
    POINTER(BATCH.buffers[1][1], backward, 0),
    POINTER(BATCH.buffers[1][1], negative, 0),
    POINTER(BATCH.buffers[1][2], NULL, 0),
    POINTER(BATCH.buffers[1][2], "a\0", 0),
    POINTER(BATCH.buffers[2][1], bad_codes, 0),
    POINTER(BATCH.buffers[2][1], negative, 0),
    POINTER(BATCH.buffers[3][1], far_times, 0),
#undef BATCH
#undef NUMBER
#undef POINTER
};

static void spoil(const struct way *way)
{
    if (way->is_pointer)
        memcpy(way->field, &way->pointer, sizeof(way->pointer));
    else
        memcpy(way->field, &way->number, sizeof(way->number));
    n_live -= way->n_lost;
}

static void test_arrow_structs_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    spoilable_table();
    assert_table_is(&spoilt, NULL, "i:int 0 1 | s:string a b | d:enum{a,b} a b | t:time 1000 2000");
    for (size_t way = 0; way < HW_COUNT(ways); way++) {
        spoilable_table();
        spoil(&ways[way]);
        hw_frame *frame = NULL;
        hw_error err = {0};
        hw_status status = import_table(&spoilt, NULL, &frame, &err);
        if (status != HW_EDATA || frame || err.message[0] == '\0')
            fail_msg("way %zu: status %d, '%s'", way, status, err.message);
        if (n_live != 0)
            fail_msg("way %zu: %d structs were not released", way, n_live);
    }
    hw_error err = {0};
    hw_frame *frame = NULL;
    assert_int_equal(hw_frame_from_arrow(NULL, NULL, NULL, &frame, &err), HW_EINVAL);
    /* All is released by now. */
    assert_int_equal(import_table(&spoilt, NULL, &frame, &err), HW_EDATA);
    assert_int_equal(hw_frame_from_arrow_stream(&(struct ArrowArrayStream){0}, NULL, &frame, &err),
                     HW_EDATA);
}

/* A column of type null has no buffers, so it may claim any number of rows. */
static void test_arrow_refuses_more_rows_than_memory(void **state)
{
    (void)state;
    static table t;
    init_table(&t);
    add_column(&t, "x", "n", NULL);
    struct batch *b = add_batch(&t, INT64_MAX / 128);
    set_cells(b, 0, NULL, NULL, NULL);
    b->columns[0].n_buffers = 0;
    assert_refused(&t, NULL, HW_ENOMEM, "rows");
}

static void test_arrow_options_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const char *const col_types[] = {"i=string", "s=numeric", "t=uuid", "nothing=enum", "i"};
    for (size_t i = 0; i < HW_COUNT(col_types); i++) {
        spoilable_table();
        assert_refused(&spoilt, &(hw_arrow_options){.col_types = col_types[i]}, HW_EINVAL,
                       "col_types");
    }
    spoilable_table();
    assert_refused(&spoilt, &(hw_arrow_options){.factors = "t"}, HW_EINVAL, "factors");
}

static void test_arrow_survives_lack_of_memory(void **state)
{
    (void)state;
    for (int64_t fail_at = 0;; fail_at++) {
        HW_AUTO(hw_frame) *frame = NULL;
        hw_error err = {0};
        spoilable_table();
        hwi_alloc_fail_at(fail_at);
        hw_status status =
            import_table(&spoilt, &(hw_arrow_options){.col_types = "s=enum"}, &frame, &err);
        hwi_alloc_fail_at(-1);
        assert_int_equal(n_live, 0);
        if (status == HW_OK) {
            assert_true(fail_at > 20);
            break;
        }
        assert_int_equal(status, HW_ENOMEM);
    }
}

/* ---- out again ---- */

static hw_frame *parsed(const char *text)
{
    hw_frame *frame = NULL;
    hw_error err = {0};
    hw_assert_ok(hw_parse_text("t.csv", text, strlen(text),
                               &(hw_parse_options){.col_types = "s=string"}, 0, &frame, &err),
                 err);
    return frame;
}

static const char round_trip_csv[] = "i,r,t,e,s,big,none\n"
                                     "1,0.1,2020-01-01,b,one text,1e19,\n"
                                     ",,,,,,\n"
                                     "-300,1e300,1969-12-31,a,\"\",2,\n"
                                     "4,-0.5,2001-02-03,b,x,3,\n";

static void assert_same_frames(const hw_frame *a, const hw_frame *b)
{
    HW_AUTO_BUFFER(x);
    HW_AUTO_BUFFER(y);
    hw_frame_to_text(a, &x);
    hw_frame_to_text(b, &y);
    assert_string_equal(hwi_buffer_text(&x), hwi_buffer_text(&y));
    for (int32_t i = 0; i < hw_frame_n_columns(a); i++)
        assert_int_equal(hwi_frame_column(a, i)->store, hwi_frame_column(b, i)->store);
}

static void test_arrow_round_trip_gives_the_same_frame(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = parsed(round_trip_csv);
    HW_AUTO(hw_frame) *back = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    hw_error err = {0};
    hw_assert_ok(hw_frame_to_arrow(frame, &schema, &array, &err), err);
    static const char *const formats[] = {"l", "g", "tsm:UTC", "i", "u", "g", "l"};
    for (int i = 0; i < 7; i++)
        assert_string_equal(schema.children[i]->format, formats[i]);
    assert_string_equal(schema.children[3]->dictionary->format, "u");
    assert_int_equal(array.children[0]->null_count, 1);
    assert_null(array.children[3]->dictionary->buffers[0]);
    hw_arrow_options options = {.col_types = "s=string"};
    hw_assert_ok(hw_frame_from_arrow(&schema, &array, &options, &back, &err), err);
    assert_null(schema.release);
    assert_null(array.release);
    assert_same_frames(frame, back);
}

/* A consumer may move a child out and release the parent first. */
static void test_arrow_children_outlive_their_parent(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = parsed(round_trip_csv);
    struct ArrowSchema schema;
    struct ArrowArray array;
    hw_error err = {0};
    hw_assert_ok(hw_frame_to_arrow(frame, &schema, &array, &err), err);
    struct ArrowArray child = *array.children[3];
    array.children[3]->release = NULL;
    array.release(&array);
    schema.release(&schema);
    assert_null(array.release);
    assert_int_equal(((const int32_t *)child.buffers[1])[3], 1);
    assert_memory_equal(child.dictionary->buffers[2], "ab", 2);
    child.release(&child);
    assert_null(child.release);
}

static void test_arrow_stream_round_trip_gives_the_same_frame(void **state)
{
    (void)state;
    static const int64_t batch_rows[] = {0, 1, 3, 4};
    for (size_t i = 0; i < HW_COUNT(batch_rows); i++) {
        hw_frame *frame = parsed(round_trip_csv);
        HW_AUTO(hw_frame) *same = hw_frame_ref(frame);
        HW_AUTO(hw_frame) *back = NULL;
        struct ArrowArrayStream stream;
        hw_error err = {0};
        hw_assert_ok(hw_frame_to_arrow_stream(frame, batch_rows[i], &stream, &err), err);
        hw_frame_unref(frame);
        assert_null(stream.get_last_error(&stream));
        hw_arrow_options options = {.col_types = "s=string"};
        hw_assert_ok(hw_frame_from_arrow_stream(&stream, &options, &back, &err), err);
        assert_null(stream.release);
        assert_same_frames(same, back);
    }
}

static int failing_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    (void)stream;
    (void)out;
    return EIO;
}

static const char *failing_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "the disk is gone";
}

static void test_arrow_stream_errors_are_told_and_all_is_released(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = parsed(round_trip_csv);
    hw_frame *back = NULL;
    struct ArrowArrayStream stream;
    hw_error err = {0};
    hw_assert_ok(hw_frame_to_arrow_stream(frame, 1, &stream, &err), err);
    stream.get_next = failing_next;
    stream.get_last_error = failing_error;
    assert_int_equal(hw_frame_from_arrow_stream(&stream, NULL, &back, &err), HW_EIO);
    assert_non_null(strstr(err.message, "the disk is gone"));
    assert_null(stream.release);
    assert_null(back);
}

static void test_arrow_export_survives_lack_of_memory(void **state)
{
    (void)state;
    HW_AUTO(hw_frame) *frame = parsed(round_trip_csv);
    for (int64_t fail_at = 0;; fail_at++) {
        struct ArrowSchema schema = {0};
        struct ArrowArray array = {0};
        hw_error err = {0};
        hwi_alloc_fail_at(fail_at);
        hw_status status = hw_frame_to_arrow(frame, &schema, &array, &err);
        hwi_alloc_fail_at(-1);
        if (status == HW_OK) {
            schema.release(&schema);
            array.release(&array);
            assert_true(fail_at > 50);
            break;
        }
        assert_int_equal(status, HW_ENOMEM);
        assert_true(!schema.release && !array.release);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrow_reads_every_format_of_numbers),
        cmocka_unit_test(test_arrow_reads_decimals_as_the_nearest_number),
        cmocka_unit_test(test_arrow_reads_bools_as_categories),
        cmocka_unit_test(test_arrow_scales_times_to_milliseconds),
        cmocka_unit_test(test_arrow_reads_texts_as_the_parser_types_them),
        cmocka_unit_test(test_arrow_reads_views_of_texts),
        cmocka_unit_test(test_arrow_dictionaries_may_differ_between_batches),
        cmocka_unit_test(test_arrow_dictionaries_of_numbers_and_times_are_values),
        cmocka_unit_test(test_arrow_slices_apply_offsets_of_array_and_batch),
        cmocka_unit_test(test_arrow_batches_share_the_narrowest_type),
        cmocka_unit_test(test_arrow_options_choose_columns_and_types),
        cmocka_unit_test(test_arrow_refuses_what_a_frame_cannot_hold),
        cmocka_unit_test(test_arrow_structs_that_contradict_themselves_are_refused),
        cmocka_unit_test(test_arrow_refuses_more_rows_than_memory),
        cmocka_unit_test(test_arrow_options_that_do_not_fit_are_refused),
        cmocka_unit_test(test_arrow_survives_lack_of_memory),
        cmocka_unit_test(test_arrow_round_trip_gives_the_same_frame),
        cmocka_unit_test(test_arrow_children_outlive_their_parent),
        cmocka_unit_test(test_arrow_stream_round_trip_gives_the_same_frame),
        cmocka_unit_test(test_arrow_stream_errors_are_told_and_all_is_released),
        cmocka_unit_test(test_arrow_export_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
