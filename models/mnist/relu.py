"""Trains 784-128-64-10 with ReLU and writes relu.onnx."""

import torch
from torch import nn

import fit


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(),
            nn.Linear(128, 64), nn.ReLU(),
            nn.Linear(64, 10))

    def forward(self, x):
        return self.layers(x)

    def pre(self, x):
        values = []
        for layer in self.layers:
            x = layer(x)
            if isinstance(layer, nn.Linear):
                values.append(x)
        return values


if __name__ == "__main__":
    torch.manual_seed(1)
    net = Net()
    fit.fit(net, epochs=120, pre_limit=6)
    fit.report_and_export("relu", net, opset=17)
