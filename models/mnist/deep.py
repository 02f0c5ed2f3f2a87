"""Trains 784-64-64-64-64-64-64-10 with ReLU and writes deep.onnx: six hidden
layers, narrow enough that the file stays small."""

import torch
from torch import nn

import fit

HIDDEN, WIDTH = 6, 64


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers, width = [], 784
        for _ in range(HIDDEN):
            layers += [nn.Linear(width, WIDTH), nn.ReLU()]
            width = WIDTH
        self.layers = nn.Sequential(*layers, nn.Linear(width, 10))

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
    torch.manual_seed(6)
    net = Net()
    fit.fit(net, epochs=100)
    fit.report_and_export("deep", net, opset=17)
