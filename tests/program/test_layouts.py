"""The same study gives the same bits on every layout, and `compare --exact` can tell."""
import unittest

import h5py
import numpy as np

import made_up_images
import plumb

LAYOUTS = [(1, 1), (1, 2), (2, 1), (2, 2), (4, 1)]  # ranks x threads

STUDY = """
    [network]
    depth = 4
    width = 48
    activation = {activations}
    init = "he"
    [data]
    {data}
    [train]
    batch = 256
    slice = 32
    steps = 6
    learning_rate = 0.05
    momentum = 0.9
    weight_decay = 1e-4
    evaluate_every = 3
    [record]
    snapshot_steps = [5]
"""


# Small networks of every family: each key is a study's, with one value.
COMMON = """
    train.batch = 64
    train.slice = 8
    train.steps = 4
    record.histogram_every = 1
    record.snapshot_steps = [3]
"""

CNN = """
    network.family = "cnn"
    network.depth = 3
    network.width = 6
    network.activation = "relu"
    network.init = "he"
    network.kernel = 3
    data.source = "idx"
    data.path = "mnist"
"""

RNN = """
    network.family = "rnn"
    network.depth = 12
    network.width = 20
    network.activation = "tanh"
    network.init = "orthogonal"
    train.learning_rate = 0.05
"""

TAPERED = """
    network.family = "{family}"
    network.width = [[7, 3, 5]]
    network.activation = "tanh"
    network.init = "scaled"
    data.source = "idx"
    data.path = "mnist"
"""

RESIDUAL_MLP = """
    network.depth = 5
    network.width = 24
    network.activation = "leaky_relu"
    network.residual = true
    network.init = "he"
    data.source = "teacher"
    data.inputs = 30
"""


class SameBitsOnEveryLayout(plumb.ProgramTest):
    def train_on_all(self, study, name, *arguments, layouts=LAYOUTS):
        return [self.train(study, f"{name} {ranks}x{threads}", *arguments, ranks=ranks,
                           threads=threads)
                for ranks, threads in layouts]

    def expect_equal(self, first, others):
        for other in others:
            self.run_program("compare", "--exact", first, other)

    def check(self, study, *arguments, layouts=LAYOUTS):
        """The same bits everywhere; returns the history of the first layout, open."""
        file = self.write("study.toml", study + COMMON)
        results = self.train_on_all(file, "results", *arguments, layouts=layouts)
        self.expect_equal(results[0], results[1:])
        history = h5py.File(self.only_history(results[0]))
        self.addCleanup(history.close)
        self.expect_all_that_is_promised(history)
        return history

    def expect_all_that_is_promised(self, history):
        """What is not in the files was not compared."""
        for kind in ("weight_gradient", "delta"):
            self.assertTrue((history["histograms"][kind][()].sum(axis=2) > 0).all())
        self.assertTrue(np.isfinite(history["gradients/noise_scale"][-1]).all())
        self.assertIn("dW1", history["snapshots/step_000003"])

    def test_on_generated_shapes_in_both_precisions(self):
        study = self.write("shapes.toml", STUDY.format(
            activations='["sigmoid", "relu"]', data='source = "shapes"'))
        for precision in ("float32", "float64"):
            with self.subTest(precision=precision):
                results = self.train_on_all(study, precision, "--set",
                                            f"train.precision={precision}",
                                            layouts=[*LAYOUTS, (8, 1)])
                self.expect_equal(results[0], results[1:])

    def test_on_images_read_from_files(self):
        data_dir = self.digits()
        study = self.write("digits.toml", STUDY.format(
            activations='["tanh", "leaky_relu"]', data='source = "idx"\npath = "mnist"'))
        results = self.train_on_all(study, "digits", "--data-dir", data_dir)
        self.expect_equal(results[0], results[1:])

    def digits(self):
        """MNIST, or something with its names and format."""
        if plumb.data_dir() is not None:
            return plumb.data_dir()
        made_up_images.write(self.folder / "mnist")
        return self.folder

    def small_images(self):
        made_up_images.write(self.folder / "mnist", height=13, width=11)
        return self.folder

    def test_of_a_convolutional_network(self):
        self.check(CNN, "--data-dir", self.small_images(), layouts=[*LAYOUTS, (8, 1)])

    def test_of_dense_layers_of_different_widths(self):
        self.check_tapered("mlp")

    def test_of_convolutions_of_different_widths(self):
        self.check_tapered("cnn")

    def check_tapered(self, family):
        history = self.check(TAPERED.format(family=family), "--data-dir", self.small_images(),
                             layouts=[(1, 1), (1, 2), (2, 1)])
        self.assertEqual(history["model/fan_out"][()].tolist(), [7, 3, 5, 10])
        self.assertEqual(history["model"].attrs["widths"], "7-3-5")

    def test_of_a_residual_convolutional_network_with_average_pooling(self):
        self.check(CNN + """
            network.residual = true
            network.pooling = "average"
            network.pool_every = 1
            train.precision = "float64"
            train.momentum = 0.9
        """, "--data-dir", self.small_images())

    def test_of_a_recurrent_network_on_the_adding_problem(self):
        history = self.check(RNN + """
            data.source = "adding"
            network.recurrent_gain = 1.5
            train.gradient_clip = 0.2
        """)
        self.assertTrue((history["training/clip_factor"][()] < 1).any())

    def test_of_a_recurrent_network_that_reads_images_row_by_row(self):
        self.check(RNN + """
            data.source = "idx"
            data.path = "mnist"
            train.optimizer = "adam"
        """, "--data-dir", self.small_images(), "--set", "network.depth=13")

    def test_of_a_residual_network_with_adam(self):
        self.check(RESIDUAL_MLP + """
            train.optimizer = "adam"
            train.learning_rate = 0.01
            train.weight_decay = 1e-3
        """)

    def test_of_an_output_layer_alone(self):
        self.check("""
            network.depth = 0
            data.source = "spirals"
        """)

    def test_of_clipped_gradients(self):
        history = self.check(RESIDUAL_MLP + """
            train.gradient_clip = 0.3
            train.momentum = 0.9
        """)
        self.assertTrue((history["training/clip_factor"][()] < 1).any())

    def test_of_float16_gradients_with_a_dynamic_loss_scale(self):
        """Deltas above 1 times 2^16, the first scale, overflow float16: steps are left out."""
        self.check_dynamic_loss_scale(RESIDUAL_MLP)

    def test_of_float16_gradients_of_a_recurrent_network(self):
        self.check_dynamic_loss_scale(RNN + 'data.source = "adding"\n')

    def test_of_float16_gradients_of_a_convolutional_network(self):
        self.check_dynamic_loss_scale(CNN, "--data-dir", self.small_images())

    def check_dynamic_loss_scale(self, study, *arguments):
        history = self.check(study + """
            train.gradient_format = "float16"
            train.loss_scale = "dynamic"
            train.loss = "mean_squared_error"
        """, *arguments, "--set", "train.learning_rate=0.001", "--set", "train.steps=12")
        scale = history["training/loss_scale"][()]
        self.assertEqual(scale[0], 2.0**16)
        self.assertLess(scale[-1], scale[0])
        self.assertTrue(np.isfinite(history["training/gradient_norm"][-1]))

    def test_of_bfloat16_gradients_of_a_convolutional_network(self):
        self.check(CNN + """
            train.gradient_format = "bfloat16"
            train.loss_scale = 256
            train.gradient_clip = 0.1
        """, "--data-dir", self.small_images())

    def test_a_sweep_can_be_run_in_parts(self):
        """A Slurm array's tasks, one after the other, give what one run gives."""
        study = self.write("parts.toml", STUDY.format(
            activations='["sigmoid", "relu"]', data='source = "spirals"'))
        whole = self.train(study, "whole")
        for index in (1, 0):
            parts = self.train(study, "parts", "--index", index, ranks=2)
        self.expect_equal(whole, [parts])

    def test_another_seed_is_found_and_named(self):
        study = self.write("seed.toml", STUDY.format(
            activations='"sigmoid"', data='source = "shapes"'))
        one = self.train(study, "one")
        two = self.train(study, "two", "--set", "train.seed=2")
        outcome = self.run_program("compare", "--exact", one, two, code=2)
        self.assertRegex(outcome.stdout + outcome.stderr, "(gradients|activations|training)/")

    def test_a_different_last_bit_is_found_and_named(self):
        study = self.write("bit.toml", STUDY.format(
            activations='"tanh"', data='source = "shapes"'))
        one = self.train(study, "one")
        two = self.train(study, "two")
        for name, place in (("training/loss", 4), ("gradients/noise_scale", (5, 2)),
                            ("histograms/delta", (0, 1, 140)),
                            ("histograms/weight_gradient", (0, 0, 100)),
                            ("activations/std", (0, 0)), ("theory/delta_rms_ratio", 1),
                            ("snapshots/step_000005/dW3", (7, 9))):
            with self.subTest(name=name):
                self.change_last_bit(two, name, place)
                outcome = self.run_program("compare", "--exact", one, two, code=2)
                self.assertIn(name, outcome.stdout + outcome.stderr)
                self.change_last_bit(two, name, place)
                self.run_program("compare", "--exact", one, two)

    def change_last_bit(self, results, name, place):
        """Done twice, it is undone."""
        with h5py.File(self.only_history(results), "r+") as history:
            value = np.array([history[name][place]])
            bits = value.view(f"u{value.itemsize}")
            bits ^= bits.dtype.type(1)
            history[name][place] = value[0]


if __name__ == "__main__":
    unittest.main()
