"""When the gradient's buckets travelled is recorded on request, and changes nothing else."""
import unittest

import h5py
import numpy as np

import plumb

STUDY = """
    network.depth = 5
    network.width = 48
    train.batch = 64
    train.slice = 8
    train.steps = 5
    record.every = 2
    allreduce.bucket_kib = 8
"""
TIMES = ["ready_seconds", "finish_seconds", "exposed_seconds"]


class Buckets(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)

    def history(self, name, *settings, ranks=2, threads=1):
        """Trains with these settings; returns the file."""
        arguments = [part for setting in settings for part in ("--set", setting)]
        return self.only_history(self.train(self.study, name, *arguments, ranks=ranks,
                                            threads=threads))

    def assert_same_bits(self, a, b):
        self.run_program("compare", "--exact", a, b)

    def check_group(self, path, scalar_bytes=4):
        with h5py.File(path) as file:
            group = file["timing/buckets"]
            np.testing.assert_array_equal(group["step"], [0, 2, 4])
            first, last = group["first_layer"][:], group["last_layer"][:]
            # All parameters, each once, from the output layer down to the first.
            self.assertEqual(last[0], len(file["model/layer"]))
            self.assertEqual(first[-1], 1)
            self.assertTrue(np.all(np.diff(first) <= 0) and np.all(np.diff(last) <= 0))
            # Weights and biases of a layer are each filled up to a cache line of 64 bytes, which is
            # up to 15 numbers of 4 bytes.
            parameters = file["model"].attrs["parameters"]
            numbers = group["bytes"][:].sum() / scalar_bytes
            self.assertLessEqual(parameters, numbers)
            self.assertLessEqual(numbers, parameters + 2 * 15 * len(file["model/layer"]))
            self.assertLessEqual(group["bytes"][:].max(), 8 * 1024)
            ready, finish, exposed = (group[name][...] for name in TIMES)
            self.assertEqual(ready.shape, (3, len(first)))
            self.assertTrue(np.all(ready > 0) and np.all(exposed >= 0))
            # Slowest ranks of both: the one that was ready last cannot have finished before.
            self.assertTrue(np.all(ready <= finish))

    def test_are_recorded_on_request_for_every_family(self):
        for family, more in (("mlp", []), ("cnn", ["network.width=8", "network.depth=3"]),
                             ("rnn", ["network.depth=4"])):
            with self.subTest(family):
                path = self.history(family, "record.buckets=true", f"network.family={family}",
                                    *more)
                self.check_group(path)
                info = self.run_program("info", path).stdout
                self.assertRegex(info, r"communication +[0-9.e+]+ ms exposed, [0-9.e+]+ ms hidden")

    def test_of_shared_weights_belong_to_all_time_steps(self):
        path = self.history("rnn", "record.buckets=true", "network.family=rnn", "network.depth=4")
        with h5py.File(path) as file:
            group = file["timing/buckets"]
            layers = set(zip(group["first_layer"][:].tolist(), group["last_layer"][:].tolist()))
            # The output layer has 48 x 9 + 9 parameters, which is less than 8 KiB: one bucket.
            self.assertEqual(layers, {(5, 5), (1, 4)})

    def test_are_as_large_as_numbers_on_the_wire(self):
        self.check_group(self.history("half", "record.buckets=true", "allreduce.wire=bfloat16"),
                         scalar_bytes=2)
        self.check_group(self.history("double", "record.buckets=true", "train.precision=float64"),
                         scalar_bytes=8)

    def test_leave_no_group_behind_where_nothing_travels_or_nobody_asked(self):
        for name, settings, ranks in (("one", ["record.buckets=true"], 1), ("two", [], 2)):
            with self.subTest(name), h5py.File(self.history(name, *settings, ranks=ranks)) as file:
                self.assertIn("seconds", file["timing"])
                self.assertNotIn("buckets", file["timing"])

    def test_change_no_bit_of_anything_else(self):
        plain = self.history("plain")
        self.assert_same_bits(plain, self.history("asked", "record.buckets=true"))
        self.assert_same_bits(plain, self.history("alone", "record.buckets=true", ranks=1))
        self.assert_same_bits(plain, self.history("late", "allreduce.overlap=false",
                                                  "allreduce.bucket_kib=1024"))

    def test_of_narrow_numbers_change_bits_with_the_number_of_ranks_alone(self):
        narrow = self.history("narrow", "allreduce.wire=bfloat16", ranks=2)
        self.assert_same_bits(narrow, self.history(
            "other", "allreduce.wire=bfloat16", "allreduce.overlap=false",
            "allreduce.bucket_kib=1024", ranks=2, threads=2))
        self.run_program("compare", "--exact", narrow, self.history("float32", ranks=2), code=2)
        # Nothing travels, so nothing is rounded.
        self.assert_same_bits(self.history("alone", "allreduce.wire=bfloat16", ranks=1),
                              self.history("reference", ranks=1))


if __name__ == "__main__":
    unittest.main()
