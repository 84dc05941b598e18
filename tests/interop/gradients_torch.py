"""The gradients of snapshots against PyTorch's automatic differentiation, for all families and in
both precisions. Ends as "not run" where PyTorch is not installed: it is large."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "program"))
import plumb  # noqa: E402  (found through the path above)

try:
    import torch
except ImportError as error:
    plumb.skip_all(f"no PyTorch (apt-get install python3-torch): {error}")

from torch.nn import functional  # noqa: E402

import gradient_cases  # noqa: E402

ACTIVATIONS = {
    "sigmoid": lambda z, slope: torch.sigmoid(z),
    "tanh": lambda z, slope: torch.tanh(z),
    "relu": lambda z, slope: functional.relu(z),
    "leaky_relu": functional.leaky_relu,
    "linear": lambda z, slope: z,
}


def phi(network, z):
    return ACTIVATIONS[network["activation"]](z, network["negative_slope"])


def mlp(p, x, network):
    last = sum(name.startswith("W") for name in p)
    for layer in range(1, last):
        a = phi(network, functional.linear(x, p[f"W{layer}"].T, p[f"b{layer}"]))
        x = a + x if network["residual"] and layer > 1 else a
    return functional.linear(x, p[f"W{last}"].T, p[f"b{last}"])


def cnn(p, x, network):
    """PyTorch's images are (sample, channel, height, width), its kernels (out, in, ky, kx)."""
    kernel, last = network["kernel"], sum(name.startswith("W") for name in p)
    x = x.reshape(len(x), 1, *network["image"])
    for layer in range(1, last):
        weights = p[f"W{layer}"].reshape(kernel, kernel, x.shape[1], -1).permute(3, 2, 0, 1)
        a = phi(network, functional.conv2d(x, weights, p[f"b{layer}"], padding=kernel // 2))
        x = a + x if network["residual"] and layer > 1 else a
        due = network["pooling"] != "none" and layer % network["pool_every"] == 0
        if due and min(x.shape[2:]) // 2 >= kernel:
            pool = functional.max_pool2d if network["pooling"] == "max" else functional.avg_pool2d
            x = pool(x, 2)
    return functional.linear(x.permute(0, 2, 3, 1).flatten(1), p[f"W{last}"].T, p[f"b{last}"])


def rnn(p, x, network):
    h = x.new_zeros(len(x), len(p["b1"]))
    for x_t in x.split(x.shape[1] // network["depth"], dim=1):
        h = phi(network, h @ p["W1"] + x_t @ p["U1"] + p["b1"])
    return functional.linear(h, p["W2"].T, p["b2"])


NETWORKS = {"mlp": mlp, "cnn": cnn, "rnn": rnn}


def mean_loss(loss, z, y):
    if loss == "softmax_cross_entropy":
        return functional.cross_entropy(z, y)
    target = functional.one_hot(y, z.shape[1]) if not y.is_floating_point() else y.reshape(-1, 1)
    target = target.to(z.dtype)
    if loss == "sigmoid_cross_entropy":
        return functional.binary_cross_entropy_with_logits(z, target, reduction="sum") / len(z)
    return 0.5 * functional.mse_loss(z, target, reduction="sum") / len(z)


def gradients(snapshot, dtype):
    """By automatic differentiation, computed in dtype."""
    parameters = {name: torch.tensor(array, dtype=dtype, requires_grad=True)
                  for name, array in snapshot.parameters.items()}
    y = torch.tensor(snapshot.y)
    z = NETWORKS[snapshot.network["family"]](parameters, torch.tensor(snapshot.x, dtype=dtype),
                                             snapshot.network)
    mean_loss(snapshot.loss, z, y if y.is_floating_point() else y.long()).backward()
    return {"d" + name: array.grad.double().numpy() for name, array in parameters.items()}


class Gradients(plumb.ProgramTest):
    """One test for each case, see the end of the file."""

    def check(self, settings):
        """Against PyTorch in float64; its own error in float32 is shown for comparison."""
        for precision, tolerance in gradient_cases.TOLERANCE.items():
            worst, worst_of_torch = 0.0, 0.0
            for snapshot in gradient_cases.snapshots(self, settings, precision):
                expected = gradients(snapshot, torch.float64)
                error = snapshot.largest_error(expected)
                worst = max(worst, error)
                if precision == "float32":
                    single = gradients(snapshot, torch.float32)
                    worst_of_torch = max(worst_of_torch, max(
                        gradient_cases.relative_error(single[name], expected[name])
                        for name in expected))
                self.assertLessEqual(error, tolerance, snapshot.case())
            note = f" (PyTorch in float32: {worst_of_torch:.1e})" if worst_of_torch else ""
            print(f"{self.id().rpartition('.')[2]}, {precision}: largest error {worst:.1e}{note}")


def add_test(name, settings):
    setattr(Gradients, f"test_{name}", lambda test: test.check(settings))


for case_name, case_settings in gradient_cases.CASES.items():
    add_test(case_name, case_settings)


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
