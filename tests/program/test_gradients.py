"""From a snapshot's x, y and parameters alone, an independent network computes the gradients the
program recorded: for every family, activation, loss and initialiser, in both precisions."""
import unittest

import numpy as np

import gradient_cases
import plumb
import reference_parts
from gradient_cases import ACTIVATIONS, CASES, LOSSES, REFERENCES, TOLERANCE


class TheReferencesThemselves(unittest.TestCase):
    """Central differences in float64 are good to about 1e-9 of the gradient at this step."""

    def setUp(self):
        self.random = np.random.default_rng(5)

    def draw(self, shapes):
        return {name: self.random.normal(size=shape) / np.sqrt(max(shape[0], 4))
                for name, shape in shapes.items()}

    def check(self, family, parameters, x, y, network, loss):
        reference = REFERENCES[family]
        gradients = reference.gradients(parameters, x, y, network, loss)
        self.assertEqual(set(gradients), {"d" + name for name in parameters})
        for name, array in parameters.items():
            self.assertEqual(gradients["d" + name].shape, array.shape)
            place = tuple(self.random.integers(0, n) for n in array.shape)

            def loss_at(value):
                moved = {**parameters, name: array.copy()}
                moved[name][place] = value
                return reference_parts.mean_loss(loss, reference.outputs(moved, x, network), y)

            step = 1e-6
            slope = (loss_at(array[place] + step) - loss_at(array[place] - step)) / (2 * step)
            self.assertAlmostEqual(slope, gradients["d" + name][place], delta=1e-8,
                                   msg=f"{name} {network} {loss}")

    def test_mlp(self):
        shapes = {"W1": (5, 6), "b1": (6,), "W2": (6, 6), "b2": (6,), "W3": (6, 3), "b3": (3,)}
        for activation in ACTIVATIONS:
            for loss in LOSSES:
                for residual in (False, True):
                    network = {"activation": activation, "negative_slope": 0.1,
                               "residual": residual}
                    self.check("mlp", self.draw(shapes), self.random.normal(size=(7, 5)),
                               self.random.integers(0, 3, 7), network, loss)

    def test_cnn(self):
        for kernel, pooling, residual in [(1, "max", False), (3, "max", True), (5, "max", False),
                                          (3, "average", False), (1, "average", True),
                                          (5, "none", True)]:
            pooled = pooling != "none" and 7 // 2 >= kernel
            top = 3 * (4 * 3 if pooled else 9 * 7)
            field = kernel * kernel
            shapes = {"W1": (field, 3), "b1": (3,), "W2": (field * 3, 3), "b2": (3,),
                      "W3": (top, 4), "b3": (4,)}
            for activation in ACTIVATIONS:
                network = {"activation": activation, "negative_slope": 0.1, "residual": residual,
                           "kernel": kernel, "pooling": pooling, "pool_every": 2,
                           "image": (9, 7)}
                self.check("cnn", self.draw(shapes), self.random.normal(size=(5, 63)),
                           self.random.integers(0, 4, 5), network, "softmax_cross_entropy")

    def test_rnn(self):
        shapes = {"W1": (5, 5), "U1": (2, 5), "b1": (5,), "W2": (5, 1), "b2": (1,)}
        for activation in ACTIVATIONS:
            network = {"activation": activation, "negative_slope": 0.1, "depth": 7}
            self.check("rnn", self.draw(shapes), self.random.normal(size=(6, 14)),
                       self.random.normal(size=6), network, "mean_squared_error")


class RecordedGradients(plumb.ProgramTest):
    """One test for each case, see the end of the file."""

    def check(self, settings):
        for precision, tolerance in TOLERANCE.items():
            worst = 0.0
            for snapshot in gradient_cases.snapshots(self, settings, precision):
                self.assertEqual(str(snapshot.stored_as), precision)
                expected = snapshot.expected()
                error = snapshot.largest_error(expected)
                worst = max(worst, error)
                if error > tolerance:
                    self.assertLessEqual(error, snapshot.rounding_error(expected), snapshot.case())
            print(f"{self.id().rpartition('.')[2]}, {precision}: largest error {worst:.1e}")

    def test_is_that_of_the_loss_alone(self):
        """Before clipping and weight decay, after division by the loss scale, whoever updates."""
        settings = {**gradient_cases.mlp(3, 12, loss="softmax_cross_entropy"),
                    "train.loss_scale": 1024, "train.gradient_clip": 1e-3,
                    "train.weight_decay": 0.5, "train.optimizer": "adam"}
        self.check(settings)


def add_test(name, settings):
    setattr(RecordedGradients, f"test_{name}", lambda test: test.check(settings))


for case_name, case_settings in CASES.items():
    add_test(case_name, case_settings)


if __name__ == "__main__":
    unittest.main()
