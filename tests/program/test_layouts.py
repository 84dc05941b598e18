"""The same study gives the same bits on every layout, and `compare --exact` can tell."""
import gzip
import struct
import unittest

import plumb

LAYOUTS = [(1, 1), (1, 2), (2, 1), (2, 2), (4, 1), (8, 1)]  # ranks x threads

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


def idx_file(magic, sizes, values):
    return gzip.compress(struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + bytes(values))


def write_made_up_digits(folder, train=600, test=200, side=12):
    """Four files with MNIST's names and format, for machines without MNIST."""
    folder.mkdir()
    for name, samples in (("train", train), ("t10k", test)):
        pixels = ((i * 2654435761 >> 7) & 255 for i in range(samples * side * side))
        images = idx_file(0x803, (samples, side, side), pixels)
        labels = idx_file(0x801, (samples,), ((i * 7) % 10 for i in range(samples)))
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(images)
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(labels)


class SameBitsOnEveryLayout(plumb.ProgramTest):
    def train_on_all(self, study, name, *arguments):
        return [self.train(study, f"{name} {ranks}x{threads}", *arguments, ranks=ranks,
                           threads=threads)
                for ranks, threads in LAYOUTS]

    def expect_equal(self, first, others):
        for other in others:
            self.run_program("compare", "--exact", first, other)

    def test_on_generated_shapes_in_both_precisions(self):
        study = self.write("shapes.toml", STUDY.format(
            activations='["sigmoid", "relu"]', data='source = "shapes"'))
        for precision in ("float32", "float64"):
            with self.subTest(precision=precision):
                results = self.train_on_all(study, precision, "--set",
                                            f"train.precision={precision}")
                self.expect_equal(results[0], results[1:])

    def test_on_images_read_from_files(self):
        data_dir = plumb.data_dir()
        if data_dir is None:
            write_made_up_digits(self.folder / "mnist")
            data_dir = self.folder
        study = self.write("digits.toml", STUDY.format(
            activations='["tanh", "leaky_relu"]', data='source = "idx"\npath = "mnist"'))
        results = self.train_on_all(study, "digits", "--data-dir", data_dir)
        self.expect_equal(results[0], results[1:])

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
        import h5py
        study = self.write("bit.toml", STUDY.format(
            activations='"tanh"', data='source = "shapes"'))
        one = self.train(study, "one")
        two = self.train(study, "two")
        with h5py.File(self.only_history(two), "r+") as history:
            loss = history["training/loss"]
            loss[4] *= 1 + 2.0 ** -52
        outcome = self.run_program("compare", "--exact", one, two, code=2)
        self.assertIn("training/loss", outcome.stdout + outcome.stderr)


if __name__ == "__main__":
    unittest.main()
