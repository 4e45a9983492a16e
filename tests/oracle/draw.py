# SPDX-License-Identifier: Apache-2.0
"""Random mixtures of parameters. A case is a dictionary that can be written as JSON and run again."""

ACTIVATIONS = ["Rectifier", "Tanh", "Maxout", "ExpRectifier", "RectifierWithDropout",
               "TanhWithDropout", "MaxoutWithDropout", "ExpRectifierWithDropout"]
CLASS_METRICS = ["AUTO", "logloss", "MSE", "RMSE", "misclassification", "mean_per_class_error"]
NUMBER_METRICS = ["AUTO", "deviance", "MSE", "RMSE", "MAE", "RMSLE"]


def chance(rng, share):
    return rng.random() < share


def draw_network(rng, params, is_large):
    params["activation"] = rng.choice(ACTIVATIONS)
    n_layers = rng.choice([0, 1, 1, 1, 2, 2, 3])
    sizes = [3, 5, 8, 9] if is_large else [1, 3, 7, 8, 10, 16, 17, 23]
    params["hidden"] = [rng.choice(sizes) for _ in range(n_layers)]
    if "Dropout" in params["activation"] and chance(rng, 0.6):
        params["hidden_dropout_ratios"] = [rng.choice([0, 0.1, 0.3, 0.5, 0.7])
                                           for _ in range(n_layers)]
    if chance(rng, 0.3):
        params["input_dropout_ratio"] = rng.choice([0.05, 0.2, 0.5])
    if chance(rng, 0.35):
        params["initial_weight_distribution"] = rng.choice(["Uniform", "Normal"])
        params["initial_weight_scale"] = rng.choice([0.1, 0.5, 0.05])
    if chance(rng, 0.3):
        params["l1"] = rng.choice([1e-5, 1e-3])
    if chance(rng, 0.3):
        params["l2"] = rng.choice([1e-5, 1e-3])
    if chance(rng, 0.25):
        params["max_w2"] = rng.choice([0.5, 1, 10, 2.7])


def draw_optimizer(rng, params):
    if chance(rng, 0.6):
        if chance(rng, 0.4):
            params["rho"] = rng.choice([0.9, 0.95, 0.999])
            params["epsilon"] = rng.choice([1e-4, 1e-6, 1e-10])
        return
    params["adaptive_rate"] = False
    params["rate"] = rng.choice([0.005, 0.001, 0.0005])
    if chance(rng, 0.5):
        params["rate_annealing"] = rng.choice([1e-3, 1e-5])
    if chance(rng, 0.5):
        params["rate_decay"] = rng.choice([0.5, 0.9])
    if chance(rng, 0.6):
        params["momentum_start"] = rng.choice([0, 0.2, 0.5])
        params["momentum_stable"] = rng.choice([0, 0.5, 0.9])
        params["momentum_ramp"] = rng.choice([1000, 1e5, 0])
    params["nesterov_accelerated_gradient"] = chance(rng, 0.5)


def draw_rows(rng, params, is_large):
    params["epochs"] = rng.choice([1, 0.3] if is_large else [1, 2, 3, 0.5, 2.5, 0])
    if chance(rng, 0.4):
        params["train_samples_per_iteration"] = rng.choice(
            [5000, 30000] if is_large else [-1, 0, 37, 100, 700, 1])
        if params["train_samples_per_iteration"] == 1:
            params["epochs"] = 0.05
    if chance(rng, 0.25):
        params["shuffle_training_data"] = True
    if chance(rng, 0.25):
        params["missing_values_handling"] = "Skip"
    if chance(rng, 0.3):
        params["use_all_factor_levels"] = False
    if chance(rng, 0.25):
        params["standardize"] = False
    if chance(rng, 0.3):
        params["fast_mode"] = False
    if chance(rng, 0.12):
        params["sparse"] = True
    if chance(rng, 0.12):
        params["elastic_averaging"] = True
        if chance(rng, 0.5):
            params["elastic_averaging_moving_rate"] = rng.choice([0.5, 0.99])
            params["elastic_averaging_regularization"] = rng.choice([0.01, 0])
    if chance(rng, 0.1):
        params["ignore_const_cols"] = False
    if chance(rng, 0.1):
        params["max_categorical_features"] = rng.choice([5, 40])
        params["variable_importances"] = False


def draw_scoring(rng, params, case, metrics):
    if chance(rng, 0.4):
        params["score_training_samples"] = rng.choice([0, 50, 200, 100000])
    if case["validation"] and chance(rng, 0.4):
        params["score_validation_samples"] = rng.choice([20, 80, 100000])
    if chance(rng, 0.3):
        params["overwrite_with_best_model"] = False
    if chance(rng, 0.5):
        params["stopping_rounds"] = rng.choice([0, 1, 2, 3])
        params["stopping_metric"] = rng.choice(metrics)
        params["stopping_tolerance"] = rng.choice([0, 0.01, 0.2])
        if "train_samples_per_iteration" not in params and not case["is_large"]:
            params["epochs"] = rng.choice([6, 12])
    if chance(rng, 0.1):
        params["variable_importances"] = False
    if chance(rng, 0.15):
        params["gainslift_bins"] = rng.choice([0, 5, 20])


def draw_classifier(rng, params, table, case):
    case["response"] = rng.choice(table.classes)
    if chance(rng, 0.3):
        params["loss"] = rng.choice(["CrossEntropy", "Quadratic"])
    if chance(rng, 0.3):
        params["balance_classes"] = True
        if chance(rng, 0.3):
            params["max_after_balance_size"] = rng.choice([0.5, 0.9, 2])
        if case["validation"] and chance(rng, 0.5):
            params["score_validation_sampling"] = "Stratified"
    if chance(rng, 0.2):
        params["auc_type"] = rng.choice(["NONE", "MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO",
                                         "WEIGHTED_OVO"])
    if chance(rng, 0.2):
        params["classification_stop"] = rng.choice([0.3, -1])
    return CLASS_METRICS + (["AUC", "AUCPR", "lift_top_group"]
                            if case["response"] in ("yes_no", "CAPSULE", "late", "y") else [])


def draw_regression(rng, params, table, case):
    if table.counts and chance(rng, 0.5):
        case["response"] = rng.choice(table.counts)
        params["distribution"] = rng.choice(["poisson", "gamma", "tweedie"])
        if params["distribution"] == "tweedie" and chance(rng, 0.5):
            params["tweedie_power"] = rng.choice([1.1, 1.9])
        if params["distribution"] == "gamma" and case["response"] in ("n", "count", "PSA"):
            params["distribution"] = "poisson"
    else:
        case["response"] = rng.choice(table.numbers)
        kind = rng.choice(["", "gaussian", "laplace", "huber", "quantile", "loss"])
        if kind == "loss":
            params["loss"] = rng.choice(["Quadratic", "Absolute", "Huber", "Quantile"])
        elif kind:
            params["distribution"] = kind
        if kind == "huber":
            params["huber_alpha"] = rng.choice([0.5, 0.9])
        if kind == "quantile":
            params["quantile_alpha"] = rng.choice([0.2, 0.8])
    if table.offsets and chance(rng, 0.4):
        case["offset"] = rng.choice(table.offsets)
    if chance(rng, 0.2):
        params["regression_stop"] = rng.choice([0.5, -1])
    return NUMBER_METRICS


def draw_autoencoder(rng, params):
    params["autoencoder"] = True
    params["activation"] = params["activation"].replace("Maxout", "Tanh")
    if not params["hidden"]:
        params["hidden"] = [4]
        if "hidden_dropout_ratios" in params:
            params["hidden_dropout_ratios"] = [0.2]
    params.pop("max_categorical_features", None)
    if chance(rng, 0.6):
        params["sparsity_beta"] = rng.choice([0.01, 0.1])
        params["average_activation"] = rng.choice([0.05, 0.3])
    if chance(rng, 0.3):
        params["distribution"] = rng.choice(["gaussian", "laplace", "huber"])
    return ["AUTO", "MSE"]


WRONG = [("l1", -1), ("l2", -0.5), ("input_dropout_ratio", 1), ("score_duty_cycle", 1.5),
         ("hidden", [5, 0]), ("hidden_dropout_ratios", [0.1, 0.1, 0.1, 0.1]), ("max_w2", 0),
         ("loss", "CrossEntropy"), ("distribution", "multinomial"), ("distribution", "poisson"),
         ("stopping_tolerance", 1), ("stopping_rounds", -1), ("sparsity_beta", 0.5),
         ("col_major", True), ("tweedie_power", 2.5), ("elastic_averaging_moving_rate", 1.5),
         ("score_training_samples", -1), ("max_after_balance_size", 0), ("rho", 0),
         ("mini_batch_size", 0), ("class_sampling_factors", [1, 2]), ("balance_classes", True),
         ("stopping_metric", "AUC"), ("stopping_metric", "deviance"), ("loss", "Huber"),
         ("max_categorical_features", 0), ("train_samples_per_iteration", -3), ("epochs", -1),
         ("average_activation", 5), ("momentum_start", 0.9), ("gainslift_bins", -5),
         ("quantile_alpha", 1.5), ("huber_alpha", -0.1), ("rate", -1), ("max_runtime_secs", -1)]


WRONG_FOLDS = [("nfolds", 1), ("nfolds", -1), ("nfolds", 100000), ("fold_assignment", "Modulo"),
               ("checkpoint", "none.zip"), ("autoencoder", True)]


def draw_folds(rng, params, table, case):
    """Makes a case one of cross-validation."""
    case["fold"] = None
    if table.folds and chance(rng, 0.35):
        case["fold"] = rng.choice([c for c in table.folds if c != case["response"]])
        case["ignored"] = [c for c in case["ignored"] if c != case["fold"]]
    else:
        params["nfolds"] = rng.choice([2, 3] if table.is_large else [2, 2, 3, 4, 5, 10])
        if chance(rng, 0.8):
            params["fold_assignment"] = rng.choice(["AUTO", "Random", "Modulo", "Stratified"])
    if chance(rng, 0.3):
        params["keep_cross_validation_models"] = chance(rng, 0.5)
    if chance(rng, 0.1):
        name, value = rng.choice(WRONG_FOLDS[:-2] if params.get("autoencoder") else WRONG_FOLDS)
        params[name] = value
        params.pop("fold_assignment" if name == "checkpoint" else "", None)


def draw_case(rng, number, tables, has_folds=False):
    """The case of this number: a table, what is predicted from it, and parameters."""
    table = rng.choice(tables)
    case = {"number": number, "table": table.name, "is_large": table.is_large, "response": None,
            "weights": None, "offset": None, "ignored": list(table.always_ignored),
            "validation": bool(table.valid) and chance(rng, 0.5)}
    params = {"seed": rng.choice([1, 7, 1234, -5, 2**40 + 17, rng.randrange(10**6)])}
    draw_network(rng, params, table.is_large)
    draw_optimizer(rng, params)
    draw_rows(rng, params, table.is_large)
    kind = rng.random()
    if kind < 0.13:
        metrics = draw_autoencoder(rng, params)
    elif table.numbers and (kind < 0.55 or not table.classes):
        metrics = draw_regression(rng, params, table, case)
    else:
        metrics = draw_classifier(rng, params, table, case)
    if table.weights and chance(rng, 0.4):
        case["weights"] = rng.choice(table.weights)
        if params.get("balance_classes"):
            case["weights"] = rng.choice([None, "w_zero_one" if table.name == "odd" else None])
    draw_scoring(rng, params, case, metrics)
    special = {case["response"], case["weights"], case["offset"]}
    case["ignored"] += [c for c in table.weights + table.offsets
                        if c not in special and chance(rng, 0.7)]
    if has_folds:
        draw_folds(rng, params, table, case)
    case["is_wrong"] = not has_folds and chance(rng, 0.1)
    if case["is_wrong"]:
        name, value = rng.choice(WRONG)
        params[name] = value
    case["params"] = params
    return case
