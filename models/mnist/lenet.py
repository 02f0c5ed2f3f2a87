"""Trains LeNet-5 with average pools and one of three activations, and writes
lenet.onnx (ReLU), lenet_tanh.onnx or lenet_square.onnx (x*x).

    lenet.py relu | tanh | square
"""

import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

import fit


class Net(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.activation = activation
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.dense1 = nn.Linear(16 * 5 * 5, 120)
        self.dense2 = nn.Linear(120, 84)
        self.out = nn.Linear(84, 10)

    def forward(self, x):
        return self.pre(x)[-1]

    def pre(self, x):
        act = self.activation
        first = self.conv1(x.view(-1, 1, 28, 28))
        second = self.conv2(F.avg_pool2d(act(first), 2))
        third = self.dense1(F.avg_pool2d(act(second), 2).flatten(1))
        fourth = self.dense2(act(third))
        return [first.flatten(1), second.flatten(1), third, fourth,
                self.out(act(fourth))]


def square(x):
    return x * x


# Squares need values that stay small; the others keep theirs small enough.
KINDS = {
    "relu": ("lenet", 7, torch.relu, 6),
    "tanh": ("lenet_tanh", 8, torch.tanh, math.inf),
    "square": ("lenet_square", 9, square, 3),
}

if __name__ == "__main__":
    name, seed, activation, limit = KINDS[sys.argv[1]]
    torch.manual_seed(seed)
    net = Net(activation)
    fit.fit(net, epochs=25, pre_limit=limit, logit_limit=12)
    fit.report_and_export(name, net, opset=13, shape=(1, 28, 28))
