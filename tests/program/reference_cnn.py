"""A convolutional network in plain numpy float64, tap by tap. Images are (samples, height, width,
channels); network["image"] is (height, width) of the input. Residual: from the second convolution
on, what it is fed with is added to what it hands on, before pooling."""
import numpy as np

import reference_parts as parts

WINDOW = [(0, 0), (0, 1), (1, 0), (1, 1)]  # of 2x2 pooling, row by row


def shifted(images, kernel):
    """(ky, kx, the images as that tap of the kernel sees them, zeros around) for every tap."""
    _, height, width, _ = images.shape
    margin = kernel // 2
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    for ky in range(kernel):
        for kx in range(kernel):
            yield ky, kx, padded[:, ky:ky + height, kx:kx + width]


def taps(W, kernel, channels):
    """(ky, kx, channel in, channel out)."""
    return W.reshape(kernel, kernel, channels, -1)


def convolve(images, W, kernel):
    weights = taps(W, kernel, images.shape[3])
    return sum(seen @ weights[ky, kx] for ky, kx, seen in shifted(images, kernel))


def weight_gradient(images, delta, kernel):
    """Sum over samples and positions; shaped as W."""
    rows = [np.tensordot(seen, delta, axes=([0, 1, 2], [0, 1, 2]))
            for _, _, seen in shifted(images, kernel)]
    return np.concatenate(rows)


def image_gradient(delta, W, kernel, channels):
    samples, height, width, _ = delta.shape
    weights, margin = taps(W, kernel, channels), kernel // 2
    padded = np.zeros((samples, height + 2 * margin, width + 2 * margin, channels))
    for ky in range(kernel):
        for kx in range(kernel):
            padded[:, ky:ky + height, kx:kx + width] += delta @ weights[ky, kx].T
    return padded[:, margin:margin + height, margin:margin + width]


def windows(images):
    """(4, samples, height / 2, width / 2, channels); an odd last row or column is dropped."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    return np.stack([images[:, y:height:2, x:width:2] for y, x in WINDOW])


def pool(images, pooling):
    return windows(images).max(axis=0) if pooling == "max" else windows(images).mean(axis=0)


def unpool(arriving, images, pooling):
    """From the gradient of the pooled images to that of the images. The first of equals is the
    largest."""
    result = np.zeros_like(images)
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    first_largest = windows(images).argmax(axis=0)
    for i, (y, x) in enumerate(WINDOW):
        share = first_largest == i if pooling == "max" else 0.25
        result[:, y:height:2, x:width:2] = share * arriving
    return result


def is_pooled(layer, images, network):
    """After every pool_every-th convolution while the pooled image still holds a kernel."""
    return (network["pooling"] != "none" and layer % network["pool_every"] == 0
            and min(images.shape[1:3]) // 2 >= network["kernel"])


class Convolution:
    """One layer on its way forward: what it was fed with, z, a, and what it handed on."""

    def __init__(self, layer, fed, parameters, network):
        self.fed = fed
        self.z = convolve(fed, parameters[f"W{layer}"], network["kernel"]) + parameters[f"b{layer}"]
        self.a = parts.phi(network, self.z)
        self.skips = network["residual"] and layer > 1
        if self.skips:
            self.a = self.a + fed
        self.pooled = is_pooled(layer, self.a, network)
        self.handed_on = pool(self.a, network["pooling"]) if self.pooled else self.a


def forward(parameters, x, network):
    """The convolutions and the z of the output layer."""
    fed, passed = x.reshape(len(x), *network["image"], 1), []
    last = parts.layers(parameters)
    for layer in range(1, last):
        passed.append(Convolution(layer, fed, parameters, network))
        fed = passed[-1].handed_on
    return passed, fed.reshape(len(x), -1) @ parameters[f"W{last}"] + parameters[f"b{last}"]


def outputs(parameters, x, network):
    return forward(parameters, x, network)[1]


def gradients(parameters, x, y, network, loss):
    """{"dW1": ..., "db1": ...} of the mean loss."""
    passed, z = forward(parameters, x, network)
    last, samples, kernel = parts.layers(parameters), len(x), network["kernel"]
    delta = parts.output_delta(loss, z, y)
    top = passed[-1].handed_on
    result = {f"dW{last}": top.reshape(samples, -1).T @ delta / samples,
              f"db{last}": delta.mean(axis=0)}
    arriving = (delta @ parameters[f"W{last}"].T).reshape(top.shape)
    for layer in range(last - 1, 0, -1):
        here = passed[layer - 1]
        if here.pooled:
            arriving = unpool(arriving, here.a, network["pooling"])
        delta = arriving * parts.phi_prime(network, here.z)
        result[f"dW{layer}"] = weight_gradient(here.fed, delta, kernel) / samples
        result[f"db{layer}"] = delta.sum(axis=(0, 1, 2)) / samples
        below = image_gradient(delta, parameters[f"W{layer}"], kernel, here.fed.shape[3])
        arriving = below + arriving if here.skips else below
    return result


def hidden(parameters, x, network):
    """(z, the four entries of each window where the largest is taken, else None)."""
    return [(here.z, windows(here.a) if here.pooled and network["pooling"] == "max" else None)
            for here in forward(parameters, x, network)[0]]
