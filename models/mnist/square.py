"""Trains 784-128-10 with x*x for an activation and writes square.onnx."""

import torch
from torch import nn

import fit


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        x = self.hidden(x)
        return self.out(x * x)

    def pre(self, x):
        hidden = self.hidden(x)
        return [hidden, self.out(hidden * hidden)]


if __name__ == "__main__":
    torch.manual_seed(2)
    net = Net()
    fit.fit(net, epochs=120, pre_limit=3, logit_limit=12)
    fit.report_and_export("square", net, opset=11)
