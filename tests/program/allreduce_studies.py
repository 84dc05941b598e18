"""Studies on many layouts, for the tests of how the gradient travels. A study that ends with WAYS
sweeps buckets and overlap: every start of mpirun tests six ways."""
import shutil

import h5py

import plumb

BUCKETS = (16, 1024, 65536)  # KiB
WAYS = """
    allreduce.overlap = [true, false]
    allreduce.bucket_kib = [16, 1024, 65536]
    record.buckets = true
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
