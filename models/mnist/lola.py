"""Trains the network of CryptoNets and LoLa, a convolution and two dense
layers with x*x for activations, and writes lola.onnx."""

import torch
from torch import nn

import fit


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 5, 5, stride=2, padding=1)
        self.hidden = nn.Linear(5 * 13 * 13, 100)
        self.out = nn.Linear(100, 10)

    def forward(self, x):
        return self.pre(x)[-1]

    def pre(self, x):
        conv = self.conv(x.view(-1, 1, 28, 28)).flatten(1)
        hidden = self.hidden(conv * conv)
        return [conv, hidden, self.out(hidden * hidden)]


if __name__ == "__main__":
    torch.manual_seed(6)
    net = Net()
    fit.fit(net, epochs=40, pre_limit=3, logit_limit=12)
    fit.report_and_export("lola", net, opset=13, shape=(1, 28, 28))
