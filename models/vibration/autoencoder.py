"""Trains an autoencoder on vibrations of the sound structure alone and writes
autoencoder.onnx, whose output is an anomaly score: how badly, in the mean
square, the autoencoder redraws the record's standardised features.

The standardisation comes from scikit-learn and is put before the exported
graph as the Scaler node that skl2onnx would write.
"""

import pathlib

import numpy as np
import onnx
import torch
from onnx import helper
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from torch import nn

import signals

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/vibration"
WIDTH = signals.FEATURES

torch.set_num_threads(1)


class Score(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(WIDTH, 32), nn.BatchNorm1d(32), nn.Tanh(),
            nn.Linear(32, 8), nn.Tanh())
        self.decode = nn.Sequential(
            nn.Linear(8, 32), nn.BatchNorm1d(32), nn.Tanh(),
            nn.Linear(32, WIDTH))
        self.register_buffer("mean", torch.full((WIDTH, 1), 1 / WIDTH))

    def forward(self, x):
        residual = x - self.decode(self.encode(x))
        return (residual * residual) @ self.mean

    def ranges(self, x):
        """The largest magnitudes before each Tanh and before the square."""
        found, value = [], x
        for layer in [*self.encode, *self.decode]:
            if isinstance(layer, nn.Tanh):
                found.append(value.abs().max().item())
            value = layer(value)
        return found + [(x - value).abs().max().item()]


def train(net, x):
    opt = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    epochs = 60
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    for _ in range(epochs):
        for pick in torch.randperm(len(x)).split(100):
            opt.zero_grad()
            net(x[pick]).mean().backward()
            opt.step()
        plan.step()
    net.eval()


def prepend_scaler(model, scaler):
    graph = model.graph
    graph.node.insert(0, helper.make_node(
        "Scaler", ["features"], [graph.input[0].name], "Scaler",
        domain="ai.onnx.ml", offset=scaler.mean_.tolist(),
        scale=(1 / scaler.scale_).tolist()))
    graph.input[0].name = "features"
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 1))
    onnx.checker.check_model(model)


def main():
    torch.manual_seed(5)
    sound, _ = signals.batch(1, healthy=3000, damaged=0)
    test, labels = signals.batch(2, healthy=200, damaged=200)
    mixed, _ = signals.batch(3, healthy=768, damaged=256)
    scaler = StandardScaler().fit(sound)

    def scaled(x):
        return torch.from_numpy(scaler.transform(x).astype(np.float32))

    net = Score()
    train(net, scaled(sound))
    with torch.no_grad():
        scores = net(scaled(test)).numpy()
        ranges = net.ranges(scaled(test))
    good, bad = scores[labels == 0], scores[labels == 1]
    print(f"autoencoder: AUC {roc_auc_score(labels, scores[:, 0]):.4f} on 400 "
          f"records; sound {good.min():.2f} to {good.max():.2f}, "
          f"damaged {bad.min():.2f} to {bad.max():.2f}; largest |value| "
          f"before each Tanh and square: "
          f"{', '.join(f'{r:.2f}' for r in ranges)}")

    path = str(HERE / "autoencoder.onnx")
    torch.onnx.export(
        net, scaled(test[:1]), path, opset_version=14,
        input_names=["standardised"], output_names=["score"],
        dynamic_axes={"standardised": {0: "N"}, "score": {0: "N"}})
    model = onnx.load(path)
    prepend_scaler(model, scaler)
    onnx.save(model, path)
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "calibrate.npy", mixed)
    np.save(TESTDATA / "test.npy", test)
    np.save(TESTDATA / "test_labels.npy", labels)
    np.save(TESTDATA / "autoencoder_expect.npy", scores)


if __name__ == "__main__":
    main()
