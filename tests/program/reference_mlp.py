"""A fully connected network in plain numpy float64. Residual: from the second hidden layer on, what
a layer is fed with is added to what it hands on."""
import reference_parts as parts


def forward(parameters, x, network):
    """z of every layer, and what each layer is fed with."""
    z, fed, last = [], [x], parts.layers(parameters)
    for layer in range(1, last + 1):
        z.append(fed[-1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"])
        if layer < last:
            a = parts.phi(network, z[-1])
            fed.append(a + fed[-1] if network["residual"] and layer > 1 else a)
    return z, fed


def outputs(parameters, x, network):
    return forward(parameters, x, network)[0][-1]


def gradients(parameters, x, y, network, loss):
    """{"dW1": ..., "db1": ...} of the mean loss."""
    z, fed = forward(parameters, x, network)
    last = parts.layers(parameters)
    result = {}
    arriving = None  # d loss / d what a layer hands on
    for layer in range(last, 0, -1):
        if layer == last:
            delta = parts.output_delta(loss, z[-1], y)
        else:
            delta = arriving * parts.phi_prime(network, z[layer - 1])
        result[f"dW{layer}"] = fed[layer - 1].T @ delta / len(x)
        result[f"db{layer}"] = delta.mean(axis=0)
        below = delta @ parameters[f"W{layer}"].T
        if network["residual"] and 1 < layer < last:
            below = below + arriving
        arriving = below
    return result


def hidden(parameters, x, network):
    """(z, None) of every hidden layer: nothing is pooled."""
    return [(z, None) for z in forward(parameters, x, network)[0][:-1]]
