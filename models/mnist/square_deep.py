"""Trains 784-128-128-10 with x**2 twice and writes square_deep.onnx."""

import torch
from torch import nn

import fit


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 128)
        self.second = nn.Linear(128, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        return self.out(self.second(self.first(x) ** 2) ** 2)

    def pre(self, x):
        first = self.first(x)
        second = self.second(first ** 2)
        return [first, second, self.out(second ** 2)]


if __name__ == "__main__":
    torch.manual_seed(3)
    net = Net()
    # Squares of squares take off at once from PyTorch's usual start.
    with torch.no_grad():
        net.second.weight.mul_(0.5)
    fit.fit(net, epochs=120, pre_limit=2.5, logit_limit=12, rate=1e-3)
    fit.report_and_export("square_deep", net, opset=13)
