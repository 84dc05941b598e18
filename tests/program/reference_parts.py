"""What the independent networks of this folder share: activations and losses in plain numpy
float64, written from the definitions of the contract and sharing nothing with the program.

Of all of them: `parameters` are a snapshot's arrays by name (W1, b1, ...), `network` is the study's
[network] as a dict, y holds classes (integers) or values to be predicted (floats)."""
import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


ACTIVATIONS = {
    # name: (phi, phi'), the slope is used by leaky_relu alone
    "sigmoid": (lambda z, slope: sigmoid(z), lambda z, slope: sigmoid(z) * sigmoid(-z)),
    "tanh": (lambda z, slope: np.tanh(z), lambda z, slope: 4 * sigmoid(2 * z) * sigmoid(-2 * z)),
    "relu": (lambda z, slope: np.maximum(z, 0), lambda z, slope: (z > 0) * 1.0),
    "leaky_relu": (lambda z, slope: np.where(z > 0, z, slope * z),
                   lambda z, slope: np.where(z > 0, 1.0, slope)),
    "linear": (lambda z, slope: z, lambda z, slope: np.ones_like(z)),
}


def phi(network, z):
    return ACTIVATIONS[network["activation"]][0](z, network["negative_slope"])


def phi_prime(network, z):
    return ACTIVATIONS[network["activation"]][1](z, network["negative_slope"])


def target(y, outputs):
    """(batch, outputs): one-hot for classes, the value itself for regression."""
    if np.issubdtype(y.dtype, np.integer):
        return np.eye(outputs)[y]
    return y.reshape(-1, 1)


def mean_loss(loss, z, y):
    """The batch's loss from the output layer's z (batch, outputs)."""
    wanted = target(y, z.shape[1])
    if loss == "softmax_cross_entropy":
        per_sample = np.logaddexp.reduce(z, axis=1) - np.sum(wanted * z, axis=1)
    elif loss == "sigmoid_cross_entropy":
        per_sample = np.sum(np.logaddexp(0, z) - wanted * z, axis=1)
    else:
        per_sample = 0.5 * np.sum((z - wanted) ** 2, axis=1)
    return per_sample.mean()


def output_delta(loss, z, y):
    """d loss(x) / d z of the output layer: (batch, outputs)."""
    wanted = target(y, z.shape[1])
    if loss == "softmax_cross_entropy":
        return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]) - wanted
    if loss == "sigmoid_cross_entropy":
        return sigmoid(z) - wanted
    return z - wanted


def layers(parameters):
    return sum(name.startswith("W") for name in parameters)
