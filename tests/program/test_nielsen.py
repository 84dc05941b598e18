"""Nielsen, Neural Networks and Deep Learning, chapter 5: the gradient of [784,30,30,30,30,10] on
the first 1,000 MNIST images, full batch, rises strictly from the first to the last hidden layer."""
import unittest

import plumb

STUDY = """
    [network]
    depth = 4
    width = 30
    activation = "sigmoid"
    init = "scaled"
    weight_variance = 1
    bias_variance = 1
    [data]
    source = "idx"
    path = "mnist"
    samples = 1000
    [train]
    batch = 1000
    slice = 125
    steps = 500
    learning_rate = 0.1
    weight_decay = 0.005  # times the learning rate: W shrinks by 5e-4 a step
    loss = "sigmoid_cross_entropy"
"""

# 95 % of seeds at step 0, first hidden layer first.
BANDS = [(0.0011, 0.0041), (0.0065, 0.0207), (0.034, 0.094), (0.189, 0.430)]


class Nielsen(plumb.ProgramTest):
    def delta_mean_norm(self, seed):
        """||mean over samples of delta||: (steps, hidden layers)."""
        import h5py
        results = self.train(self.write("nielsen.toml", STUDY), f"seed{seed}",
                             "--set", f"train.seed={seed}", "--data-dir", plumb.data_dir(), ranks=2)
        with h5py.File(self.only_history(results)) as history:
            return history["gradients/delta_mean_norm"][:, :4]

    def test_the_norms_lie_in_the_bands_and_rise_in_every_step(self):
        # Fixed seeds, so this is no game of chance: each was seen to lie inside.
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                norms = self.delta_mean_norm(seed)
                self.assertEqual(norms.shape, (500, 4))
                for layer, (low, high) in enumerate(BANDS):
                    self.assertGreater(norms[0, layer], low, f"hidden layer {layer + 1}")
                    self.assertLess(norms[0, layer], high, f"hidden layer {layer + 1}")
                self.assertTrue((norms[:, 1:] > norms[:, :-1]).all())


if __name__ == "__main__":
    if plumb.data_dir() is None:
        plumb.skip_all("MNIST is not there; data/fetch.sh gets it")
    unittest.main()
