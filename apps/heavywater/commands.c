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
    {"cv_predictions", "FILE", false,
     "Where the predictions of cross-validation go (CSV): each row by the model that did not see "
     "it."},
    {"cv_models", "FOLDER", false,
     "Where the models of the folds go: cv_1.zip, cv_2.zip ... The folder is made when there is "
     "none."},
    {"cv_fold_assignment", "FILE", false, "Where the fold of each row goes (CSV)."},
    {"threads", "INTEGER", false,
     "Threads, also --nthreads; with one team the result does not depend on it. Default: all "
     "cores.",
     "nthreads"},
    {"teams", "INTEGER", false,
     "Teams of threads that learn different rows at once and race on the weights, for machines of "
     "many cores; no two runs give the same model then. auto: as many as pay. Default: 1, which "
     "always gives the same model."},
    {NULL}};

static const char *const train_examples[] = {
    "heavywater train --training_frame train.csv --response_column y --model m.zip",
    "heavywater train --training_frame train.csv --validation_frame valid.csv \\",
    "    --response_column y --ignored_columns id,date --hidden 100,50 --epochs 20 \\",
    "    --activation RectifierWithDropout --l1 1e-5 --seed 1 \\",
    "    --model m.zip --report m.html --json m.json",
    "heavywater train --training_frame train.csv --response_column y --nfolds 5 --seed 1 \\",
    "    --cv_predictions held_out.csv --model m.zip",
    NULL};

static const app_option grid_options[] = {
    {"hyper_params", "JSON", true,
     "What is varied: {\"NAME\": [VALUE, ...], ...}, or a file that holds it."},
    {"grid_dir", "FOLDER", true,
     "Where models, leaderboard and manifest go; it is made when there is none. A search that was "
     "interrupted goes on where it was."},
    {"search_criteria", "JSON", false,
     "How it is searched: {\"strategy\": \"RandomDiscrete\", ...} with max_models, "
     "max_runtime_secs, seed, stopping_rounds, stopping_metric, stopping_tolerance; "
     "\"Sequential\" takes the first values of all lists, then the second ones; or a file. "
     "Default: Cartesian, all combinations."},
    {"grid_id", "NAME", false,
     "The models are called NAME_model_1 and so on. Default: the folder's name."},
    {"sort_by", "METRIC", false,
     "Order of the leaderboard: logloss, auc, f1, rmse ... of cross-validation, else validation, "
     "else training. Default: logloss of classifiers, residual_deviance of regressions."},
    {"decreasing", NULL, false, "Whether the largest value comes first. Default: the best does."},
    {"report", "FILE", false,
     "Where a page with pictures of all models goes (HTML, one file), as of compare."},
    {"parallelism", "INTEGER", false,
     "Models trained side by side; 0: as many as threads, but one at a time where nets are large. "
     "Default: 0."},
    {"x", "NAMES", false, "The predictors, all other columns are left out. Default: all columns."},
    {"classification", NULL, false, "Learn a number as a class."},
    {"regression", NULL, false, "Refuse a response that is not numbers."},
    {"threads", "INTEGER", false,
     "Threads in all, also --nthreads; the models do not depend on it. Default: all cores.",
     "nthreads"},
    {NULL}};

static const char *const grid_examples[] = {
    "heavywater grid --training_frame train.csv --response_column y --epochs 10 --seed 1 \\",
    "    --hyper_params '{\"hidden\": [[50, 50], [200]], \"l1\": [0, 1e-5]}' --grid_dir grid",
    "heavywater grid --training_frame train.csv --response_column y --nfolds 5 \\",
    "    --hyper_params hyper.json --sort_by auc --grid_dir grid \\",
    "    --search_criteria '{\"strategy\": \"RandomDiscrete\", \"max_models\": 20, \"seed\": 1}'",
    NULL};

static const app_option predict_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "The rows to score; - is standard input. The response may be missing."},
    {"out", "FILE", false, "Where the predictions go (CSV). Default: standard output."},
    {NULL}};

static const char *const resume_examples[] = {
    "heavywater train --training_frame train.csv --response_column y --model m.zip \\",
    "    --export_checkpoints_dir snapshots", "heavywater resume snapshots", NULL};

static const char *const predict_examples[] = {
    "heavywater predict --model m.zip --frame new.csv --out predictions.csv", NULL};

static const app_option performance_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "Rows with the response; - is standard input."},
    {"json", "FILE", false, "Where the metrics go as JSON; - is standard output."},
    {NULL}};

static const char *const performance_examples[] = {
    "heavywater performance --model m.zip --frame test.csv", NULL};

static const app_option anomaly_options[] = {
    {"model", "FILE", true, "An autoencoder: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "The rows to judge; - is standard input."},
    {"out", "FILE", false, "Where the errors go (CSV). Default: standard output."},
    {"per_feature", NULL, false, "One column for each input unit instead of their mean."},
    {NULL}};

static const char *const anomaly_examples[] = {
    "heavywater anomaly --model m.zip --frame new.csv --out errors.csv",
    "heavywater anomaly --model m.zip --frame new.csv --per_feature --out errors.csv", NULL};

static const app_option deepfeatures_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"frame", "FILE", true, "The rows; - is standard input. The response may be missing."},
    {"layer", "INTEGER", true, "The hidden layer: 0 is the first."},
    {"out", "FILE", false, "Where the features go (CSV). Default: standard output."},
    {NULL}};

static const char *const deepfeatures_examples[] = {
    "heavywater deepfeatures --model m.zip --frame new.csv --layer 0 --out features.csv", NULL};

static const app_option weights_options[] = {
    {"model", "FILE", true, "The model: a MOJO written by heavywater or by H2O."},
    {"out_dir", "FOLDER", true, "Where the tables go; it is made when there is none."},
    {NULL}};

static const char *const weights_examples[] = {"heavywater weights --model m.zip --out_dir weights",
                                               NULL};

static const app_option show_options[] = {
    {"json", "FILE", false, "Where everything about the model goes as JSON; - is standard output."},
    {"report", "FILE", false, "Where a page with pictures goes (HTML, one file)."},
    {NULL}};

static const char *const show_examples[] = {"heavywater show m.zip",
                                            "heavywater show m.zip --report m.html", NULL};

static const app_option compare_options[] = {
    {"frame", "FILE", false,
     "Rows with the response on which all models are measured; - is standard input."},
    {"sort_by", "METRIC", false,
     "logloss, auc, pr_auc, rmse, mae, r2, err ... Default: logloss for classes, "
     "residual_deviance for numbers, mse for autoencoders."},
    {"report", "FILE", false, "Where a page with pictures goes (HTML, one file)."},
    {"json", "FILE", false, "Where all of it goes as JSON; - is standard output."},
    {NULL}};

static const char *const compare_examples[] = {
    "heavywater compare a.zip b.zip c.zip --report compared.html",
    "heavywater compare a.zip b.zip --frame test.csv --sort_by auc",
    "heavywater compare grid_dir --report grid.html", NULL};

static const app_option export_options[] = {
    {"to", "KIND", true,
     "pojo (Java for H2O's h2o-genmodel.jar), c (one C file), onnx, json, or weights (a folder of "
     "CSV "
     "and .npy)."},
    {"out", "PATH", true, "Where it goes; - is standard output, but not of weights."},
    {NULL}};

static const char *const export_examples[] = {
    "heavywater export m.zip --to c --out m.c", "heavywater export m.zip --to onnx --out m.onnx",
    "heavywater export m.zip --to pojo --out M.java", NULL};

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
                "ends training and keeps the model so far (exit code 130). The model, the report "
                "and the other files replace older ones together, when all of them are written.",
     .examples = train_examples,
     .options = train_options,
     .takes_params = true,
     .takes_parse_options = true,
     .is_resumable = true,
     .run = app_train},
    {.name = "resume",
     .summary = "go on with a training that was interrupted",
     .usage = "FOLDER | FILE",
     .details = "Goes on with a training that was started with --export_checkpoints_dir FOLDER and "
                "then killed, or ended by Ctrl-C or a power cut: the same command is given again "
                "from the same folder, and training starts at the last snapshot. Where the clock "
                "has no say (reproducible, or score_each_iteration), the model is bit for bit the "
                "one of a training that was never interrupted. FILE is NAME.run.json or a "
                "snapshot, where FOLDER holds several.",
     .examples = resume_examples,
     .options = no_options,
     .min_positionals = 1,
     .max_positionals = 1,
     .positional_word = "FOLDER",
     .run = app_resume},
    {.name = "grid",
     .summary = "train a model for each combination of parameters and rank them",
     .usage = "--training_frame FILE --response_column COLUMN --hyper_params JSON --grid_dir "
              "FOLDER [--PARAMETER VALUE ...]",
     .details = "Trains a network for each combination of the values in --hyper_params, several at "
                "a time, with all other parameters as train takes them. Each model is written as "
                "soon as it is finished; the same command after Ctrl-C, a crash or a power cut "
                "goes on where it was. Combinations that cannot be trained are listed with the "
                "reason. Then prints the leaderboard (also in the folder, as CSV and JSON; "
                "grid.json there holds everything, with the command line of each model). Ctrl-C "
                "keeps the finished models (exit code 130).",
     .examples = grid_examples,
     .options = grid_options,
     .takes_params = true,
     .takes_parse_options = true,
     .run = app_grid_search},
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
    {.name = "anomaly",
     .summary = "score how odd the rows of a table are, with an autoencoder",
     .usage = "--model FILE --frame FILE [--out FILE] [--per_feature]",
     .details = "Writes for each row how badly the autoencoder reconstructs it: the mean squared "
                "error over the input units (Reconstruction.MSE), or with --per_feature the "
                "squared error of each unit. Errors are on the scale of the inputs of the network.",
     .examples = anomaly_examples,
     .options = anomaly_options,
     .takes_parse_options = true,
     .run = app_anomaly},
    {.name = "deepfeatures",
     .summary = "write what a hidden layer makes of each row",
     .usage = "--model FILE --frame FILE --layer INTEGER [--out FILE]",
     .details = "Writes the activations of a hidden layer, one column a unit (DF.L1.C1 ...), as "
                "inputs for other models. Any model with hidden layers will do, not only "
                "autoencoders.",
     .examples = deepfeatures_examples,
     .options = deepfeatures_options,
     .takes_parse_options = true,
     .run = app_deepfeatures},
    {.name = "weights",
     .summary = "write the weights and biases of a model as tables",
     .usage = "--model FILE --out_dir FOLDER",
     .details = "Writes weights_1.csv, biases_1.csv, weights_2.csv ... from the first hidden layer "
                "to the output: a row a unit, a column an input; the columns of the first matrix "
                "are named by the input units. --initial_weights and --initial_biases of train "
                "read these files back.",
     .examples = weights_examples,
     .options = weights_options,
     .run = app_weights},
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
    {.name = "compare",
     .summary = "put models side by side, best first",
     .usage = "MODEL|GRID_DIR... [--frame FILE] [--sort_by METRIC] [--report FILE] [--json FILE]",
     .details = "Prints the parameters that tell the models apart, their size, training time and "
                "metrics. What counts are the metrics of --frame, else those that most models "
                "have: of cross-validation, of the validation frame, of the training frame. The "
                "folder of a grid stands for its models. All models predict the same thing.",
     .examples = compare_examples,
     .options = compare_options,
     .takes_parse_options = true,
     .min_positionals = 1,
     .max_positionals = -1,
     .positional_word = "MODEL",
     .run = app_compare},
    {.name = "export",
     .summary = "turn a model into Java, C, ONNX, JSON or matrices",
     .usage = "MODEL --to KIND --out PATH",
     .details =
         "Writes a model in a form that scores without heavywater. The C file needs nothing "
         "but the C library and says itself how it is called; its functions are called after "
         "the file, and so is the class of a Java file. An ONNX file takes raw rows, one input "
         "a column, and gives the columns of predict. docs/guide-export.md has examples.",
     .examples = export_examples,
     .options = export_options,
     .min_positionals = 1,
     .max_positionals = 1,
     .positional_word = "MODEL",
     .run = app_export},
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
