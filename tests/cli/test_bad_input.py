#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of bad input: exit code 2, one line that says what is wrong, nothing written.

A row is (name, arguments, words that the line must hold). {x} in an argument is the file x of the
prepared folder; the models are trained once."""
import gzip
import io
import os
import random
import resource
import shutil
import subprocess
import tempfile
import zipfile

import harness
from harness import add_case, case, check, check_one_line_error, data, read, run, run_ok, write

PREPARED = tempfile.mkdtemp(prefix="heavywater-bad-")


def train(*extra, frame="{mixed.csv}", response="churn", model="{out}/m.zip"):
    args = ["train"]
    for name, value in (("training_frame", frame), ("response_column", response),
                        ("model", model)):
        args += [f"--{name}", value] if value else []
    return args + ["--hidden", "4"] * ("--hidden" not in extra) + list(extra)


def validated(frame, *extra):
    return train("--validation_frame", frame, *extra)


def predict(model="{churn.zip}", frame="{mixed_score.csv}", out="{out}/p.csv", *extra):
    return ["predict", "--model", model, "--frame", frame, "--out", out] + list(extra)


def performance(model="{churn.zip}", frame="{mixed.csv}", *extra):
    return ["performance", "--model", model, "--frame", frame] + list(extra)


TABLE = [
    # Names and forms of options.
    ("unknown_parameter_near", train("--epoch", "3"), ["epoch", "did you mean --epochs?"]),
    ("unknown_parameter_dashes", train("--input-dropout-rate", "0.1"),
     ["input_dropout_rate", "--input_dropout_ratio"]),
    ("unknown_option_near", train("--repotr", "r.html"), ["repotr", "did you mean --report?"]),
    ("unknown_parameter_far", train("--xyzzyplugh", "3"), ["xyzzyplugh", "--help"]),
    ("unknown_negation", train("--no-epochs"), ["no_epochs"]),
    ("single_dash", train("-epochs", "3"), ["-epochs", "--name"]),
    ("stray_argument", train("more.csv"), ["more.csv"]),
    ("list_with_blanks", train("--hidden", "4,", "4"), ["hidden"]),
    ("value_missing_at_end", train("--epochs"), ["epochs", "wants a value"]),
    ("value_missing_before_option", train("--epochs", "--seed", "1"), ["epochs", "wants a value"]),
    ("value_empty", train("--report="), ["report", "wants a value"]),
    ("parameter_twice", train("--seed", "1", "--seed=2"), ["seed", "twice"]),
    ("parameter_twice_in_two_forms", train("--standardize", "--no-standardize"),
     ["standardize", "twice"]),
    ("option_twice", train("--report", "a", "--report", "b"), ["report", "twice"]),
    ("switch_with_a_word", train("--standardize=maybe"), ["standardize", "maybe", "true or false"]),
    ("training_frame_not_given", train(frame=None), ["training_frame", "missing"]),
    ("response_not_given", train(response=None), ["response_column", "missing"]),
    ("model_not_given", train(model=None), ["model", "missing"]),
    ("frame_not_given", ["predict", "--model", "{churn.zip}"], ["frame", "missing"]),
    ("show_nothing", ["show"], ["MODEL", "missing"]),
    ("show_two", ["show", "a.zip", "b.zip"], ["b.zip"]),
    ("describe_nothing", ["describe"], ["FILE", "missing"]),
    ("params_two", ["params", "hidden", "epochs"], ["epochs"]),
    ("parameter_of_train_elsewhere", predict() + ["--epochs", "3"], ["epochs", "unknown option"]),
    # Values.
    ("negative_epochs", train("--epochs", "-1"), ["epochs", "-1", ">= 0"]),
    ("dropout_of_one", train("--input_dropout_ratio", "1"), ["input_dropout_ratio", "[0, 1)"]),
    ("negative_l1", train("--l1=-0.1"), ["l1", "-0.1", ">= 0"]),
    ("rho_above_one", train("--rho", "1.5"), ["rho", "[0, 1]"]),
    ("tweedie_power_of_three", train("--tweedie_power", "3"), ["tweedie_power", "0 or [1, 2]"]),
    ("tweedie_power_of_two_as_h2o", train("--tweedie_power", "2", "--h2o_compat"), ["tweedie_power", "(exclusive)"]),
    ("layer_of_no_units", train("--hidden", "10,0"), ["hidden", "1"]),
    ("layer_that_is_text", train("--hidden", "10,x"), ["hidden", "'x'", "whole number"]),
    ("layer_left_out", train("--hidden", "10,,5"), ["hidden", "whole number"]),
    ("epochs_that_are_text", train("--epochs", "ten"), ["epochs", "'ten'", "number"]),
    ("seed_with_a_point", train("--seed", "1.5"), ["seed", "1.5", "whole number"]),
    ("unknown_level", train("--activation", "Sigmoid"), ["activation", "Sigmoid", "Rectifier"]),
    ("threads_below_none", train("--threads=-2"), ["threads", "-2"]),
    ("teams_of_nobody", train("--teams", "0"), ["teams", "'0'", "auto"]),
    ("teams_that_are_text", train("--teams", "many"), ["teams", "'many'", "auto"]),
    ("teams_without_threads", train("--teams", "3", "--threads", "2"), ["teams", "3 teams", "2 threads"]),
    ("teams_that_must_not_race", train("--teams", "2", "--threads", "2", "--reproducible"),
     ["teams", "not reproducible"]),
    ("teams_in_a_grid", ["grid", "--training_frame", "{mixed.csv}", "--response_column", "churn", "--teams", "2",
                          "--hyper_params", '{"hidden": [[4]]}', "--grid_dir", "{out}/g"], ["teams"]),
    ("seed_beyond_long", train("--seed", "99999999999999999999"), ["seed"]),
    # Known to H2O, not in this version.
    ("missing_checkpoint", train("--checkpoint", "m"), ["checkpoint", "m: No such file"]),
    ("unsupported_encoding", train("--categorical_encoding", "Eigen"), ["categorical_encoding", "use OneHotInternal"]),
    ("folds_one", train("--nfolds", "1"), ["nfolds", "0 or >= 2"]),
    ("folds_negative", train("--nfolds", "-2"), ["nfolds", "0 or >= 2"]),
    ("folds_more_than_rows", train("--nfolds", "100000"), ["nfolds", "number of rows"]),
    ("folds_and_column", train("--nfolds", "3", "--fold_column", "rating"), ["nfolds", "fold column"]),
    ("folds_assignment_without", train("--fold_assignment", "Modulo"), ["fold_assignment"]),
    ("folds_of_an_autoencoder", ["train", "--training_frame", "{mixed.csv}", "--autoencoder",
                                 "--nfolds", "3", "--model", "{out}/m.zip"], ["nfolds"]),
    ("folds_column_missing", train("--fold_column", "rathing"), ["fold_column", "rathing"]),
    ("folds_column_with_gaps", train("--fold_column", "age"), ["fold_column", "age"]),
    ("folds_predictions_without", train("--cv_predictions", "{out}/p.csv"),
     ["cv_predictions", "nfolds"]),
    ("folds_predictions_not_kept", train("--nfolds", "3", "--cv_predictions", "{out}/p.csv",
                                         "--no-keep_cross_validation_predictions"),
     ["cv_predictions", "keep_cross_validation_predictions"]),
    ("folds_column_real", train("--fold_column", "rating"), ["fold_column", "rating", "missing in row"]),
    ("unsupported_custom_metric", train("--custom_metric_func", "f"), ["custom_metric_func"]),
    # Parameters that contradict each other or the response.
    ("x_and_ignored", train("--x", "age", "--ignored_columns", "id"), ["--x", "ignored_columns"]),
    ("both_kinds", train("--classification", "--regression"), ["classification", "regression"]),
    ("ratios_of_wrong_count",
     train("--hidden", "4,4", "--activation", "RectifierWithDropout", "--hidden_dropout_ratios",
           "0.5"), ["hidden_dropout_ratios", "2 hidden layer"]),
    ("ratios_without_dropout", train("--hidden_dropout_ratios", "0.5"),
     ["hidden_dropout_ratios", "dropout"]),
    ("ratio_out_of_range", train("--activation", "TanhWithDropout", "--hidden_dropout_ratios=1.5"),
     ["hidden_dropout_ratios", "[0, 1)"]),
    ("poisson_for_classes", train("--distribution", "poisson"), ["distribution", "classification"]),
    ("cross_entropy_for_numbers", train("--loss", "CrossEntropy", response="spend"), ["loss"]),
    ("auc_for_numbers", train("--stopping_metric", "AUC", response="spend"), ["stopping_metric"]),
    ("deviance_for_classes", train("--stopping_metric", "deviance"), ["stopping_metric"]),
    ("offset_for_classes", train("--offset_column", "age"), ["offset_column"]),
    ("balance_for_numbers", train("--balance_classes", response="spend"), ["balance_classes"]),
    ("rho_of_zero", train("--rho", "0"), ["rho"]),
    ("col_major", train("--col_major"), ["col_major"]),
    # Columns.
    ("response_unknown", train(response="chrun"), ["response_column", "chrun", "'churn'"]),
    ("predictor_infinite", train(frame="{infinite.csv}", response="y"),
     ["'b'", "infinite", "na_strings"]),
    ("response_infinite", train(frame="{infinite.csv}", response="b"),
     ["response_column", "'b'", "infinite"]),
    ("response_constant", train(response="seven"), ["response", "constant"]),
    ("response_all_missing", train(frame="{no_response.csv}", response="y"), ["response"]),
    ("response_of_texts", train(response="note"), ["response_column", "note", "--col_types"]),
    ("response_of_100000_levels", train(frame="{many_levels.csv}", response="y"),
     ["response_column", "100000 levels"]),
    ("response_is_no_number", train("--regression"), ["regression", "'no'", "no number"]),
    ("regression_of_factors",
     train("--regression", "--factors", "rating", response="rating"), ["regression", "--factors"]),
    ("x_unknown", train("--x", "agee"), ["x", "agee", "'age'"]),
    ("x_has_the_response", train("--x", "age,churn"), ["x", "churn", "response"]),
    ("x_empty_name", train("--x", "age,,income"), ["x", "empty name"]),
    ("ignored_unknown", train("--ignored_columns", "idd"), ["ignored_columns", "idd", "'id'"]),
    ("ignored_has_the_response", train("--ignored_columns", "id,churn"),
     ["ignored_columns", "churn", "response"]),
    ("no_usable_columns", train("--x", "seven"), ["usable"]),
    ("weights_unknown", train("--weights_column", "w"), ["weights_column", "'w'"]),
    ("weights_of_text", train("--weights_column", "city"), ["weights_column"]),
    ("weights_negative", train("--weights_column", "w", frame="{weights.csv}", response="y"),
     ["weights_column"]),
    ("weights_missing", train("--weights_column", "v", frame="{weights.csv}", response="y"),
     ["weights_column"]),
    ("negative_counts", train("--distribution", "poisson", frame="{weights.csv}", response="w"),
     ["distribution"]),
    ("factors_unknown", train("--factors", "nope"), ["factors", "nope"]),
    ("col_types_unknown_column", train("--col_types", "nope=enum"), ["col_types", "nope"]),
    ("col_types_unknown_type", train("--col_types", "age=float128"), ["col_types", "float128"]),
    ("skipped_unknown", train("--skipped_columns", "nope"), ["skipped_columns", "nope"]),
    ("sep_of_two", train("--sep", "ab"), ["sep", "ab"]),
    ("header_word", train("--header", "perhaps"), ["header", "perhaps"]),
    # Files to read.
    ("frame_absent", train(frame="{out}/none.csv"), ["none.csv", "No such file"]),
    ("frame_is_a_folder", train(frame="{out}"), ["directory"]),
    ("frame_empty", train(frame="{empty.csv}"), ["empty.csv", "empty"]),
    ("frame_binary", train(frame="{binary.csv}"), ["binary.csv"]),
    ("frame_ragged", train(frame="{ragged.csv}", response="c"), ["ragged.csv", "line 4"]),
    ("frame_torn_gzip", train(frame="{torn.csv.gz}"), ["torn.csv.gz"]),
    ("frame_header_only", train(frame="{header_only.csv}", response="b"), []),
    ("two_standard_inputs", train("--validation_frame", "-", frame="-"), ["standard input"]),
    ("describe_absent", ["describe", "{out}/none.csv"], ["describe", "none.csv"]),
    ("describe_empty", ["describe", "{empty.csv}"], ["empty.csv"]),
    ("describe_binary", ["describe", "{binary.csv}"], ["binary.csv"]),
    ("describe_ragged", ["describe", "{ragged.csv}"], ["ragged.csv", "line 4"]),
    ("validation_absent", validated("{out}/none.csv"), ["none.csv"]),
    ("validation_lacks_a_predictor", validated("{lacks_age.csv}"),
     ["validation_frame", "lacks_age.csv", "'age'"]),
    ("validation_lacks_the_response", validated("{lacks_churn.csv}"),
     ["validation_frame", "lacks_churn.csv", "'churn'"]),
    ("validation_text_for_numbers", validated("{text_age.csv}"), ["age"]),
    # Models to read.
    ("model_absent", predict("{out}/none.zip"), ["none.zip", "No such file"]),
    ("model_torn", predict("{torn.zip}"), ["torn.zip"]),
    ("model_torn_inside", predict("{flipped.zip}"), ["flipped.zip"]),
    ("model_is_a_table", predict("{mixed.csv}"), ["mixed.csv"]),
    ("model_is_empty", predict("{empty.csv}"), ["empty.csv"]),
    ("model_is_another_zip", predict("{other.zip}"), ["other.zip"]),
    ("model_is_another_algorithm", predict("{gbm.zip}"), ["gbm.zip"]),
    ("show_a_table", ["show", "{mixed.csv}"], ["mixed.csv"]),
    ("show_absent", ["show", "{out}/none.zip"], ["none.zip"]),
    ("show_a_folder", ["show", "{out}"], []),
    ("performance_of_a_table", performance("{iris.csv}"), ["iris.csv"]),
    # Tables to score.
    ("score_other_columns", predict(frame="{iris.csv}"), ["iris.csv", "none of the model's"]),
    ("score_text_for_numbers", predict(frame="{text_age.csv}"), ["age"]),
    ("score_empty", predict(frame="{empty.csv}"), ["empty.csv"]),
    ("performance_without_response", performance(frame="{mixed_score.csv}"), ["churn"]),
    ("performance_text_response", performance("{spend.zip}", "{text_spend.csv}"), ["spend"]),
    # Files to write.
    ("model_in_no_folder", train(model="{out}/none/m.zip"), ["model", "no folder"]),
    ("model_is_a_folder", train(model="{out}"), ["model", "is a folder"]),
    ("model_to_standard_output", train(model="-"), ["model", "standard output"]),
    ("model_over_the_frame", train(model="{mixed.csv}"), ["model", "overwrite"]),
    ("report_in_no_folder", train("--report", "{out}/none/r.html"), ["report", "no folder"]),
    ("report_is_the_model", train("--report", "{out}/m.zip"), ["report", "same file"]),
    ("json_is_a_folder", train("--json", "{out}/"), ["json", "is a folder"]),
    ("json_where_nobody_can_write", train("--json", "/proc/j.json"), ["json", "/proc"]),
    ("out_in_no_folder", predict(out="{out}/none/p.csv"), ["out", "no folder"]),
    ("out_over_the_frame", predict(frame="{mixed.csv}", out="{mixed.csv}"), ["out", "overwrite"]),
    ("out_over_the_model", predict(out="{churn.zip}"), ["out", "overwrite"]),
    ("show_json_over_the_model", ["show", "{churn.zip}", "--json", "{churn.zip}"], ["overwrite"]),
    ("predictions_on_a_full_disk", predict(out="/dev/full"), ["/dev/full", "No space left"]),
    ("json_on_a_full_disk", performance("{churn.zip}", "{mixed.csv}", "--json", "/dev/full"),
     ["/dev/full", "No space left"]),
    ("show_report_on_a_full_disk", ["show", "{churn.zip}", "--report", "/dev/full"],
     ["/dev/full", "No space left"]),
    ("model_on_a_full_disk", train("--quiet_mode", "--epochs", "1", model="/dev/full"),
     ["/dev/full", "No space left"]),
]


def with_column(rows, column, values):
    """The table with the values of one column replaced; None takes the column out."""
    header, *lines = [row.split(",") for row in rows]
    at = header.index(column)
    result = []
    for i, line in enumerate([header] + lines):
        cell = [] if values is None else [column if i == 0 else values[i % len(values)]]
        result.append(",".join(line[:at] + cell + line[at + 1:]))
    return "\n".join(result) + "\n"


def prepare_tables():
    for name in ("mixed.csv", "mixed_score.csv", "iris.csv"):
        shutil.copy(data(name), PREPARED)
    write(PREPARED, "empty.csv", "")
    write(PREPARED, "header_only.csv", "a,b,c\n")
    write(PREPARED, "binary.csv", random.Random(1).randbytes(4000) + b"\0\1\2")
    write(PREPARED, "infinite.csv", "a,b,y\n1,2,3\n2,1e999,4\n3,5,5\n4,6,9\n")
    write(PREPARED, "ragged.csv", "a,b,c\n1,2,x\n3,4,y\n5,6,z,7,8\n9,10,x\n")
    write(PREPARED, "torn.csv.gz", gzip.compress(read(data("mixed.csv")).encode())[:-200])
    write(PREPARED, "no_response.csv", "a,b,y\n" + "".join(f"{i},{i % 7},\n" for i in range(50)))
    write(PREPARED, "many_levels.csv",
          "a,y\n" + "".join(f"{i % 11},level{i % 100000}\n" for i in range(200000)))
    write(PREPARED, "weights.csv", "a,w,v,y\n" + "".join(
        f"{i},{i % 5 - 1},{i % 3 or ''},{'p' if i % 2 else 'q'}\n" for i in range(40)))
    # The commas in quotes are in the way of a plain split.
    rows = read(data("mixed.csv")).replace('"plus, yearly"', "plus").splitlines()
    write(PREPARED, "lacks_age.csv", with_column(rows, "age", None))
    write(PREPARED, "lacks_churn.csv", with_column(rows, "churn", None))
    write(PREPARED, "text_age.csv", with_column(rows, "age", ["young", "old", "older"]))
    write(PREPARED, "text_spend.csv", with_column(rows, "spend", ["much", "little"]))


def zip_of(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def prepare_models():
    for response in ("churn", "spend"):
        run_ok(["train", "--training_frame", data("mixed.csv"), "--response_column", response,
                "--x", "age,income,city,plan,rating", "--hidden", "4", "--epochs", "1", "--seed",
                "1", "--model", os.path.join(PREPARED, response + ".zip")])
    with open(os.path.join(PREPARED, "churn.zip"), "rb") as file:
        model = file.read()
    write(PREPARED, "torn.zip", model[:len(model) // 2])
    # A byte in the middle of the first entry's compressed content.
    flipped = bytearray(model)
    for i in range(60, 120):
        flipped[i] ^= 0x55
    write(PREPARED, "flipped.zip", bytes(flipped))
    write(PREPARED, "other.zip", zip_of({"readme.txt": "nothing to see"}))
    write(PREPARED, "gbm.zip", zip_of({"model.ini": "[info]\nalgorithm = Gradient Boosting Machine\n"
                                                    "algo = gbm\nmojo_version = 1.40\n"
                                                    "[columns]\na\ny\n[domains]\n"}))


def snapshot(folder):
    return sorted((name, os.stat(os.path.join(folder, name)).st_size,
                   os.stat(os.path.join(folder, name)).st_mtime_ns) for name in os.listdir(folder))


def fill_in(argument, out):
    if argument.startswith("{out}"):
        return out + argument[len("{out}"):]
    if argument.startswith("{"):
        return os.path.join(PREPARED, argument[1:-1])
    return argument


def make_case(args, words):
    def test(folder):
        before = snapshot(PREPARED)
        result = run([fill_in(argument, folder) for argument in args], cwd=folder)
        check_one_line_error(result, [args[0] + ": "] + words)
        check(os.listdir(folder) == [], f"something was written: {os.listdir(folder)}\n{result}")
        check(snapshot(PREPARED) == before, f"an input was changed\n{result}")
    return test


@case
def test_prepare(_folder):
    prepare_tables()
    prepare_models()


for case_name, case_args, case_words in TABLE:
    add_case("test_bad_" + case_name, make_case(case_args, case_words))


@case
def test_table_is_long_enough(_folder):
    check(len(TABLE) >= 40, len(TABLE))


@case
def test_file_limit_leaves_the_old_model(folder):
    """A model that does not fit keeps the one that is there, and no piece of the new one."""
    path = write(folder, "m.zip", "old")
    limit = 200

    def lower_limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    args = [fill_in(a, folder) for a in train("--quiet_mode", "--epochs", "1")]
    done = subprocess.run([harness.COMMAND] + args, preexec_fn=lower_limit, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=harness.environment(), check=False)
    check_one_line_error(harness.Result(args, done), ["m.zip", "File too large"])
    check(os.listdir(folder) == ["m.zip"] and read(path) == "old", os.listdir(folder))


try:
    harness.main()
finally:
    shutil.rmtree(PREPARED, ignore_errors=True)
