"""Trains a small residual network on Fashion-MNIST and writes residual.onnx.
Takes about four minutes of one core.

    residual.py [validate]    only says how it does on the validation pictures
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import data

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/fashion"
EPOCHS = 6

torch.set_num_threads(1)


class Block(nn.Module):
    """Two convolutions and a way around them; where the picture shrinks, the
    way around is a 1 x 1 convolution."""

    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        self.around = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(before, after, 1, stride, bias=False),
            nn.BatchNorm2d(after))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.around(x))


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def train(net, x, y):
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    steps = -(-len(x) // 100)
    opt = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 1e-2, EPOCHS * steps)
    net.train()
    for _ in range(EPOCHS):
        for pick in torch.randperm(len(x)).split(100):
            some = x[pick]
            if torch.rand(()) < 0.5:
                some = some.flip(3)
            loss = F.cross_entropy(net(some), y[pick], label_smoothing=0.05)
            opt.zero_grad()
            loss.backward()
            opt.step()
            plan.step()
    net.eval()


def accuracy(net, x, y):
    with torch.no_grad():
        found = [net(part).argmax(1) for part in torch.from_numpy(x).split(500)]
    return (torch.cat(found).numpy() == y).mean()


def main():
    torch.manual_seed(15)
    net = network()
    (train_x, train_y), (x, y) = data.load()
    train(net, train_x, train_y)
    print(f"residual: {sum(p.numel() for p in net.parameters())} parameters, "
          f"{accuracy(net, x, y):.2%} of {len(y)} validation pictures")
    if sys.argv[1:] == ["validate"]:
        return
    calibrate = x[:500]
    x, y = data.load_test()
    print(f"residual: {accuracy(net, x, y):.2%} of {len(y)} test pictures")
    x, y = x[:200], y[:200]
    with torch.no_grad():
        logits = net(torch.from_numpy(x)).numpy()
    torch.onnx.export(
        net, torch.from_numpy(x[:1]), str(HERE / "residual.onnx"),
        opset_version=13, input_names=["picture"], output_names=["logits"],
        dynamic_axes={"picture": {0: "N"}, "logits": {0: "N"}})
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "residual_calibrate.npy", calibrate)
    np.save(TESTDATA / "residual_test.npy", x)
    np.save(TESTDATA / "residual_test_labels.npy", y)
    np.save(TESTDATA / "residual_expect.npy", logits)


if __name__ == "__main__":
    main()
