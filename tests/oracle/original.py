# SPDX-License-Identifier: Apache-2.0
"""The original: an H2O server, asked through REST so that nothing is hidden by a client."""
import csv
import io
import json
import time

import requests

SPECIAL = {"weights": "weights_column", "offset": "offset_column", "response": "response_column",
           "fold": "fold_column"}


class Server:
    """Frames are read once; models are removed as soon as they have been read."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.frames = {}
        self.n_frames = 0

    def start(self):
        import h2o
        h2o.init(port=int(self.url.rsplit(":", 1)[1]), nthreads=1, max_mem_size="3g",
                 bind_to_localhost=True, strict_version_check=False)

    def get(self, route, **params):
        return self.session.get(self.url + route, params=params).json()

    def post(self, route, **data):
        return self.session.post(self.url + route, data=data).json()

    def delete(self, path):
        self.session.delete(self.url + path)

    def wait(self, job):
        while job["status"] in ("CREATED", "RUNNING"):
            time.sleep(0.03)
            job = self.get("/3/Jobs/" + job["key"]["name"])["jobs"][0]
        return job

    def rapids(self, text):
        return self.post("/99/Rapids", ast=text, session_id="_sid_oracle")

    def frame(self, path, factors=(), col_types=None):
        """Reads a file as the clients do: import, guess, parse; then asfactor()."""
        key = (path, tuple(factors))
        if key in self.frames:
            return self.frames[key]
        imported = self.get("/3/ImportFiles", path=path)
        setup = self.post("/3/ParseSetup", source_frames=json.dumps(imported["destination_frames"]))
        names, types = setup["column_names"], setup["column_types"]
        for name, kind in (col_types or {}).items():
            types[names.index(name)] = kind
        self.n_frames += 1
        destination = f"frame_{self.n_frames}.hex"
        parsed = self.post(
            "/3/Parse", destination_frame=destination,
            source_frames=json.dumps([f["name"] for f in setup["source_frames"]]),
            parse_type=setup["parse_type"], separator=setup["separator"],
            number_columns=setup["number_columns"], single_quotes=setup["single_quotes"],
            column_names=json.dumps(names), column_types=json.dumps(types),
            check_header=setup["check_header"], delete_on_done=True, blocking=True,
            chunk_size=setup["chunk_size"])
        job = self.wait(parsed["job"])
        if job["status"] != "DONE":
            raise RuntimeError(f"{path}: {job['exception']}")
        for name in factors:
            if name in names:
                i = names.index(name)
                self.rapids(f'(assign {destination} (:= {destination} '
                            f'(as.factor (cols {destination} [{i}])) [{i}] []))')
        self.frames[key] = destination
        return destination

    def forget(self, frame):
        """Reads the file anew next time."""
        self.frames = {k: v for k, v in self.frames.items() if v != frame}

    def describe(self, frame):
        """Types, missing counts and domains, in the words of the recorded results."""
        columns = []
        for c in self.get(f"/3/Frames/{frame}", row_count=1, column_count=-1)["frames"][0]["columns"]:
            columns.append({"name": c["label"], "type": c["type"], "missing": c["missing_count"],
                            "domain": c["domain"]})
        return columns

    def download(self, frame):
        text = self.session.get(self.url + "/3/DownloadDataset",
                                params={"frame_id": frame, "hex_string": "false"}).content
        return list(csv.reader(io.StringIO(text.decode("utf-8"))))

    def network(self, output):
        if not output["weights"]:
            return None
        layers = []
        for weights, biases in zip(output["weights"], output["biases"]):
            rows = self.download(weights["name"])[1:]
            layers.append({"weights": [float(v) for row in rows for v in row],
                           "biases": [float(row[0]) for row in self.download(biases["name"])[1:]]})
        return layers


def refusal(messages, text):
    fields = [m["field_name"].lstrip("_") for m in messages if m["message_type"] == "ERRR"]
    words = [m["message"] for m in messages if m["message_type"] == "ERRR"]
    return {"refused": " / ".join(dict.fromkeys(words)) or text, "fields": fields}


def request_of(case, training, validation):
    data = {"training_frame": training, "reproducible": "true", "quiet_mode": "false"}
    if validation:
        data["validation_frame"] = validation
    for key, name in SPECIAL.items():
        if case.get(key):
            data[name] = case[key]
    if "fold" in case:
        data["keep_cross_validation_predictions"] = "true"
        data["keep_cross_validation_fold_assignment"] = "true"
    if case["ignored"]:
        data["ignored_columns"] = json.dumps(case["ignored"])
    for name, value in case["params"].items():
        data[name] = json.dumps(value) if isinstance(value, (list, bool)) else str(value)
    return data


def train(server, case, table):
    """As ours.train: the model as REST gives it, network, predictions, metrics; or the refusal."""
    try:
        return train_once(server, case, table)
    finally:
        # Under Skip the original writes weight 0 into the very frame that it was given; with a
        # model the fold column of the frame may go.
        if case.get("fold") or (case["weights"] and
                                case["params"].get("missing_values_handling") == "Skip"):
            server.forget(server.frame(table.train, table.factors, table.col_types))


def read_folds(server, output, result, has_column):
    """What cross-validation leaves behind, which is then removed."""
    for name, key in (("holdout", "cross_validation_holdout_predictions_frame_id"),
                      ("assignment", "cross_validation_fold_assignment_frame_id")):
        if output.get(key):
            result[name] = server.download(output[key]["name"])
            # By a fold column the assignment is that very column of the training frame.
            if name == "holdout" or not has_column:
                server.delete("/3/Frames/" + output[key]["name"])
    for frame in output.get("cross_validation_predictions") or []:
        server.delete("/3/Frames/" + frame["name"])
    for model in output.get("cross_validation_models") or []:
        server.delete("/3/Models/" + model["name"])


def train_once(server, case, table):
    training = server.frame(table.train, table.factors, table.col_types)
    score = server.frame(table.score, table.factors, table.col_types)
    validation = None
    if case["validation"]:
        validation = server.frame(table.valid, table.factors, table.col_types)
    data = request_of(case, training, validation)
    # Hashed categoricals: the original cannot export its weights.
    if "max_categorical_features" not in case["params"]:
        data["export_weights_and_biases"] = "true"
    reply = server.post("/3/ModelBuilders/deeplearning", **data)
    if "job" not in reply or not reply["job"]:
        return refusal(reply.get("messages", []), reply.get("msg", "?"))
    if reply.get("error_count"):
        return refusal(reply["messages"], "?")
    job = server.wait(reply["job"])
    name = job["dest"]["name"]
    if job["status"] != "DONE":
        return {"refused": str(job["exception"])[:600], "fields": []}
    model = server.get("/3/Models/" + name)["models"][0]
    result = {"model": model["output"], "messages": reply["messages"],
              "warnings": job["warnings"] or [],
              "network": server.network(model["output"]),
              "frames": [server.describe(training)]}
    if validation:
        result["frames"].append(server.describe(validation))
    read_folds(server, model["output"], result, bool(case.get("fold")))
    for key in ("normmul", "normsub", "normrespmul", "normrespsub", "catoffsets"):
        result.setdefault("preprocessing", {})[key] = model["output"].get(key)
    scored = server.post(f"/3/Predictions/models/{name}/frames/{score}")
    if not scored.get("predictions_frame"):
        result["prediction_error"] = str(scored.get("msg") or scored.get("exception_msg"))[:300]
    else:
        result["predictions"] = server.download(scored["predictions_frame"]["name"])
        result["score_metrics"] = scored["model_metrics"][0]
        server.delete("/3/Frames/" + scored["predictions_frame"]["name"])
    server.delete("/3/Models/" + name)
    return result
