"""data.source = hdf5: the same bits as the same data in MNIST's format, on every layout, and one
clear line for files that cannot be used."""
import gzip
import struct

import h5py
import numpy

import made_up_images
import plumb
import unittest

USAGE, INPUT_OUTPUT = 1, 3

STUDY = """\
[network]
family = "mlp"
depth = 2
width = 9
activation = "tanh"
[data]
source = "hdf5"
path = "images.h5"
[train]
batch = 32
slice = 4
steps = 8
"""


def read_idx(path):
    content = gzip.decompress(path.read_bytes())
    axes = struct.unpack(f">{content[3]}I", content[4:4 + 4 * content[3]])
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * content[3]).reshape(axes)


class Hdf5(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)
        made_up_images.write(self.folder / "images")
        with h5py.File(self.folder / "images.h5", "w") as file:
            for group, prefix in (("train", "train"), ("test", "t10k")):
                for name, kind in (("x", "images-idx3"), ("y", "labels-idx1")):
                    values = read_idx(self.folder / "images" / f"{prefix}-{kind}-ubyte.gz")
                    file.create_dataset(f"{group}/{name}", data=values, compression="gzip")

    def histories(self, *arguments, **options):
        self.runs = getattr(self, "runs", 0) + 1
        results = self.train(self.study, f"results{self.runs}", "--data-dir", self.folder,
                             *arguments, **options)
        return self.only_history(results)

    def expect_same(self, a, b):
        self.run_program("compare", "--exact", a, b)

    def test_images_give_the_same_bits_as_in_the_format_of_mnist_on_every_layout(self):
        for family in ("mlp", "cnn"):
            network = ("--set", f"network.family={family}")
            expected = self.histories(*network, "--set", "data.source=idx", "--set",
                                      "data.path=images")
            self.expect_same(expected, self.histories(*network))
            self.expect_same(expected, self.histories(*network, ranks=2, threads=2))

    def test_a_test_split_in_another_file_and_numbers_of_other_types_change_nothing(self):
        expected = self.histories("--set", "data.samples=100")
        with h5py.File(self.folder / "images.h5") as file, \
                h5py.File(self.folder / "plain.h5", "w", libver="latest") as plain, \
                h5py.File(self.folder / "test.h5", "w") as test:
            plain["x"] = file["train/x"][:].astype(">i4")[..., None]
            plain["y"] = file["train/y"][:].astype("f4")
            test["x"] = file["test/x"][:].astype("f8")[..., None]
            test["y"] = file["test/y"][:].astype("i2")
        self.expect_same(expected, self.histories(
            "--set", "data.path=plain.h5", "--set", "data.test_path=test.h5",
            "--set", "data.samples=100"))

    def test_values_that_are_not_whole_are_predicted(self):
        generator = numpy.random.default_rng(1)
        x = generator.standard_normal((256, 5)).astype("f4")
        with h5py.File(self.folder / "values.h5", "w") as file:
            file["x"], file["y"] = x, x @ numpy.arange(5.0) / 4
        options = ("--set", "data.path=values.h5", "--set", "train.steps=200")
        history = self.histories(*options, "--set", "train.loss=mean_squared_error", ranks=2)
        with h5py.File(history) as file:
            loss = file["training/loss"][:]
        self.assertLess(loss[-1], 0.2 * loss[0])
        outcome = self.run_program("run", self.study, *options, "--data-dir", self.folder,
                                   code=USAGE)
        self.assertIn("study.toml: the default: train.loss = softmax_cross_entropy does not suit "
                      "regression targets; allowed: mean_squared_error", outcome.stderr)

    def test_evaluations_need_test_data_in_the_file(self):
        with h5py.File(self.folder / "no test.h5", "w") as file:
            file["x"], file["y"] = numpy.eye(8), [0, 1] * 4
        for ranks in (None, 2):
            outcome = self.run_program(
                "run", self.study, "--data-dir", self.folder, "--set", "data.path=no test.h5",
                "--set", "train.evaluate_every=2", ranks=ranks, code=USAGE)
            self.assertIn("train.evaluate_every needs test data, and no test.h5 has none; allowed: "
                          "0, or a data.test_path", outcome.stderr)

    def test_files_that_cannot_be_used_end_all_ranks_with_one_line(self):
        self.write("text.h5", "1,2,0\n")
        with h5py.File(self.folder / "one class.h5", "w") as file:
            file["x"], file["y"] = numpy.ones((3, 2)), [4, 4, 4]
        with h5py.File(self.folder / "short.h5", "w") as file:
            file["x"], file["y"] = numpy.ones((3, 2)), [0, 1]
        content = (self.folder / "images.h5").read_bytes()
        self.write("cut.h5", content[:len(content) // 2])
        for name, words in (("none.h5", "no such file"), ("text.h5", "not an HDF5 file"),
                            ("one class.h5", "/y is 4 everywhere"),
                            ("short.h5", "2 values for 3 samples"), ("cut.h5", "truncated")):
            for ranks in (None, 2):
                with self.subTest(name=name, ranks=ranks):
                    outcome = self.run_program(
                        "run", self.study, "--data-dir", self.folder, "--set",
                        f"data.path={name}", ranks=ranks, code=INPUT_OUTPUT)
                    lines = [line for line in outcome.stderr.splitlines()
                             if not line.startswith("plumbline: warning: ")]
                    self.assertEqual(len(lines), 1, str(outcome))
                    self.assertIn(f"{name}: ", lines[0])
                    self.assertIn(words, lines[0])


if __name__ == "__main__":
    unittest.main()
