# SPDX-License-Identifier: Apache-2.0
"""What is written, in bad circumstances: full disks, forbidden places, two at once. The old file
survives, one line says what is wrong, and nothing is left behind."""
import os
import resource
import signal
import subprocess
import time

import harness
from harness import case, check, check_one_line_error, data, read, run, run_ok, write


def train_args(folder, *more, epochs="2"):
    return ["train", "--training_frame", data("mixed.csv"), "--response_column", "churn", "--x",
            "age,income,city,plan,rating", "--hidden", "8,4", "--epochs", epochs, "--seed", "7",
            "--model", os.path.join(folder, "m.zip"), *more]


def limit_files(n_bytes):
    """Files end there, as on a full disk."""
    def set_limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    return set_limit


@case
def test_full_disk_leaves_the_old_files(folder):
    names = {"model": "m.zip", "report": "r.html", "json": "j.json"}
    for limit in (0, 100, 20000, 60000, 100000):
        for name in names.values():
            write(folder, name, f"old {name}")
        args = train_args(folder, "--report", os.path.join(folder, "r.html"), "--json",
                          os.path.join(folder, "j.json"), "--quiet_mode")
        result = run(args, preexec_fn=limit_files(limit))
        check_one_line_error(result, [folder, ": File too large"])
        check(".tmp" not in result.err, f"a name that the user has not given:\n{result}")
        for name in names.values():
            check(read(os.path.join(folder, name)) == f"old {name}", f"{name} was touched")
        check(sorted(os.listdir(folder)) == sorted(names.values()), os.listdir(folder))


@case
def test_full_disk_of_other_commands(folder):
    run_ok(train_args(folder))
    model = os.path.join(folder, "m.zip")
    out = write(folder, "out", "old")
    for args in (["predict", "--model", model, "--frame", data("mixed.csv"), "--out", out],
                 ["show", model, "--json", out], ["show", model, "--report", out],
                 ["performance", "--model", model, "--frame", data("mixed.csv"), "--json", out],
                 ["export", model, "--to", "c", "--out", out],
                 ["export", model, "--to", "json", "--out", out]):
        result = run(args, preexec_fn=limit_files(500))
        check(result.code == 2 and "File too large" in result.err, result)
        check(read(out) == "old", f"{args[0]} has touched the old file")
        check(sorted(os.listdir(folder)) == ["m.zip", "out"], os.listdir(folder))


@case
def test_full_disk_ends_no_training_with_snapshots(folder):
    """Snapshots cannot be written; the model on another disk can."""
    saved = os.path.join(folder, "saved")
    os.mkdir(saved)
    os.mkdir(os.path.join(saved, "m.snapshot.zip"))
    result = run_ok(train_args(folder, "--export_checkpoints_dir", saved, "--score_each_iteration",
                               "--train_samples_per_iteration", "-1", epochs="5"))
    check("snapshots could not be written" in result.out, result)
    check(os.path.exists(os.path.join(saved, "m.zip")), os.listdir(saved))


@case
def test_places_that_cannot_be_written(folder):
    os.mkdir(os.path.join(folder, "taken"))
    places = ["/proc/nothing/m.zip", "/proc/m.zip", os.path.join(folder, "taken"),
              os.path.join(folder, "none", "m.zip"), "/dev/full", os.path.join(folder, "x" * 300)]
    for place in places:
        args = train_args(folder)
        args[args.index("--model") + 1] = place
        check_one_line_error(run(args + ["--quiet_mode"]), [place[:40]])
    check(os.listdir(folder) == ["taken"], os.listdir(folder))


@case
def test_links_keep_pointing(folder):
    os.mkdir(os.path.join(folder, "far"))
    target = write(os.path.join(folder, "far"), "real.zip", "old")
    os.chmod(target, 0o640)
    os.symlink("far/real.zip", os.path.join(folder, "m.zip"))
    run_ok(train_args(folder))
    check(os.readlink(os.path.join(folder, "m.zip")) == "far/real.zip", "the link is gone")
    check(os.stat(target).st_mode & 0o777 == 0o640, "another mode")
    run_ok(["show", target])
    check(os.listdir(os.path.join(folder, "far")) == ["real.zip"], "something is left")
    os.remove(target)
    run_ok(train_args(folder))  # a link to nothing is replaced
    run_ok(["show", os.path.join(folder, "m.zip")])


@case
def test_two_writers_at_once(folder):
    path = os.path.join(folder, "m.zip")
    for seeds in range(0, 16, 2):
        processes = [subprocess.Popen([harness.COMMAND] + train_args(folder, "--quiet_mode") +
                                      ["--model_id", f"number{seeds + i}"],
                                      env=harness.environment(), stderr=subprocess.PIPE)
                     for i in range(2)]
        for process in processes:
            _, err = process.communicate(timeout=60)
            check(process.returncode == 0 and err == b"", err)
        check("number" in run_ok(["show", path]).out, "no whole model")
        check(os.listdir(folder) == ["m.zip"], os.listdir(folder))


@case
def test_a_folder_that_vanishes(folder):
    inner, away = os.path.join(folder, "inner"), os.path.join(folder, "away")
    os.mkdir(inner)
    process = subprocess.Popen([harness.COMMAND] + train_args(inner, epochs="1e9"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=harness.environment())
    for line in process.stdout:
        if line.startswith(b"training ") and b"%" in line:
            break
    os.rename(inner, away)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    check(process.returncode == 2 and err.count(b"\n") == 1 and b"m.zip" in err, err)
    check(os.listdir(away) == [], os.listdir(away))


def limit_memory():
    if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
        return  # their shadow of the memory is larger than any limit
    resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))


@case
def test_hostile_archives_take_little_memory(folder):
    """Archives that promise much: an entry of 4 GiB, of 100 MB in zeros, too many columns."""
    import struct  # pylint: disable=import-outside-toplevel
    import zipfile  # pylint: disable=import-outside-toplevel
    run_ok(train_args(folder))
    with zipfile.ZipFile(os.path.join(folder, "m.zip")) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    ini = entries["model.ini"].decode()

    def attempt(name, words, changes, compression=zipfile.ZIP_DEFLATED, edit=None):
        path = os.path.join(folder, name + ".zip")
        with zipfile.ZipFile(path, "w", compression) as archive:
            for entry, content in {**entries, **changes}.items():
                archive.writestr(entry, content)
        if edit:
            with open(path, "rb") as file:
                content = file.read()
            write(folder, name + ".zip", edit(content))
        start = time.monotonic()
        result = run(["show", path], preexec_fn=limit_memory)
        check_one_line_error(result, [name + ".zip"] + words)
        check(time.monotonic() - start < 20, f"{name} took long")

    zeros = b"0" * (400 << 20)
    attempt("bomb_ini", ["model.ini", "unpacks"], {"model.ini": zeros})
    attempt("bomb_state", ["heavywater/model.json"], {"heavywater/model.json": zeros})
    attempt("bomb_optimizer", ["heavywater/optimizer.bin"], {"heavywater/optimizer.bin": zeros})
    attempt("features", ["n_features"],
            {"model.ini": ini.replace("n_features = ", "n_features = 99999999")})
    attempt("columns", ["columns"], {"model.ini": ini.replace("n_columns = ", "n_columns = 1999")})
    attempt("units", ["weight_layer0"],
            {"model.ini": ini.replace(", 8, 4, 2]", ", 90000000, 90000000, 2]")})
    attempt("layers", ["neural_network_sizes"],
            {"model.ini": ini.replace(", 8, 4, 2]", ", 8" * 100000 + ", 2]")})
    attempt("domain", ["d000.txt"], {"domains/d000.txt": "x\n" * 3000000})
    attempt("nan", ["weight_layer0"],
            {"model.ini": ini.replace("weight_layer0 = [", "weight_layer0 = [NaN, ")})

    def claim_four_gigabytes(content):
        """Sizes of the first entry in both headers."""
        at = content.index(b"PK\1\2")
        content = bytearray(content)
        content[at + 24:at + 28] = struct.pack("<I", 0xfffffff0)
        content[22:26] = struct.pack("<I", 0xfffffff0)
        return bytes(content)

    attempt("claim", ["model.ini"], {}, edit=claim_four_gigabytes)

    def point_beyond(content):
        at = content.index(b"PK\1\2")
        content = bytearray(content)
        content[at + 42:at + 46] = struct.pack("<I", len(content) + 1000)
        return bytes(content)

    attempt("beyond", [], {}, edit=point_beyond)

    def encrypt(content):
        at = content.index(b"PK\1\2")
        content = bytearray(content)
        content[at + 8] |= 1
        content[6] |= 1
        return bytes(content)

    attempt("encrypted", ["model.ini"], {}, edit=encrypt)

    def overlap(content):
        """The second entry begins where the first does."""
        first = content.index(b"PK\1\2")
        second = content.index(b"PK\1\2", first + 4)
        content = bytearray(content)
        content[second + 42:second + 46] = content[first + 42:first + 46]
        return bytes(content)

    attempt("overlap", [], {}, edit=overlap)
    # One name twice.
    path = os.path.join(folder, "twice.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
        archive.writestr("model.ini", ini.replace("0.", "1."))
    check_one_line_error(run(["show", path], preexec_fn=limit_memory), ["twice.zip", "model.ini"])


harness.main()
