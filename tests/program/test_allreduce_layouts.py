"""How the gradient travels changes no bit: not the buckets' size, not the overlap with the backward
pass, not the number of ranks and threads. With a narrow format on the wire the number of ranks
does, and nothing else. Studies sweep buckets and overlap: every start of mpirun tests six ways."""
import json
import shutil
import unittest

import h5py
import numpy as np

import made_up_pictures
import plumb

BUCKETS = (16, 1024, 65536)  # KiB
WAYS = """
    allreduce.overlap = [true, false]
    allreduce.bucket_kib = [16, 1024, 65536]
    record.buckets = true
"""

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

SMALL = """
    train.batch = 64
    train.slice = 4
    train.steps = 4
    record.histogram_every = 1
    record.snapshot_steps = [3]
"""

MLP = """
    network.depth = 5
    network.width = 60
    network.activation = "leaky_relu"
    network.init = "he"
    data.source = "teacher"
    data.inputs = 70
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

RNN = """
    network.family = "rnn"
    network.depth = 9
    network.width = 72
    network.activation = "tanh"
    network.init = "orthogonal"
    data.source = "adding"
    train.learning_rate = 0.05
"""


def histories(results):
    return sorted(results.glob("*.h5"))


class Layouts(plumb.ProgramTest):
    def train_on(self, layout, study, *arguments):
        ranks, threads = layout
        return self.train(study, f"results {ranks}x{threads}", *arguments, ranks=ranks,
                          threads=threads)

    def expect_one_content(self, results):
        """All histories of a folder hold the same bits."""
        first, *others = histories(results)
        for other in others:
            self.run_program("compare", "--exact", first, other)

    def expect_the_same_on(self, layouts, reference, study, *arguments, at_least):
        """Histories of these layouts are those of the reference, one by one. `at_least`: buckets of
        each size, where they travel."""
        for layout in layouts:
            with self.subTest(ranks=layout[0], threads=layout[1]):
                results = self.train_on(layout, study, *arguments)
                self.run_program("compare", "--exact", reference, results)
                if layout[0] > 1:
                    self.expect_buckets(results, at_least)
                shutil.rmtree(results)

    def expect_buckets(self, results, at_least):
        """Otherwise the sizes would not differ in what they do."""
        for kib, least in zip(BUCKETS, at_least):
            paths = list(results.glob(f"*-bucket_kib{kib}-*.h5"))
            self.assertEqual(len(paths), 2)
            for path in paths:
                with h5py.File(path) as history:
                    self.assertGreaterEqual(len(history["timing/buckets/bucket"]), least)

    def small_pictures(self):
        made_up_pictures.write(self.folder / "mnist", height=10, width=9)
        return self.folder


class SameBitsHoweverTheGradientTravels(Layouts):
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
        """, "--data-dir", self.small_pictures())

    def test_of_a_residual_convolutional_network(self):
        self.check(CNN + SMALL + """
            network.residual = true
            network.pooling = "average"
            network.pool_every = 1
            train.optimizer = "adam"
            train.learning_rate = 0.01
        """, "--data-dir", self.small_pictures())

    def test_of_a_recurrent_network(self):
        self.check(RNN + SMALL + "train.momentum = 0.9\n", "--set", "record.every=2",
                   "--set", "record.histogram_every=2", "--set", "train.steps=7")


# Its gradients are, from layer to layer downwards, about a quarter.
WIRE = """
    network.depth = 10
    network.width = 50
    network.activation = "sigmoid"
    data.source = "teacher"
    data.inputs = 80
    train.batch = 64
    train.slice = 4
    train.steps = 4
    record.snapshot_steps = [0, 3]
"""

ROUNDING = {"bfloat16": 2.0**-9, "float16": 2.0**-12}  # largest relative error


class NarrowNumbersOnTheWire(Layouts):
    def test_give_the_same_bits_for_a_number_of_ranks(self):
        study = self.write("study.toml", WIRE + WAYS)
        for ranks in (2, 3, 4):
            for wire in ROUNDING:
                narrow = ("--set", f"allreduce.wire={wire}")
                reference = self.train_on((ranks, 1), study, *narrow)
                self.expect_one_content(reference)
                reference = reference.rename(self.folder / f"{wire} {ranks}")
                # Messages of 8 KiB and of 55 KB take different ways from rank to rank.
                self.expect_the_same_on([(ranks, 2)], reference, study, *narrow,
                                        at_least=(4, 1, 1))

    def wires(self, ranks, *settings):
        """The study in each format, on so many ranks, open: a dictionary."""
        study = self.write("study.toml", WIRE)
        wires = ("float32", *ROUNDING)
        arguments = [part for setting in settings for part in ("--set", setting)]
        results = self.train_on((ranks, 1), study, *arguments, "--set",
                                f"allreduce.wire=[{', '.join(wires)}]")
        self.expect_equal_parameters(results, ranks)
        files = [h5py.File(path) for path in histories(results)]
        for file in files:
            self.addCleanup(file.close)
        self.addCleanup(shutil.rmtree, results)
        self.assertEqual(len(files), 3)
        return dict(zip(wires, files))

    def expect_equal_parameters(self, results, ranks):
        """At the end of the run the program has compared the weights of all its ranks."""
        for run in json.loads((results / "result.json").read_text())["runs"]:
            check, = (check for check in run["verification"]
                      if check["name"] == "parameters_equal_on_all_ranks")
            self.assertTrue(check["passed"], check)
            self.assertIn(f"{ranks} ranks", check["detail"])

    def test_are_what_all_ranks_end_with(self):
        """Every number of a summed gradient is one of the format."""
        files = self.wires(4)
        for name in ("dW1", "db3", "dW11", "db11"):
            exact, bfloat16, float16 = (file["snapshots/step_000000"][name][()]
                                        for file in files.values())
            with self.subTest(name):
                self.assertTrue((exact.view(np.uint32) & 0xffff != 0).any())
                self.assertTrue((bfloat16.view(np.uint32) & 0xffff == 0).all())
                np.testing.assert_array_equal(float16.astype(np.float16), float16)

    def test_show_in_the_history_of_the_gradient_alone(self):
        """Before the first update nothing else has been rounded."""
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.check_first_record(self.wires(ranks))

    def check_first_record(self, files):
        for wire, rounding in ROUNDING.items():
            with self.subTest(wire):
                for name in ("training/loss", "training/accuracy", "gradients/delta_rms",
                             "activations/mean", "activations/std"):
                    np.testing.assert_array_equal(files[wire][name][0], files["float32"][name][0])
                for name in ("gradients/weight_gradient_norm", "gradients/delta_mean_norm"):
                    # Of the upper layers: there float16 loses nothing.
                    norm, exact = (file[name][0, -3:] for file in (files[wire], files["float32"]))
                    self.assertTrue((norm != exact).all())
                    # Up to three roundings; addends are larger than the sum where they cancel, but
                    # over hundreds of numbers errors cancel, too.
                    np.testing.assert_allclose(norm, exact, rtol=3 * rounding)
                self.assertNotEqual(files[wire]["training/loss"][-1],
                                    files["float32"]["training/loss"][-1])

    def test_lose_what_is_too_small_for_float16(self):
        files = self.wires(2)
        zeros = {wire: file["gradients/zero_fraction"][0, 0] for wire, file in files.items()}
        # The histogram is of sums; addends are about as small.
        lost = self.share_below_float16(files["float32"])
        self.assertGreater(lost, 0.2)  # else there is nothing to see
        self.assertGreater(zeros["float16"], lost / 2)
        self.assertEqual(zeros["float32"], 0)
        # Two numbers of 8 bits and any sign rarely cancel.
        self.assertLess(zeros["bfloat16"], 0.05)

    def share_below_float16(self, history):
        """Of the first layer's weight gradient in the first step."""
        counts = history["histograms/weight_gradient"][0, 0]
        return counts[history["histograms/exponent"][()] <= -26].sum() / counts.sum()

    def test_train_as_well_as_float32(self):
        """With three roundings each step is longer or shorter by up to three times the relative
        error of one. Where the loss falls steadily, so is the way of its logarithm."""
        files = self.wires(4, "network.activation=tanh", "network.depth=3", "data.samples=64",
                           "train.steps=60", "train.learning_rate=0.1")
        loss = {wire: file["training/loss"][()] for wire, file in files.items()}
        exact = loss.pop("float32")
        way = np.log(exact[0] / exact[-1])
        self.assertGreater(way, 1)
        for wire, found in loss.items():
            with self.subTest(wire):
                self.assertNotEqual(found[-1], exact[-1])
                np.testing.assert_allclose(found, exact, rtol=3 * ROUNDING[wire] * way)


class SumsOfTheLibrary(Layouts):
    def test_agree_with_the_tree_but_for_rounding(self):
        """In another order a sum of a few numbers is off by a few of their last bits, 2^-24 or
        2^-53; a few steps make some ten times that of it."""
        for keys in (MLP, RNN):
            study = self.write("study.toml", keys + SMALL)
            tolerances = (("float32", 1e-5), ("float64", 1e-13))
            for ranks in (2, 3, 4):
                losses = [self.losses(study, ranks, algorithm) for algorithm in ("tree", "mpi")]
                for (precision, tolerance), tree, mpi in zip(tolerances, *losses):
                    with self.subTest(ranks=ranks, precision=precision):
                        self.assertNotEqual(tree[0], tree[-1])
                        np.testing.assert_allclose(mpi, tree, rtol=tolerance)

    def losses(self, study, ranks, algorithm):
        """In float32 and float64."""
        results = self.train_on((ranks, 2), study, "--set", f"allreduce.algorithm={algorithm}",
                                "--set", "train.precision=[float32, float64]")
        found = []
        for path in histories(results):
            with h5py.File(path) as history:
                found.append(history["training/loss"][()])
        shutil.rmtree(results)
        self.assertEqual(len(found), 2)
        return found


if __name__ == "__main__":
    unittest.main()
