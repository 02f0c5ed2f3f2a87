"""Colour pictures of clothes: Fashion-MNIST (../fashion/data.py) on canvases of
3 x 32 x 32, moved by up to two pixels each way, some mirrored, in a random
colour on a random background. Pixels are float32 in [0, 1].
"""

import importlib.util
import pathlib

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "fashion/data.py"
spec = importlib.util.spec_from_file_location("fashion_data", SOURCE)
fashion = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fashion)


def coloured(x, seed):
    """Turns n x 1 x 28 x 28 into n x 3 x 32 x 32."""
    rng = np.random.default_rng(seed)
    n = len(x)
    canvas = np.zeros((n, 1, 32, 32), np.float32)
    down, right = rng.integers(0, 5, (2, n))
    mirrored = rng.random(n) < 0.5
    for k in range(n):
        picture = x[k, :, :, ::-1] if mirrored[k] else x[k]
        canvas[k, :, down[k]:down[k] + 28, right[k]:right[k] + 28] = picture
    colour = rng.uniform(0.5, 1, (n, 3, 1, 1)).astype(np.float32)
    background = rng.uniform(0, 0.4, (n, 3, 1, 1)).astype(np.float32)
    return background + canvas * (colour - background)


def load(count):
    """Returns so many pictures to train on and 1,000 to validate with, each
    as (x, y)."""
    (x, y), (more_x, more_y) = fashion.load()
    return ((coloured(x[:count], 1), y[:count]),
            (coloured(more_x[:1000], 2), more_y[:1000]))


def load_test():
    """Returns 2,000 test pictures and their labels."""
    x, y = fashion.load_test()
    return coloured(x[:2000], 3), y[:2000]
