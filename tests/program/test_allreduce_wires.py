"""With reduced precision on the wire the number of ranks changes the gradient's bits, and nothing else
does; what all ranks end with is rounded, equal, and trains as well."""
import json
import shutil
import unittest

import h5py
import numpy as np

from allreduce_studies import WAYS, Layouts, histories

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


if __name__ == "__main__":
    unittest.main()
