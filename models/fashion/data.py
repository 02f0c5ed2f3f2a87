"""Fashion-MNIST from Debian's package dataset-fashion-mnist: 28 x 28 grey
pictures of ten kinds of clothes, 60,000 to train on and 10,000 to test with.
The last 5,000 of the first are kept for validation.

Pixels are float32 in [0, 1], a picture 1 x 28 x 28.
"""

import gzip
import pathlib

import numpy as np

SOURCE = pathlib.Path("/usr/share/datasets/fashion-mnist")
VALIDATION = 5000


def read(name, header, shape):
    raw = gzip.decompress((SOURCE / f"{name}-ubyte.gz").read_bytes())
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def pictures(part):
    x = read(f"{part}-images-idx3", 16, (-1, 1, 28, 28))
    y = read(f"{part}-labels-idx1", 8, -1)
    return x.astype(np.float32) / np.float32(255), y.astype(np.int64)


def load():
    """Returns (train_x, train_y), (validation_x, validation_y)."""
    x, y = pictures("train")
    return (x[:-VALIDATION], y[:-VALIDATION]), (x[-VALIDATION:], y[-VALIDATION:])


def load_test():
    return pictures("t10k")
