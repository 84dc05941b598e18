"""Arrays as numpy writes them and CIFAR's files: the same bits as the same images in HDF5, alone and
on several ranks, and one clear line for what cannot be used."""
import unittest

import h5py
import numpy

import plumb

INPUT_OUTPUT = 3

STUDY = """\
[network]
family = "cnn"
depth = 2
width = 5
activation = "tanh"
[data]
source = "npy"
path = "colours.npz"
[train]
batch = 16
slice = 4
steps = 3
"""


class Arrays(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)
        generator = numpy.random.default_rng(2)
        self.x = generator.integers(0, 256, (50, 32, 32, 3), numpy.uint8)
        self.x[0, 0, 0] = 255  # what a pixel is divided by, as with cifar
        self.y = numpy.arange(50) % 10

    def history(self, *settings, **options):
        self.runs = getattr(self, "runs", 0) + 1
        overrides = [word for setting in settings for word in ("--set", setting)]
        return self.only_history(self.train(self.study, f"results{self.runs}", "--data-dir",
                                            self.folder, *overrides, **options))

    def test_colours_give_the_same_bits_from_every_source_on_every_layout(self):
        planes = numpy.ascontiguousarray(self.x.transpose(0, 3, 1, 2))
        numpy.savez(self.folder / "colours.npz", x=self.x, y=self.y)
        numpy.savez_compressed(self.folder / "planes.npz", x_train=planes, y_train=self.y)
        numpy.save(self.folder / "x.npy", self.x.astype("f4"))
        numpy.save(self.folder / "y.npy", self.y.astype("u1")[:, None])
        with h5py.File(self.folder / "colours.h5", "w") as file:
            file["x"], file["y"] = planes, self.y
        records = numpy.hstack([self.y.astype("u1")[:, None], planes.reshape(50, -1)])
        for i in range(5):
            self.write(f"cifar/data_batch_{i + 1}.bin", records[10 * i:10 * i + 10].tobytes())
        expected = self.history(ranks=2, threads=2)
        for settings in (("data.path=planes.npz",), ("data.path=x.npy",),
                         ("data.source=hdf5", "data.path=colours.h5"),
                         ("data.source=cifar", "data.path=cifar")):
            with self.subTest(settings=settings):
                self.run_program("compare", "--exact", expected, self.history(*settings))

    def test_transposed_images_are_transposed(self):
        numpy.savez(self.folder / "colours.npz", x=self.x[:, :, :20], y=self.y)
        turned = numpy.ascontiguousarray(self.x[:, :, :20].transpose(0, 2, 1, 3))
        numpy.savez(self.folder / "turned.npz", x=turned, y=self.y)
        self.run_program("compare", "--exact", self.history("data.path=turned.npz"),
                         self.history("data.transpose=true"))

    def test_arrays_that_cannot_be_used_are_told_in_one_line(self):
        numpy.savez(self.folder / "colours.npz", x=numpy.asfortranarray(self.x), y=self.y)
        for ranks in (None, 2):
            outcome = plumb.run(["run", self.study, "-o", self.folder / "results", "--data-dir",
                                 self.folder, "--quiet"], ranks=ranks)
            self.assertEqual(outcome.code, INPUT_OUTPUT, str(outcome))
            errors = [line for line in outcome.stderr.splitlines() if "error" in line]
            self.assertEqual(len(errors), 1, str(outcome))
            self.assertIn("colours.npz: x.npy: is in Fortran order; C order", errors[0])


if __name__ == "__main__":
    unittest.main()
