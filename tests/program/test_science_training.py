"""Networks that train and networks that cannot: He's initialisation, float16 and its cure, the
adding problem, handwritten digits."""
import json
import os
import pathlib
import unittest

import numpy as np

import plumb

CHANCE = np.log(9)  # loss of nine equally likely classes, 2.197

# Chosen by the test file itself among some 40 settings, which reached 94.7 to 98.3 %. Seeds 5
# to 8, which had no part in the choice: 98.00, 98.16, 98.55 and 98.16 %.
DIGITS = """
    [network]
    family = "cnn"
    depth = 2
    width = 48
    activation = "relu"
    init = "he"
    [data]
    source = "csv"
    path = "optdigits/optdigits.tra"
    test_path = "optdigits/optdigits.tes"
    scale = "magnitude"
    [train]
    batch = 128
    slice = 16
    steps = 1000
    optimizer = "adam"
    learning_rate = 0.004
    [record]
    every = 50
    histogram_every = 1000
"""


def optdigits():
    """The folder that holds optdigits/, or None."""
    for candidate in filter(None, [os.environ.get("PLUMBLINE_DATA_DIR"), plumb.ROOT / "data"]):
        if (pathlib.Path(candidate) / "optdigits" / "optdigits.tra").is_file():
            return pathlib.Path(candidate).resolve()
    return None


class Training(plumb.ProgramTest):
    def histories(self, study, *arguments, may_diverge=False, name="results"):
        """Label and open history of each run of a study, and what result.json says of it."""
        import h5py
        results = self.train(study, name, *arguments, ranks=2, timeout=300)
        runs = json.loads((results / "result.json").read_text())["runs"]
        for run in runs:
            history = h5py.File(results / run["file"])
            self.addCleanup(history.close)
            if not may_diverge:
                self.assertEqual(run["status"], "completed")
            yield run["settings"], history, run

    def mean_of_last_steps(self, history, steps=100):
        """Mean loss of the batches of the last steps: on generated data all are fresh."""
        table = history["training"]
        chosen = table["step"][:] >= table["step"][-1] - steps
        return table["loss"][:][chosen].mean()

    def test_he_trains_30_relu_layers_and_glorot_does_not(self):
        losses = {}
        for settings, history, _ in self.histories(
                plumb.STUDIES / "he.toml", "--set", 'network.init=["glorot", "he"]',
                "--set", "train.steps=300"):
            losses[settings["network.init"]] = self.mean_of_last_steps(history)
            decay = history["gradients/delta_rms"][0]
            print(settings["network.init"], losses[settings["network.init"]], decay[0] / decay[29])
        # A network that ignores the image is left with CHANCE at best, and a little more while
        # its output biases run after the class frequencies of the last batches: 10 batches of 128
        # scatter each frequency by 1 %, which costs 9 (.01)^2 / (2 / 9) = .004.
        self.assertAlmostEqual(losses["glorot"], CHANCE, delta=0.01)
        self.assertLess(losses["he"], CHANCE - 0.2)

    def precision_runs(self, name, *arguments):
        return {(settings["train.gradient_format"], settings["train.loss_scale"],
                 settings["train.seed"]): history for settings, history, _ in
                self.histories(plumb.STUDIES / "precision.toml", *arguments, name=name)}

    def test_a_sigmoid_network_stops_learning_in_float16_and_learns_with_loss_scaling(self):
        # When a network leaves the plateau is a matter of its seed. Over seeds 1 to 8 scaling
        # helped in 15 of 16 runs (not seed 5, dynamic) and float16 alone never learnt; at that rate
        # three of four networks learn in 98 % of cases, whatever a CPU's rounding does to one.
        seeds = [2, 3, 4, 5]
        runs = self.precision_runs("float16", "--set", "train.gradient_format=float16", "--set",
                                   f"train.seed={seeds}")
        runs |= self.precision_runs("float32", "--set", "train.gradient_format=float32",
                                    "--set", "train.loss_scale=1", "--set", f"train.seed={seeds}")
        losses = {key: self.mean_of_last_steps(history) for key, history in runs.items()}
        print(losses)
        learnt = {}
        for (number_format, scale, _), loss in losses.items():
            learnt.setdefault((number_format, scale), []).append(loss < CHANCE - 0.1)
        self.assertEqual(learnt["float32", 1], [True] * 4)
        self.assertGreaterEqual(sum(learnt["float16", 1024]), 3)
        self.assertGreaterEqual(sum(learnt["float16", "dynamic"]), 3)
        for seed in seeds:
            self.assertAlmostEqual(losses["float16", 1, seed], CHANCE, delta=0.01)
            zeros = runs["float16", 1, seed]["gradients/zero_fraction"]
            self.assertGreater(zeros[:, 0].min(), 0.99)  # from the first step to the last
            for key in (("float32", 1), ("float16", 1024), ("float16", "dynamic")):
                self.assertLess(runs[*key, seed]["gradients/zero_fraction"][0, 0], 0.05, key)
            self.check_predicted_zeros(runs["float32", 1, seed], runs["float16", 1, seed])

    def allowed(self, wide, name, layer):
        """Deltas of the layer above (for dW, of the layer) carry roundings of 2^-24 / sqrt(12)
        each: a share r of their size. Entries within r of 2^-25 may land on either side; as if half
        of them did, all on the same one. In so deep a sigmoid network all samples of a unit are
        alike and cross together: one unit of the layer more or less."""
        units = np.append(np.full(12, 64), 9)
        rounded = min(layer + (name == "delta"), 12)
        size = wide["gradients/delta_rms"][0, rounded] / np.sqrt(units[rounded])
        relative = 2**-24 / np.sqrt(12) / size
        counts = wide["histograms"][name][0, layer].astype(float)
        exponent = wide["histograms/exponent"][:]
        # [2^-25, 2^-24) is one threshold wide, [2^-26, 2^-25) half a one.
        near = counts[exponent == -25].sum() + 2 * counts[exponent == -26].sum()
        return relative * near / counts.sum() / 2 + 1 / units[layer]

    def check_predicted_zeros(self, wide, narrow):
        """float16's share of zeros at step 0 follows from the float32 run's exponents."""
        for name in ("delta", "weight_gradient"):
            exponent = wide["histograms/exponent"][:]
            counts = wide["histograms"][name][0].astype(float)
            predicted = counts[:, exponent <= -26].sum(1) / counts.sum(1)
            found = narrow["histograms"][name][0].astype(float)
            counted = found[:, exponent == -150].sum(1) / found.sum(1)
            print(name, predicted.round(4), counted.round(4))
            self.assertGreater(predicted[0], 0.5)
            self.assertEqual(counted[-1], 0)
            self.assertEqual(predicted[-1], 0)
            for layer, (expected, share) in enumerate(zip(predicted, counted)):
                self.assertAlmostEqual(share, expected, delta=self.allowed(wide, name, layer),
                                       msg=f"{name} of layer {layer + 1}")
            if name == "weight_gradient":
                np.testing.assert_array_equal(counted, narrow["gradients/zero_fraction"][0])

    def test_the_adding_problem_of_50_steps_is_learnt_with_clipping_and_not_without(self):
        runs = {}
        for settings, history, run in self.histories(
                plumb.STUDIES / "rnn_adding.toml", "--set", "network.activation=relu", "--set",
                "network.init=identity", "--set", "train.gradient_clip=[0, 1]", may_diverge=True):
            runs[settings["train.gradient_clip"]] = (run, history)
        print({clip: (run["status"], run["final_loss"]) for clip, (run, _) in runs.items()})
        self.assertEqual(runs[0][0]["status"], "diverged")
        run, history = runs[1]
        self.assertEqual(run["status"], "completed")
        self.assertLess(2 * run["final_loss"], 0.1)  # the loss has the factor 1/2; trivial: 1/6
        self.assertLess(2 * self.mean_of_last_steps(history), 0.1)
        self.assertLess(history["training/clip_factor"][:].min(), 1)

    @unittest.skipUnless(optdigits(), "optdigits is not there")
    def test_a_convolutional_network_reads_optdigits(self):
        study = self.write("digits.toml", DIGITS)
        for _, _, run in self.histories(study, "--data-dir", optdigits()):
            print("optdigits", run["final_accuracy"])
            self.assertGreater(run["final_accuracy"], 0.97)


if __name__ == "__main__":
    unittest.main()
