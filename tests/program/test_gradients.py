"""From a snapshot's x, y, W and b alone, an independent network computes the dW and db the program
recorded: for every activation, loss and initialiser, 1 to 40 layers, in both precisions."""
import json
import unittest

import h5py
import numpy as np

import plumb
import reference_mlp

ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu", "linear"]
LOSSES = ["softmax_cross_entropy", "sigmoid_cross_entropy", "mean_squared_error"]
INITS = ["glorot", "he", "lecun", "scaled", "unit_normal", "unit_uniform", "orthogonal"]

STUDY = """
    [network]
    depth = {depth}
    width = {width}
    activation = {activations}
    init = {inits}
    {variances}
    [data]
    source = "teacher"
    inputs = 9
    classes = 4
    [train]
    batch = 16
    slice = 4
    steps = 1
    loss = {losses}
    precision = "{precision}"
    seed = {seed}
    [record]
    snapshot_steps = [0]
"""

# Of the norm of the gradient (issue and contract).
TOLERANCE = {"float32": 1e-4, "float64": 1e-10}
# A pre-activation this close to zero, of its layer's root mean square, may fall on either side of a
# ReLU's kink: 40 layers each round by some epsilons of the precision.
KINK = {"float32": 1e-5, "float64": 1e-13}


class Snapshot:
    def __init__(self, file):
        with h5py.File(file) as history:
            group = history["snapshots/step_000000"]
            arrays = {name: group[name][()] for name in group}
            self.settings = json.loads(history["config/resolved_json"].asstr()[()])
        layers = sum(name.startswith("dW") for name in arrays)
        self.x = arrays["x"].astype(np.float64)
        self.y = arrays["y"]
        self.W, self.b, self.dW, self.db = (
            [arrays[f"{kind}{layer}"].astype(np.float64) for layer in range(1, layers + 1)]
            for kind in ("W", "b", "dW", "db"))
        self.activation = self.settings["network.activation"]
        self.loss = self.settings["train.loss"]
        self.slope = self.settings["network.negative_slope"]
        self.precision = self.settings["train.precision"]

    def case(self):
        return self.activation, self.settings["network.init"], self.loss

    def is_near_a_kink(self):
        if self.activation not in ("relu", "leaky_relu"):
            return False
        z, _ = reference_mlp.pre_activations(self.W, self.b, self.x, self.activation, self.slope)
        return any(self.has_small_entry(layer) for layer in z[:-1])

    def has_small_entry(self, z):
        """An exact zero (all inputs are: dead units below) is no matter of rounding."""
        closeness = KINK[self.precision] * np.sqrt(np.mean(z**2))
        return ((np.abs(z) < closeness) & (z != 0)).any()

    def largest_error(self):
        """Over all arrays: ||recorded - expected|| / ||expected||."""
        dW, db = reference_mlp.gradients(self.W, self.b, self.x, self.y, self.activation, self.loss,
                                         self.slope)
        return max(relative_error(recorded, expected)
                   for recorded, expected in zip(self.dW + self.db, dW + db))


def relative_error(recorded, expected):
    if recorded.shape != expected.shape:
        return np.inf
    norm = np.linalg.norm(expected)
    return np.linalg.norm(recorded - expected) / norm if norm > 0 else np.linalg.norm(recorded)


class TheReferenceItself(unittest.TestCase):
    def test_agrees_with_differences_of_the_loss(self):
        """Central differences in float64 are good to about 1e-9 of the gradient at this step."""
        random = np.random.default_rng(5)
        sizes = [5, 6, 4, 3]
        for activation in ACTIVATIONS:
            for loss in LOSSES:
                W = [random.normal(size=shape) / 2 for shape in zip(sizes, sizes[1:])]
                b = [random.normal(size=units) for units in sizes[1:]]
                x, y = random.normal(size=(7, 5)), random.integers(0, 3, 7)
                dW, db = reference_mlp.gradients(W, b, x, y, activation, loss)

                def loss_now():
                    z, _ = reference_mlp.pre_activations(W, b, x, activation)
                    return reference_mlp.mean_loss(loss, z[-1], y)

                for array, gradient in zip(W + b, dW + db):
                    place = tuple(random.integers(0, n) for n in array.shape)
                    kept, step = array[place], 1e-6
                    array[place] = kept + step
                    above = loss_now()
                    array[place] = kept - step
                    below = loss_now()
                    array[place] = kept
                    slope = (above - below) / (2 * step)
                    self.assertAlmostEqual(slope, gradient[place], delta=1e-8)


class RecordedGradients(plumb.ProgramTest):
    def snapshots(self, depth, width, activations, inits, losses, precision, seed):
        lists = {"activations": activations, "inits": inits, "losses": losses}
        study = self.write("study.toml", STUDY.format(
            variances="weight_variance = 1.5\nbias_variance = 0.05" if "scaled" in inits else "",
            depth=depth, width=width, precision=precision, seed=seed,
            **{key: json.dumps(values) for key, values in lists.items()}))
        results = self.train(study, f"{precision} {seed}", threads=2)
        files = sorted(results.glob("*.h5"))
        self.assertEqual(len(files), len(activations) * len(inits) * len(losses))
        return [Snapshot(file) for file in files]

    def check(self, depth, width, activations=ACTIVATIONS, inits=INITS, losses=LOSSES):
        """Units within rounding of a kink aside: such networks are drawn again, a few times."""
        for precision in TOLERANCE:
            worst, waiting = 0.0, {(a, i, l) for a in activations for i in inits for l in losses}
            for seed in range(1, 6):
                names = sorted({activation for activation, _, _ in waiting})
                for snapshot in self.snapshots(depth, width, names, inits, losses, precision, seed):
                    if snapshot.case() not in waiting or snapshot.is_near_a_kink():
                        continue
                    waiting.remove(snapshot.case())
                    error = snapshot.largest_error()
                    worst = max(worst, error)
                    self.assertLessEqual(error, TOLERANCE[precision], snapshot.settings)
                if not waiting:
                    break
            self.assertFalse(waiting, "no seed without a unit near a kink")
            print(f"depth {depth}, {precision}: largest error {worst:.1e} of the norm")

    def test_one_layer(self):
        self.check(depth=1, width=20)

    def test_two_layers(self):
        self.check(depth=2, width=33)

    def test_five_layers(self):
        self.check(depth=5, width=17)

    def test_forty_layers(self):
        variance_preserving = [init for init in INITS if not init.startswith("unit")]
        self.check(depth=40, width=24, inits=variance_preserving)

    def test_forty_layers_with_unit_weights(self):
        """Narrow: N(0,1) weights multiply rounding errors by sqrt(width) a layer, and 24 units over
        40 layers would leave no digit to compare (tanh), or overflow (linear)."""
        self.check(depth=40, width=3, inits=["unit_normal", "unit_uniform"])


if __name__ == "__main__":
    unittest.main()
