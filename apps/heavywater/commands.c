/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of subcommands with their options. */
#include <string.h>

#include "heavywater/app.h"

static const app_option no_options[] = {{NULL}};

static const app_option train_options[] = {
    {"model", "FILE", true, "Where the model goes: a MOJO, which H2O's scorer reads, too."},
    {"report", "FILE", false, "Where a page with pictures goes (HTML, one file)."},
    {"json", "FILE", false, "Where everything about the model goes as JSON; - is standard output."},
    {"x", "NAMES", false, "The predictors, all other columns are left out. Default: all columns."},
    {"classification", NULL, false, "Learn a number as a class."},
    {"regression", NULL, false, "Refuse a response that is not numbers."},
    {"threads", "INTEGER", false, "Threads; the result does not depend on it. Default: all cores."},
    {NULL}};

static const char *const train_examples[] = {
    "heavywater train --training_frame train.csv --response_column y --model m.zip",
    "heavywater train --training_frame train.csv --validation_frame valid.csv \\",
    "    --response_column y --ignored_columns id,date --hidden 100,50 --epochs 20 \\",
    "    --activation RectifierWithDropout --l1 1e-5 --seed 1 \\",
    "    --model m.zip --report m.html --json m.json",
    NULL};

static const app_option predict_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "The rows to score; - is standard input. The response may be missing."},
    {"out", "FILE", false, "Where the predictions go (CSV). Default: standard output."},
    {NULL}};

static const char *const predict_examples[] = {
    "heavywater predict --model m.zip --frame new.csv --out predictions.csv", NULL};

static const app_option performance_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "Rows with the response; - is standard input."},
    {"json", "FILE", false, "Where the metrics go as JSON; - is standard output."},
    {NULL}};

static const char *const performance_examples[] = {
    "heavywater performance --model m.zip --frame test.csv", NULL};

static const app_option show_options[] = {
    {"json", "FILE", false, "Where everything about the model goes as JSON; - is standard output."},
    {"report", "FILE", false, "Where a page with pictures goes (HTML, one file)."},
    {NULL}};

static const char *const show_examples[] = {"heavywater show m.zip",
                                            "heavywater show m.zip --report m.html", NULL};

static const char *const describe_examples[] = {
    "heavywater describe train.csv", "heavywater describe 'parts/*.csv.gz' --sep tab", NULL};

static const char *const params_examples[] = {"heavywater params", "heavywater params hidden",
                                              NULL};

const app_command app_commands[] = {
    {.name = "train",
     .summary = "learn from a table and keep the model",
     .usage = "--training_frame FILE --response_column COLUMN --model FILE [--PARAMETER VALUE ...]",
     .details = "Trains a network on a table and writes it. A response of texts is learned as "
                "classes, a response of numbers as numbers. Then prints what was learned. Ctrl-C "
                "ends training and keeps the model so far (exit code 130).",
     .examples = train_examples,
     .options = train_options,
     .takes_params = true,
     .takes_parse_options = true,
     .run = app_train},
    {.name = "predict",
     .summary = "score the rows of a table with a model",
     .usage = "--model FILE --frame FILE [--out FILE]",
     .details = "Scores every row. The columns are H2O's: predict, then the probability of each "
                "class. Levels that the model does not know count as missing; so do columns that "
                "the table lacks, with a warning.",
     .examples = predict_examples,
     .options = predict_options,
     .takes_parse_options = true,
     .run = app_predict},
    {.name = "performance",
     .summary = "measure a model on a table with the response",
     .usage = "--model FILE --frame FILE [--json FILE]",
     .details = "Scores the table and prints how well the predictions fit the response.",
     .examples = performance_examples,
     .options = performance_options,
     .takes_parse_options = true,
     .run = app_performance},
    {.name = "show",
     .summary = "print what a model is and what it has learned",
     .usage = "MODEL [--json FILE] [--report FILE]",
     .details = "Prints the parameters, layers, scoring history, metrics and variable importances "
                "of a model.",
     .examples = show_examples,
     .options = show_options,
     .min_positionals = 1,
     .max_positionals = 1,
     .positional_word = "MODEL",
     .run = app_show},
    {.name = "describe",
     .summary = "print types, missing values and distributions of a table",
     .usage = "FILE...",
     .details = "Reads a table as training would and prints for each column its type, missing "
                "values, zeros, moments, levels and distribution. Each FILE is a table; a table in "
                "several files is written a.csv,b.csv or as a pattern in quotes.",
     .examples = describe_examples,
     .options = no_options,
     .takes_parse_options = true,
     .min_positionals = 1,
     .max_positionals = -1,
     .positional_word = "FILE",
     .run = app_describe},
    {.name = "params",
     .summary = "explain the parameters of training",
     .usage = "[NAME]",
     .details = "Lists all parameters with their defaults, or explains one.",
     .examples = params_examples,
     .options = no_options,
     .max_positionals = 1,
     .positional_word = "NAME",
     .run = app_params},
    {.name = NULL}};

const app_command *app_command_find(const char *name)
{
    for (const app_command *command = app_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}
