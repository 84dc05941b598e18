"""The MPI library's own sums, allreduce.algorithm = "mpi", against those of the tree."""
import shutil
import unittest

import h5py
import numpy as np

from allreduce_studies import MLP, RNN, SMALL, Layouts, histories


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
