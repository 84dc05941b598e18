"""h_t = phi(W h_{t-1} + U x_t + b), h_0 = 0, and an output layer after the last step, in plain
numpy float64: a loop over time, forwards and backwards."""
import numpy as np

import reference_parts as parts


def steps_of(x, network):
    """A sample's numbers are dealt out to the time steps in order: [x_1, ..., x_T]."""
    return np.split(x, network["depth"], axis=1)


def forward(parameters, x, network):
    """z_1 .. z_T and h_0 .. h_T."""
    z, h = [], [np.zeros((len(x), len(parameters["b1"])))]
    for x_t in steps_of(x, network):
        z.append(h[-1] @ parameters["W1"] + x_t @ parameters["U1"] + parameters["b1"])
        h.append(parts.phi(network, z[-1]))
    return z, h


def outputs(parameters, x, network):
    return forward(parameters, x, network)[1][-1] @ parameters["W2"] + parameters["b2"]


def gradients(parameters, x, y, network, loss):
    """{"dW1": ..., "dU1": ..., "db1": ..., "dW2": ..., "db2": ...} of the mean loss."""
    z, h = forward(parameters, x, network)
    inputs = steps_of(x, network)
    delta = parts.output_delta(loss, outputs(parameters, x, network), y)
    result = {"dW2": h[-1].T @ delta / len(x), "db2": delta.mean(axis=0)}
    for name in ("W1", "U1", "b1"):
        result["d" + name] = np.zeros_like(parameters[name])
    arriving = delta @ parameters["W2"].T  # d loss / d h_t
    for t in range(network["depth"], 0, -1):
        delta = arriving * parts.phi_prime(network, z[t - 1])
        result["dW1"] += h[t - 1].T @ delta / len(x)
        result["dU1"] += inputs[t - 1].T @ delta / len(x)
        result["db1"] += delta.mean(axis=0)
        arriving = delta @ parameters["W1"].T
    return result


def hidden(parameters, x, network):
    """(z, None) of every time step: nothing is pooled."""
    return [(z, None) for z in forward(parameters, x, network)[0]]
