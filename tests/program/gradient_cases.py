"""Networks whose recorded gradients are compared with an independent one's, and their snapshots.

A case is a study: keys with a value, or a list of values to sweep. Sizes are odd and unequal, so
that no transposed or dropped row passes unseen."""
import itertools
import json
import re

import h5py
import numpy as np

import made_up_images
import reference_cnn
import reference_mlp
import reference_rnn

REFERENCES = {"mlp": reference_mlp, "cnn": reference_cnn, "rnn": reference_rnn}

ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu", "linear"]
LOSSES = ["softmax_cross_entropy", "sigmoid_cross_entropy", "mean_squared_error"]
INITS = ["glorot", "he", "lecun", "scaled", "unit_normal", "unit_uniform", "orthogonal"]
VARIANCE_PRESERVING = [init for init in INITS if not init.startswith("unit")]

# Of the norm of the gradient (issue and contract).
TOLERANCE = {"float32": 1e-4, "float64": 1e-10}
# Rounding of a pre-activation in each layer it has passed, of its root mean square over the layer's
# units: 16 roundings to nearest, about what a sum of 16^2 terms collects. What lies closer to a kink
# (zero, or in a pooling window the second largest entry) may fall on either side of it.
ROUNDING = {"float32": 16 * 2.0**-24, "float64": 16 * 2.0**-53}

IMAGE = (13, 11)  # height, width: odd, so that pooling drops a row and a column
SAMPLES = 16

COMMON = {"train.batch": SAMPLES, "train.slice": 4, "train.steps": 1, "record.snapshot_steps": [0]}
TEACHER = {"data.source": "teacher", "data.inputs": 9, "data.classes": 4}
IMAGES = {"data.source": "idx", "data.path": "images"}
ADDING = {"data.source": "adding"}
ARRAY = re.compile(r"x|y|d?[WUb]\d+")  # of a snapshot; sample, unit_1, ... are axes
NOT_SWEPT = {"record.snapshot_steps"}


def as_list(key, value):
    return value if isinstance(value, list) and key not in NOT_SWEPT else [value]


def mlp(depth, width, **more):
    return study({"network.family": "mlp", "network.depth": depth, "network.width": width,
                  "network.activation": ACTIVATIONS, "train.loss": LOSSES, **TEACHER}, more)


def cnn(depth, width, **more):
    return study({"network.family": "cnn", "network.depth": depth, "network.width": width,
                  "network.activation": ACTIVATIONS, **IMAGES}, more)


def rnn(steps, width, data, **more):
    return study({"network.family": "rnn", "network.depth": steps, "network.width": width,
                  "network.activation": ACTIVATIONS, **data}, more)


def study(settings, more):
    """more: keys of [network], and `loss`. Variances only where an initialiser uses them."""
    settings = {**COMMON, **settings}
    settings.update({"train.loss" if key == "loss" else f"network.{key}": value
                     for key, value in more.items()})
    if "scaled" in as_list("network.init", settings.get("network.init")):
        settings.update({"network.weight_variance": 1.5, "network.bias_variance": 0.05})
    return settings


CASES = {
    "mlp_output_layer_alone": study(
        {"network.family": "mlp", "network.depth": 0, "train.loss": LOSSES, **TEACHER},
        {"init": INITS}),
    "mlp_1_layer": mlp(1, 20, init=INITS),
    "mlp_2_layers": mlp(2, 33, init=INITS),
    "mlp_5_layers": mlp(5, 17, init=INITS),
    "mlp_tapered": mlp(3, [[23, 7, 12]], init=["glorot", "orthogonal"]),
    "mlp_40_layers": mlp(40, 24, init=VARIANCE_PRESERVING),
    # Narrow: N(0,1) weights multiply rounding errors by sqrt(width) a layer, and 24 units over 40
    # layers would leave no digit to compare (tanh), or overflow (linear).
    "mlp_40_layers_unit_weights": mlp(40, 3, init=["unit_normal", "unit_uniform"]),
    "mlp_residual": mlp(6, 17, init=["glorot", "scaled"], residual=True),
    # The first layer is never skipped, though 9 inputs have the shape of its 9 units.
    "mlp_residual_as_wide_as_the_input": mlp(3, 9, residual=True),
    # A skip more than doubles the sums of squares a layer: 40 would leave float32's range (linear).
    "mlp_residual_deep": mlp(20, 12, init="lecun", residual=True),
    "cnn_kernels_and_pooling": cnn(3, 5, kernel=[1, 3, 5], pooling=["max", "average", "none"],
                                   residual=[False, True], init="scaled"),
    "cnn_tapered": cnn(3, [[3, 7, 2]], init="scaled", pooling=["max", "none"]),
    "cnn_losses": cnn(2, 7, loss=LOSSES),
    # Averages: the maxima of windows of saturated units (tanh, N(0,1) weights) are within rounding.
    "cnn_initialisers": cnn(2, 6, activation=["tanh", "relu"], init=INITS, pooling="average"),
    "cnn_pooled_after_each_layer": cnn(4, 3, kernel=[1, 3], pooling=["max", "average"],
                                       residual=[False, True], pool_every=1),
    "cnn_single_layer_and_channel": cnn(1, 1, activation="tanh", pool_every=1),
    "cnn_many_channels": cnn(2, 40, activation=["tanh", "leaky_relu"], residual=True),
    "rnn_adding": rnn(12, 9, ADDING, init=["glorot", "orthogonal", "identity", "scaled"]),
    "rnn_adding_two_steps": rnn(2, 5, ADDING, init=["glorot", "identity"]),
    "rnn_adding_long": rnn(100, 11, ADDING, init=["orthogonal", "identity"],
                           activation=["sigmoid", "tanh", "linear"], recurrent_gain=[1.0, 0.98]),
    "rnn_images_row_by_row": rnn(IMAGE[0], 17, IMAGES, init=["glorot", "orthogonal", "identity"],
                                 loss=LOSSES),
    "rnn_single_step": rnn(1, 6, IMAGES, activation=["tanh", "relu"]),
}


def toml(settings):
    """true, numbers, strings and lists of them are written alike in JSON and TOML."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())


def runs(settings):
    return len(list(itertools.product(*(as_list(*item) for item in settings.items()))))


class Snapshot:
    """The one snapshot of a history: x, y, `parameters` and `gradients` by name, in float64."""

    def __init__(self, file):
        with h5py.File(file) as history:
            group = history["snapshots/step_000000"]
            arrays = {name: group[name][()] for name in group if ARRAY.fullmatch(name)}
            self.settings = json.loads(history["config/resolved_json"].asstr()[()])
        self.x = arrays.pop("x").astype(np.float64)
        self.y = arrays.pop("y")
        self.stored_as = arrays["W1"].dtype
        arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
        self.gradients = {name: arrays[name] for name in arrays if name.startswith("d")}
        self.parameters = {name: arrays[name] for name in arrays if not name.startswith("d")}
        self.network = {key.removeprefix("network."): value for key, value in self.settings.items()
                        if key.startswith("network.")}
        self.network["image"] = IMAGE
        self.loss = self.settings["train.loss"]
        self.precision = self.settings["train.precision"]
        self.reference = REFERENCES[self.network["family"]]

    def case(self):
        return json.dumps({key: value for key, value in self.settings.items()
                           if key not in ("train.seed", "study.name")}, sort_keys=True)

    def is_near_a_kink(self):
        broken = self.network["activation"] in ("relu", "leaky_relu")
        layers = self.reference.hidden(self.parameters, self.x, self.network)
        for layer, (z, windows) in enumerate(layers, start=1):
            closeness = layer * ROUNDING[self.precision]
            if broken and is_close(np.abs(z), z, closeness):
                return True
            if windows is not None and is_close(lead(windows), windows[0], closeness):
                return True
        return False

    def expected(self):
        return self.reference.gradients(self.parameters, self.x, self.y, self.network, self.loss)

    def rounding_error(self, expected):
        """How far the gradient moves when every parameter moves by ROUNDING, up or down: 40 layers
        of N(0,1) weights amplify the roundings of each layer, and how they fall depends on the
        CPU's kernels. No program of this precision can promise less."""
        random = np.random.default_rng(1)
        worst = 0.0
        for _ in range(4):
            moved = {name: array * (1 + ROUNDING[self.precision] *
                                    random.choice([-1, 1], array.shape))
                     for name, array in self.parameters.items()}
            gradients = self.reference.gradients(moved, self.x, self.y, self.network, self.loss)
            worst = max(worst, *(relative_error(gradients[name], expected[name])
                                 for name in expected))
        return worst

    def largest_error(self, expected):
        """Over all arrays: ||recorded - expected|| / ||expected||."""
        if set(expected) != set(self.gradients):
            return np.inf
        return max(relative_error(self.gradients[name], expected[name]) for name in expected)


def is_close(distance, of, closeness):
    """Of each sample's own size, the first axis. An exact zero (dead units below) is no matter of
    rounding."""
    size = np.sqrt(np.mean(of**2, axis=tuple(range(1, of.ndim)), keepdims=True))
    return ((distance < closeness * size) & (distance != 0)).any()


def lead(windows):
    """Of the largest entry of each window before the second: windows is (4, ...)."""
    ascending = np.sort(windows, axis=0)
    return ascending[3] - ascending[2]


def relative_error(recorded, expected):
    if recorded.shape != expected.shape:
        return np.inf
    norm = np.linalg.norm(expected)
    return np.linalg.norm(recorded - expected) / norm if norm > 0 else np.linalg.norm(recorded)


def record(test, settings, precision, seed):
    """Runs the study; its snapshots, in the order of the sweep."""
    settings = {**settings, "train.precision": precision, "train.seed": seed}
    if settings["data.source"] == "idx" and not (test.folder / "images").exists():
        height, width = IMAGE
        made_up_images.write(test.folder / "images", 64, 8, height, width)
    study_file = test.write(f"{precision} {seed}.toml", toml(settings))
    results = test.train(study_file, f"{precision} {seed}", "--data-dir", test.folder, threads=2)
    files = sorted(results.glob("*.h5"))
    test.assertEqual(len(files), runs(settings))
    return [Snapshot(file) for file in files]


def snapshots(test, settings, precision):
    """One for each network of the study. Those near a kink are drawn again, a few times."""
    waiting = None
    for seed in range(1, 8):
        drawn = record(test, settings, precision, seed)
        if waiting is None:
            waiting = {snapshot.case() for snapshot in drawn}
        for snapshot in drawn:
            if snapshot.case() in waiting and not snapshot.is_near_a_kink():
                waiting.remove(snapshot.case())
                yield snapshot
        if not waiting:
            return
        activations = {json.loads(case)["network.activation"] for case in waiting}
        settings = {**settings, "network.activation": sorted(activations)}
    test.fail(f"no seed without a unit near a kink: {sorted(waiting)}")
