"""How the gradient travels changes no bit: not the buckets' size, not the overlap with the backward
pass, not the number of ranks and threads."""
import unittest

import h5py
import numpy as np

import made_up_images
from allreduce_studies import BUCKETS, MLP, RNN, SMALL, WAYS, Layouts, histories

# Ranks x threads; every study runs on all of them, in all six ways. 24 slices leave some of 8 ranks
# without work, and keep 3 and 6 ranks busy; 16 do the opposite.
REFERENCE = (1, 1)
POWERS_OF_TWO = [(1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)]
OTHERS = [(3, 1), (3, 2), (6, 1), (6, 2)]

# 535,000 parameters are 2 MiB. Between two records nothing has to wait for the whole gradient: the
# first buckets to arrive update their weights while others are still under way.
LARGE_MLP = """
    network.depth = 8
    network.width = 256
    network.activation = "relu"
    network.init = "he"
    data.source = "teacher"
    data.inputs = 300
    train.batch = 96
    train.slice = 4
    train.steps = 7
    train.learning_rate = 0.05
    train.momentum = 0.9
    train.weight_decay = 1e-4
    record.every = 2
    record.histogram_every = 4
    record.snapshot_steps = [3]
"""

CNN = """
    network.family = "cnn"
    network.depth = 3
    network.width = 24
    network.activation = "relu"
    network.init = "he"
    data.source = "idx"
    data.path = "mnist"
"""


class SameBitsHoweverTheGradientTravels(Layouts):
    def small_images(self):
        made_up_images.write(self.folder / "mnist", height=10, width=9)
        return self.folder

    def check(self, keys, *arguments, at_least=(2, 1, 1)):
        """On every layout. Returns the first history's place."""
        study = self.write("study.toml", keys + WAYS)
        reference = self.train_on(REFERENCE, study, *arguments)
        self.assertEqual(len(histories(reference)), 2 * len(BUCKETS))
        self.expect_something_to_compare(histories(reference)[0])
        self.expect_one_content(reference)
        self.expect_the_same_on(POWERS_OF_TWO + OTHERS, reference, study, *arguments,
                                at_least=at_least)
        return histories(reference)[0]

    def expect_something_to_compare(self, path):
        """What is not in the files was not compared."""
        with h5py.File(path) as history:
            loss = history["training/loss"][()]
            self.assertTrue(np.isfinite(loss).all() and (loss[1:] != loss[0]).all())
            for kind in ("weight_gradient", "delta"):
                self.assertTrue((history["histograms"][kind][()].sum(axis=2) > 0).all())
            self.assertIn("dW1", history["snapshots/step_000003"])

    def test_of_a_large_network(self):
        self.check(LARGE_MLP, at_least=(100, 3, 1))

    def test_of_a_residual_network_in_float64_with_adam(self):
        self.check(MLP + SMALL + """
            network.residual = true
            train.precision = "float64"
            train.optimizer = "adam"
            train.learning_rate = 0.01
            train.weight_decay = 1e-3
        """)

    def test_of_clipped_gradients(self):
        """A gradient is complete before its norm is known: no weight is updated before."""
        first = self.check(MLP + SMALL + """
            train.gradient_clip = 0.3
            train.momentum = 0.9
            train.weight_decay = 1e-3
        """)
        with h5py.File(first) as history:
            self.assertTrue((history["training/clip_factor"][()] < 1).all())

    def test_of_float16_gradients_with_a_dynamic_loss_scale(self):
        """Deltas above 1 times 2^16, the first scale, overflow float16: steps are left out."""
        first = self.check(MLP + SMALL + """
            train.gradient_format = "float16"
            train.loss_scale = "dynamic"
            train.loss = "mean_squared_error"
            train.learning_rate = 0.001
        """, "--set", "train.steps=10")
        with h5py.File(first) as history:
            scale = history["training/loss_scale"][()]
            self.assertLess(scale[-1], scale[0])
            self.assertTrue(np.isfinite(history["training/gradient_norm"][-1]))

    def test_of_a_convolutional_network(self):
        self.check(CNN + SMALL + """
            train.momentum = 0.9
            train.weight_decay = 1e-3
        """, "--data-dir", self.small_images())

    def test_of_a_residual_convolutional_network(self):
        self.check(CNN + SMALL + """
            network.residual = true
            network.pooling = "average"
            network.pool_every = 1
            train.optimizer = "adam"
            train.learning_rate = 0.01
        """, "--data-dir", self.small_images())

    def test_of_a_recurrent_network(self):
        self.check(RNN + SMALL + "train.momentum = 0.9\n", "--set", "record.every=2",
                   "--set", "record.histogram_every=2", "--set", "train.steps=7")


if __name__ == "__main__":
    unittest.main()
