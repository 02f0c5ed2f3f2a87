"""Trains a one-dimensional convolutional autoencoder on vibrations of healthy
bearings alone and writes conv_autoencoder.onnx, whose output is an anomaly
score: how badly, in the mean square, it redraws the record.

    conv_autoencoder.py [validate]    only says how it does on validation records
"""

import pathlib
import sys

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

import bearings

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/vibration"

torch.set_num_threads(1)


class Score(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv1d(1, 8, 16, stride=4, padding=6), nn.Tanh(),
            nn.Conv1d(8, 4, 8, stride=4, padding=2))
        self.decode = nn.Sequential(
            nn.ConvTranspose1d(4, 8, 8, stride=4, padding=2), nn.Tanh(),
            nn.ConvTranspose1d(8, 1, 16, stride=4, padding=6))

    def forward(self, x):
        residual = x - self.decode(self.encode(x))
        return (residual * residual).mean(2)


def train(net, x, epochs=25):
    x = torch.from_numpy(x)
    steps = -(-len(x) // 50)
    opt = torch.optim.AdamW(net.parameters(), weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 1e-2, epochs * steps)
    for _ in range(epochs):
        for pick in torch.randperm(len(x)).split(50):
            opt.zero_grad()
            net(x[pick]).mean().backward()
            opt.step()
            plan.step()
    net.eval()


def judged(net, x, labels):
    """Returns the scores, after saying how they part healthy and damaged."""
    with torch.no_grad():
        scores = net(torch.from_numpy(x)).numpy()
    good, bad = scores[labels == 0], scores[labels > 0]
    print(f"conv_autoencoder: AUC {roc_auc_score(labels > 0, scores[:, 0]):.4f} "
          f"on {len(x)} records; healthy {good.min():.3f} to {good.max():.3f}, "
          f"damaged {bad.min():.3f} to {bad.max():.3f}")
    return scores


def main():
    torch.manual_seed(16)
    net = Score()
    train(net, bearings.batch(17, [3000, 0, 0, 0])[0])
    judged(net, *bearings.batch(18, [600, 200, 200, 200]))
    if sys.argv[1:] == ["validate"]:
        return
    x, y = bearings.batch(19, [600, 200, 200, 200])
    scores = judged(net, x, y)
    torch.onnx.export(
        net, torch.from_numpy(x[:1]), str(HERE / "conv_autoencoder.onnx"),
        opset_version=13, input_names=["signal"], output_names=["score"],
        dynamic_axes={"signal": {0: "N"}, "score": {0: "N"}})
    calibrate, _ = bearings.batch(20, [384, 43, 43, 42])
    np.save(TESTDATA / "conv_autoencoder_calibrate.npy", calibrate)
    np.save(TESTDATA / "conv_autoencoder_test.npy", x[:200])
    np.save(TESTDATA / "conv_autoencoder_test_labels.npy", y[:200])
    np.save(TESTDATA / "conv_autoencoder_expect.npy", scores[:200])


if __name__ == "__main__":
    main()
