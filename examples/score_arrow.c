/* SPDX-License-Identifier: Apache-2.0
 *
 * Scores an Arrow stream and answers with one: what a binding for another language does with the
 * streams of pandas, polars or DuckDB. Here a CSV plays the part of the other language. Takes the
 * model that train_from_arrays wrote.
 *
 *     cc score_arrow.c $(pkg-config --cflags --libs heavywater) -o score_arrow
 *     ./score_arrow model.zip rows.csv */
#include <heavywater.h>
#include <stdio.h>

/* From a stream of rows, which is released, to a stream of predictions, which is the caller's. */
static hw_status score_stream(const hw_model *model, struct ArrowArrayStream *rows,
                              struct ArrowArrayStream *out, hw_error *err)
{
    hw_frame *frame = NULL, *predictions = NULL;
    hw_arrow_options options = {.name = "rows"};
    hw_status status = hw_frame_from_arrow_stream(rows, &options, &frame, err);
    if (status == HW_OK)
        status = hw_model_predict(model, frame, &predictions, err);
    if (status == HW_OK)
        status = hw_frame_to_arrow_stream(predictions, 0, out, err);
    hw_frame_unref(predictions);
    hw_frame_unref(frame);
    return status;
}

/* What the other language does with the answer. */
static int print_stream(struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema;
    if (stream->get_schema(stream, &schema) != 0)
        return 1;
    for (int64_t i = 0; i < schema.n_children; i++)
        printf("%s is of format %s\n", schema.children[i]->name, schema.children[i]->format);
    schema.release(&schema);
    for (;;) {
        struct ArrowArray batch;
        if (stream->get_next(stream, &batch) != 0)
            return 1;
        if (!batch.release)
            return 0;
        printf("a batch of %lld rows\n", (long long)batch.length);
        batch.release(&batch);
    }
}

static hw_status run(const char *model_path, const char *rows_path, struct ArrowArrayStream *out,
                     hw_error *err)
{
    hw_model *model = NULL;
    hw_frame *frame = NULL;
    struct ArrowArrayStream rows;
    hw_status status = hw_model_read(model_path, &model, err);
    if (status == HW_OK)
        status = hw_frame_read(rows_path, NULL, &frame, err);
    if (status == HW_OK)
        status = hw_frame_to_arrow_stream(frame, 2, &rows, err);
    if (status == HW_OK)
        status = score_stream(model, &rows, out, err);
    hw_frame_unref(frame);
    hw_model_unref(model);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: score_arrow MODEL.zip ROWS.csv\n");
        return 2;
    }
    hw_error err = {0};
    struct ArrowArrayStream predictions;
    if (run(argv[1], argv[2], &predictions, &err) != HW_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int result = print_stream(&predictions);
    predictions.release(&predictions);
    return result;
}
