# SPDX-License-Identifier: Apache-2.0
"""Trainings that are interrupted: by kill -9 at any moment, by Ctrl-C, by what is wrong with files.

HW_KILLS says how many processes the test of kills takes (10)."""
import json
import os
import random
import re
import signal
import subprocess
import time
import zipfile

import harness
from harness import case, check, check_one_line_error, data, run, run_ok

KILLS = int(os.environ.get("HW_KILLS", "10"))
EPOCHS = "2000"


def train_args(folder, *more, model="m.zip", epochs=EPOCHS):
    return ["train", "--training_frame", data("prostate.csv"), "--response_column", "CAPSULE",
            "--classification", "--ignored_columns", "ID", "--hidden", "8,8", "--reproducible",
            "--seed", "3", "--epochs", epochs, "--train_samples_per_iteration", "7600",
            "--stopping_rounds", "0", "--model", os.path.join(folder, model), *more]


def content(path):
    """All of a model file that does not tell the time."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
        ini = archive.read("model.ini").decode()
        ini = re.sub(r"(?m)^(uuid|timestamp) = .*$", "", ini)
        state = json.loads(archive.read("heavywater/model.json"))
        details = json.loads(archive.read("experimental/modelDetails.json"))
        optimizer = archive.read("heavywater/optimizer.bin")
    counters = {key: value for key, value in state["counters"].items() if "time" not in key}
    history = details["output"]["scoring_history"]
    history = [column for column, spec in zip(history["data"], history["columns"])
               if spec["name"] not in ("timestamp", "duration", "training_speed")]
    return names, ini, optimizer, counters, history, state["resume"]["stopping_values"]


def start(args, folder=None):
    return subprocess.Popen([harness.COMMAND] + args, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, cwd=folder, env=harness.environment())


def kill_after(process, seconds):
    """True when it was killed, False when it had ended by itself."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    finally:
        error = process.stderr.read().decode()
        process.stderr.close()
    check(process.returncode == 0 and error == "", f"exit {process.returncode}: {error}")
    return False


def check_snapshots(folder):
    """Whatever stands there under its name is whole; the last one scores."""
    last = os.path.join(folder, "m.snapshot.zip")
    for name in ("m.snapshot.zip", "m.snapshot-before.zip"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            run_ok(["show", path])
    if os.path.exists(last):
        lines = run_ok(["predict", "--model", last, "--frame", data("prostate.csv")]).out
        check(lines.count("\n") == harness.read(data("prostate.csv")).count("\n"), lines[:200])
    check(os.path.exists(last) or not os.path.exists(os.path.join(folder, "m.snapshot-before.zip")),
          "only the snapshot before the last is there")


@case
def test_resume_after_kills(folder):
    """A chain of kills and resumptions ends with the very model of an undisturbed training."""
    run_ok(train_args(folder, model="whole.zip"))
    whole = content(os.path.join(folder, "whole.zip"))
    saved = os.path.join(folder, "saved")
    chooser = random.Random(os.getpid())
    n_kills, n_chains, n_snapshots = 0, 0, 0
    while n_kills < KILLS:
        process = start(train_args(folder, "--export_checkpoints_dir", saved))
        while kill_after(process, chooser.uniform(0, 0.12)) and n_kills < KILLS:
            n_kills += 1
            check_snapshots(saved)
            n_snapshots += os.path.exists(os.path.join(saved, "m.snapshot.zip"))
            if os.path.exists(os.path.join(saved, "m.run.json")):
                process = start(["resume", saved])
            else:
                process = start(train_args(folder, "--export_checkpoints_dir", saved))
        if os.path.exists(os.path.join(saved, "m.run.json")):
            run_ok(["resume", saved])
        n_chains += 1
        check(content(os.path.join(folder, "m.zip")) == whole, "another model came out")
        check(content(os.path.join(saved, "m.zip")) == whole, "another model was exported")
        check(os.listdir(saved) == ["m.zip"], os.listdir(saved))
        check(sorted(os.listdir(folder)) == ["m.zip", "saved", "whole.zip"], os.listdir(folder))
        os.remove(os.path.join(folder, "m.zip"))
        os.remove(os.path.join(saved, "m.zip"))
    print(f"{n_kills} kills in {n_chains} trainings, {n_snapshots} of them with a snapshot there")


def wait_for(path):
    for _ in range(600):
        if os.path.exists(path):
            return
        time.sleep(0.01)
    raise harness.Failure(f"{path} has not come")


@case
def test_resume_after_ctrl_c(folder):
    run_ok(train_args(folder, model="whole.zip"))
    args = train_args(".", "--export_checkpoints_dir", "saved")
    process = subprocess.Popen([harness.COMMAND] + args, stdout=subprocess.PIPE, cwd=folder,
                               stderr=subprocess.PIPE, env=harness.environment())
    wait_for(os.path.join(folder, "saved", "m.snapshot.zip"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 130 and err == b"", f"{process.returncode}\n{out}\n{err}")
    check(b"heavywater resume saved/m.run.json goes on with it" in out, out)
    check("interrupted" in run_ok(["show", os.path.join(folder, "m.zip")]).out, "no model is kept")
    # From anywhere: the run knows its folder. A snapshot names it as well.
    result = run_ok(["resume", os.path.join(folder, "saved", "m.snapshot.zip")])
    check("trained" in result.out, result)
    check(content(os.path.join(folder, "m.zip")) == content(os.path.join(folder, "whole.zip")),
          "another model came out")
    check(os.listdir(os.path.join(folder, "saved")) == ["m.zip"], os.listdir(folder))


@case
def test_ctrl_c_without_snapshots_says_the_way_on(folder):
    process = subprocess.Popen([harness.COMMAND] + train_args(folder, epochs="1e9"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=harness.environment())
    for line in process.stdout:
        if re.match(rb"training +\d+ %", line):
            break
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    check(process.returncode == 130, out)
    check(re.search(rb"the same command with --checkpoint \S*m.zip trains it on", out), out)


@case
def test_snapshot_folds_survive_a_kill(folder):
    more = ["--nfolds", "3", "--cv_predictions", os.path.join(folder, "p.csv")]
    run_ok(train_args(folder, *more, model="whole.zip", epochs="600"))
    whole = content(os.path.join(folder, "whole.zip"))
    predictions = harness.read(os.path.join(folder, "p.csv"))
    os.remove(os.path.join(folder, "p.csv"))
    saved = os.path.join(folder, "saved")
    process = start(train_args(folder, *more, "--export_checkpoints_dir", saved, epochs="600"))
    wait_for(os.path.join(saved, "m_cv_1.snapshot.zip"))
    for _ in range(20):
        if not kill_after(process, 0.1):
            break
        process = start(["resume", saved])
    else:
        process.kill()
        process.wait()
        run_ok(["resume", saved])
    check(content(os.path.join(folder, "m.zip")) == whole, "another model came out")
    check(harness.read(os.path.join(folder, "p.csv")) == predictions, "other predictions came out")
    check(sorted(os.listdir(saved)) == ["m.zip", "m_cv_1.zip", "m_cv_2.zip", "m_cv_3.zip"],
          os.listdir(saved))
    run_ok(["show", os.path.join(saved, "m_cv_2.zip")])


@case
def test_resume_what_is_no_run_is_refused(folder):
    check_one_line_error(run(["resume", folder]), ["no interrupted training", "NAME.run.json"])
    check_one_line_error(run(["resume", os.path.join(folder, "none")]), ["none"])
    model = os.path.join(folder, "m.zip")
    run_ok(train_args(folder, epochs="1"))
    check_one_line_error(run(["resume", model]), ["m.zip", "--checkpoint"])
    for text in ("", "{", "[]", '{"format": 1}', '{"format": 1, "run": "x", "folder": "/", '
                 '"command": [3]}', '{"format": 1, "run": "x", "folder": "/", "command": []}'):
        path = harness.write(folder, "a.run.json", text)
        check_one_line_error(run(["resume", path]), ["a.run.json"])
    newer = '{"format": 2, "run": "x", "folder": "/", "command": ["train"]}'
    check_one_line_error(run(["resume", harness.write(folder, "a.run.json", newer)]),
                         ["a.run.json", "newer heavywater"])
    strange = '{"format": 1, "run": "x", "folder": "/", "command": ["predict"]}'
    check_one_line_error(run(["resume", harness.write(folder, "a.run.json", strange)]),
                         ["a.run.json", "predict"])
    gone = '{"format": 1, "run": "x", "folder": "/no/such", "command": ["train"]}'
    check_one_line_error(run(["resume", harness.write(folder, "a.run.json", gone)]),
                         ["a.run.json", "/no/such"])
    harness.write(folder, "b.run.json", gone)
    check_one_line_error(run(["resume", folder]), ["2 interrupted", "a.run.json", "b.run.json"])


@case
def test_resume_notices_other_data(folder):
    table = harness.write(folder, "t.csv", harness.read(data("prostate.csv")))
    saved = os.path.join(folder, "saved")
    args = train_args(folder, "--export_checkpoints_dir", saved, epochs="1e6")
    args[2] = table
    process = start(args)
    wait_for(os.path.join(saved, "m.snapshot.zip"))
    # While it trains nobody else may, and a second resume is no good idea.
    check_one_line_error(run(["resume", saved]), ["another process", "'m'"])
    check_one_line_error(run(args), ["another process", "--model_id"])
    check(kill_after(process, 0), "it has ended")
    lines = harness.read(table).split("\n")
    lines[7], lines[8] = lines[8], lines[7]
    harness.write(folder, "t.csv", "\n".join(lines))
    check_one_line_error(run(["resume", saved]), ["training_frame", "changed"])
    os.remove(table)
    check_one_line_error(run(["resume", saved]), ["t.csv"])


@case
def test_a_refused_training_leaves_no_run(folder):
    saved = os.path.join(folder, "saved")
    check_one_line_error(run(train_args(folder, "--export_checkpoints_dir", saved, "--rho", "3")),
                         ["rho"])
    check_one_line_error(run(train_args(folder, "--export_checkpoints_dir", saved,
                                        "--hidden_dropout_ratios", "0.5")),
                         ["hidden_dropout_ratios"])
    check(not os.path.exists(saved) or os.listdir(saved) == [], "something is left")


@case
def test_snapshot_needs_a_folder(folder):
    file = harness.write(folder, "file", "")
    check_one_line_error(run(train_args(folder, "--export_checkpoints_dir", file)),
                         ["export_checkpoints_dir", "file"])
    check_one_line_error(run(train_args(folder, "--snapshot_secs", "3")),
                         ["train: snapshot_secs needs export_checkpoints_dir"])
    check_one_line_error(run(train_args(folder, "--export_checkpoints_dir", folder + "/s",
                                        "--model_id", "a/b")), ["model_id", "a/b"])


harness.main()
