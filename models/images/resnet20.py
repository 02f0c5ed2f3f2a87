"""Trains a residual network of ResNet-20's shape (He et al. 2016, section 4.2,
with 1 x 1 convolutions around the blocks that shrink) on colour pictures and
writes resnet20.onnx. One pass over the pictures: the shape is what matters.
Takes three minutes of one core.

    resnet20.py [validate]    only says how it does on validation pictures
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import data

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/images"
COUNT, BATCH = 40000, 50

torch.set_num_threads(1)


class Block(nn.Module):
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
    blocks, before = [], 16
    for after in 16, 32, 64:
        for k in range(3):
            shrinks = k == 0 and after > 16
            blocks.append(Block(before, after, 2 if shrinks else 1))
            before = after
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def train(net, x, y):
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    opt = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 1e-2, len(x) // BATCH)
    net.train()
    for pick in torch.randperm(len(x)).split(BATCH):
        loss = F.cross_entropy(net(x[pick]), y[pick], label_smoothing=0.05)
        opt.zero_grad()
        loss.backward()
        opt.step()
        plan.step()
    net.eval()


def accuracy(net, x, y):
    with torch.no_grad():
        found = [net(part).argmax(1) for part in torch.from_numpy(x).split(100)]
    return (torch.cat(found).numpy() == y).mean()


def main():
    torch.manual_seed(21)
    net = network()
    (train_x, train_y), (x, y) = data.load(COUNT)
    train(net, train_x, train_y)
    print(f"resnet20: {sum(p.numel() for p in net.parameters())} parameters, "
          f"{accuracy(net, x, y):.2%} of {len(y)} validation pictures")
    if sys.argv[1:] == ["validate"]:
        return
    calibrate = x[:160]
    x, y = data.load_test()
    print(f"resnet20: {accuracy(net, x, y):.2%} of {len(y)} test pictures")
    x, y = x[:4], y[:4]  # the exact network is slow where tests compute it
    with torch.no_grad():
        logits = net(torch.from_numpy(x)).numpy()
    torch.onnx.export(
        net, torch.from_numpy(x[:1]), str(HERE / "resnet20.onnx"),
        opset_version=13, input_names=["picture"], output_names=["logits"],
        dynamic_axes={"picture": {0: "N"}, "logits": {0: "N"}})
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "resnet20_calibrate.npy", calibrate)
    np.save(TESTDATA / "resnet20_test.npy", x)
    np.save(TESTDATA / "resnet20_test_labels.npy", y)
    np.save(TESTDATA / "resnet20_expect.npy", logits)


if __name__ == "__main__":
    main()
