"""A fully connected network in plain numpy float64, written from the definitions of the contract
and sharing nothing with the program: what a snapshot's gradients are held against."""
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


def one_hot(y, classes):
    return np.eye(classes)[y]


def mean_loss(loss, z, y):
    """The batch's loss from the output layer's z (batch, classes) and the classes y (batch)."""
    target = one_hot(y, z.shape[1])
    if loss == "softmax_cross_entropy":
        per_sample = np.logaddexp.reduce(z, axis=1) - np.sum(target * z, axis=1)
    elif loss == "sigmoid_cross_entropy":
        per_sample = np.sum(np.logaddexp(0, z) - target * z, axis=1)
    else:
        per_sample = 0.5 * np.sum((z - target) ** 2, axis=1)
    return per_sample.mean()


def output_delta(loss, z, y):
    """d loss(x) / d z of the output layer: (batch, classes)."""
    target = one_hot(y, z.shape[1])
    if loss == "softmax_cross_entropy":
        return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]) - target
    if loss == "sigmoid_cross_entropy":
        return sigmoid(z) - target
    return z - target


def pre_activations(weights, biases, x, activation, slope=0.01):
    """z of every layer, and what each layer is fed with."""
    phi, _ = ACTIVATIONS[activation]
    inputs, z = [x], []
    for W, b in zip(weights, biases):
        z.append(inputs[-1] @ W + b)
        inputs.append(phi(z[-1], slope))
    return z, inputs[:-1]


def gradients(weights, biases, x, y, activation, loss, slope=0.01):
    """([dW1, ...], [db1, ...]) of the mean loss. W: (fan_in, fan_out)."""
    _, phi_prime = ACTIVATIONS[activation]
    z, inputs = pre_activations(weights, biases, x, activation, slope)
    delta = output_delta(loss, z[-1], y)
    dW, db = [], []
    for layer in reversed(range(len(weights))):
        dW.insert(0, inputs[layer].T @ delta / len(x))
        db.insert(0, delta.mean(axis=0))
        if layer > 0:
            delta = (delta @ weights[layer].T) * phi_prime(z[layer - 1], slope)
    return dW, db
