"""A run says what it read, what became of it and what its user should know: once, by rank 0."""
import json
import os
import struct
import unittest

import h5py

import plumb

STILL = """
    [network]
    depth = 1
    width = 4
    activation = "relu"
    init = "scaled"
    weight_variance = 1e-30
    [data]
    source = "{source}"
    path = "{table}"
    samples = 40
    [train]
    batch = 8
    slice = 4
    steps = 12
    learning_rate = 1e-40
"""

DEAD = """
    [network]
    depth = 1
    width = 1
    activation = "relu"
    init = "scaled"
    weight_variance = 1e-6
    bias_variance = 1
    [data]
    source = "spirals"
    [train]
    batch = 8
    slice = 4
    steps = 2
"""

OVERFLOWING = """
    [network]
    depth = 32
    width = 16
    activation = "linear"
    init = "unit_normal"
    [data]
    source = "spirals"
    [train]
    batch = 8
    slice = 4
    steps = 200
    loss_scale = "dynamic"
    gradient_format = "float16"
"""

LEARNING = """
    [network]
    depth = 1
    width = 16
    activation = "tanh"
    [data]
    source = "csv"
    path = "shuffled.csv"
    [train]
    batch = 16
    slice = 8
    steps = 60
    learning_rate = 0.5
"""


class Warnings(plumb.ProgramTest):
    def table(self, name, classes):
        """Sixty samples: two columns and the class."""
        rows = [f"{0.1 * (i % 7) + k},{0.3 * (i % 5) - k},{k}"
                for i, k in enumerate(classes)]
        return self.write(name, ("\n".join(["a,b,kind", *rows]) + "\n").encode())

    def expect(self, study, names, *arguments, quiet=True):
        """Alone and on two ranks: these warnings in result.json, each said once."""
        for ranks in (None, 2):
            results = self.folder / f"{study.stem}-{ranks}"
            outcome = self.run_program("run", study, "--data-dir", self.folder, "-o", results,
                                       *arguments, *(["--quiet"] if quiet else []), ranks=ranks)
            warnings = json.loads((results / "result.json").read_text())["runs"][0]["warnings"]
            self.assertEqual([warning["name"] for warning in warnings], names, str(outcome))
            for warning in warnings:
                lines = [line for line in outcome.stderr.splitlines() if warning["text"] in line]
                self.assertEqual(len(lines), 1, str(outcome))
                self.assertTrue(lines[0].startswith("plumbline: warning: "), lines[0])
        return outcome

    def test_of_data_and_of_a_network_that_stands_still(self):
        with h5py.File(self.folder / "gap.h5", "w") as file:
            file["x"] = [[i % 7, 1e4 * (i % 5)] for i in range(60)]
            file["y"] = [i % 2 if i < 40 else 2 for i in range(60)]
        study = self.write("still.toml", STILL.format(source="hdf5", table="gap.h5"))
        outcome = self.expect(study, ["class_without_samples", "unequal_columns",
                                      "steps_without_change", "loss_at_chance"])
        self.assertIn("12 of 12 measured steps changed no weight (first 0, last 11;",
                      outcome.stderr)

    def test_of_a_sorted_file_that_is_cut(self):
        self.table("sorted.csv", [i // 20 for i in range(60)])
        study = self.write("cut.toml", STILL.format(source="csv", table="sorted.csv"))
        outcome = self.expect(study, ["sorted_and_cut"], "--set", "train.steps=2",
                              "--set", "train.learning_rate=0.1",
                              "--set", "network.weight_variance=1")
        self.assertIn("have none of class 2 of 3;", outcome.stderr)

    def test_of_a_layer_that_is_dead_from_the_first_step_on(self):
        """The bias of its one unit is negative, and far larger than any weighted sum."""
        self.expect(self.write("dead.toml", DEAD), ["steps_without_change", "dead_layer"])

    def test_of_a_run_that_diverged_which_ends_with_its_step(self):
        study = self.write("wild.toml", plumb.DIVERGING_STUDY)
        outcome = self.expect(study, ["diverged"], quiet=False)
        step = json.loads((self.folder / "wild-2" / "result.json").read_text()
                          )["runs"][0]["diverged_step"]
        self.assertIn(f"diverged at step {step}  ", outcome.stdout)
        *_, summary, figure, verdict = outcome.stdout.splitlines()
        self.assertRegex(summary, rf"^1 of 1 run diverged at step {step} \(\S+\)$")
        self.assertTrue(figure.startswith("FOM ") and verdict.startswith("VERIFICATION: PASSED"))

    def test_of_a_loss_scale_that_fell_to_its_floor(self):
        """Deltas grow fourfold a layer, beyond what float16 holds."""
        study = self.write("overflowing.toml", OVERFLOWING)
        outcome = self.expect(study, ["loss_scale_floor", "steps_without_change",
                                      "loss_at_chance"])
        self.assertRegex(outcome.stderr, r"the dynamic loss scale fell to \S+e-08 at step 4\d: ")

    def test_a_run_begins_with_what_it_read_and_a_good_one_warns_of_nothing(self):
        self.table("shuffled.csv", [i % 3 for i in range(60)])
        study = self.write("good.toml", LEARNING)
        outcome = self.expect(study, [], quiet=False)
        lines = outcome.stdout.splitlines()
        self.assertRegex(lines[0], r"^data: csv shuffled.csv, 60 training and 0 test samples, "
                                   r"2 inputs, 3 classes \(samples: .*20, .*20, .*20\)")
        # (2 + 1) 16 + (16 + 1) 3
        self.assertEqual(lines[1], "network: mlp of depth 1, tanh, 99 parameters "
                                   "(0.396 kB in float32)")
        self.assertEqual(lines[2], "layout: 2 ranks x 1 thread, batch of 16 samples in 2 slices "
                                   "of 8")

    def idx_images(self, name, count):
        """Black pictures; the pixels take no place on the disk."""
        folder = self.folder / "pictures"
        folder.mkdir(exist_ok=True)
        head = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(head)
        os.truncate(folder / f"{name}-images-idx3-ubyte", len(head) + count * 28 * 28)
        labels = struct.pack(">II", 0x801, count) + bytes(i % 10 for i in range(count))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(labels)

    def test_a_large_file_is_named_before_it_is_read(self):
        self.idx_images("train", 90_000)
        self.idx_images("t10k", 10)
        study = self.write("large.toml", """
            [network]
            depth = 1
            width = 4
            [data]
            source = "idx"
            path = "pictures"
            [train]
            batch = 16
            slice = 8
            steps = 1
        """)
        for ranks in (None, 2):
            outcome = self.run_program("run", study, "--data-dir", self.folder, "-o",
                                       self.folder / f"large-{ranks}", ranks=ranks)
            said = [line for line in outcome.stderr.splitlines() if line.startswith("reading ")]
            self.assertEqual(said, [f"reading {self.folder / 'pictures'} (70.7 MB) ..."],
                             str(outcome))
        outcome = self.run_program("run", study, "--data-dir", self.folder, "-o",
                                   self.folder / "quiet", "--quiet")
        self.assertNotIn("reading ", outcome.stderr)

    def test_a_warning_of_many_runs_is_said_once_and_counted_at_the_end(self):
        outcome = self.run_program("run", self.write("dead.toml", DEAD), "-o",
                                   self.folder / "seeds", "--set", "train.seed=[1,2,3]", "--quiet")
        self.assertEqual(outcome.stderr.count("dead from the first step on"), 1, str(outcome))
        self.assertRegex(outcome.stderr, r"warning: dead_layer: as of \S+-seed1, so of 2 more runs, "
                                         r"the last \S+-seed3; all in result.json\n")

    def test_each_line_comes_once_in_a_sweep(self):
        self.table("shuffled.csv", [i % 3 for i in range(60)])
        study = self.write("good.toml", LEARNING)
        outcome = self.run_program("run", study, "--data-dir", self.folder, "-o",
                                   self.folder / "sweep", "--set", "train.seed=[1,2,3]",
                                   "--set", "train.steps=2")
        for what in ("data: ", "network: ", "layout: "):
            starts = [line for line in outcome.stdout.splitlines() if line.startswith(what)]
            self.assertEqual(len(starts), 1, str(outcome))


if __name__ == "__main__":
    unittest.main()
