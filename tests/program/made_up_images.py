"""Four files with MNIST's names and format, for tests that need images of a certain size, and for
machines without MNIST."""
import gzip
import random
import struct


def idx_file(magic, sizes, values):
    return gzip.compress(struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + bytes(values))


def write(folder, train=600, test=200, height=12, width=12):
    folder.mkdir()
    generator = random.Random(3)
    for name, samples in (("train", train), ("t10k", test)):
        pixels = generator.randbytes(samples * height * width)
        images = idx_file(0x803, (samples, height, width), pixels)
        labels = idx_file(0x801, (samples,), ((i * 7) % 10 for i in range(samples)))
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(images)
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(labels)
