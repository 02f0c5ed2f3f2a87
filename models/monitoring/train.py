"""Trains what an outside analyst would keep about a plant's drives, on the 64
numbers that machines.py makes of a record, and writes it as ONNX:

    pca.onnx         the first 16 principal components
    classifier.onnx  these, and a 16-24-5 network of tanh: which fault, if any
    score.onnx       an anomaly score: the squared residuals of an autoencoder
                     of five numbers that saw healthy records only, each in
                     units of its mean on those

and what they have to be better than:

    simple.onnx      a logistic regression on temperatures, speed, load, root
                     mean square, kurtosis and crest, as a cheap sensor has them
    linear.onnx      a logistic regression on all 64 numbers
    chart.onnx       the mean square of simple's numbers, standardised on healthy records

    train.py [validate]    only says how they do on validation records

The design was chosen on the validation records. Two minutes.
"""

import os
import pathlib
import sys
import warnings

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sums in the same order whatever the machine has of cores

import numpy as np
import onnx
import torch
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

import machines

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/monitoring"
sys.path.insert(0, str(HERE.parent))

import sklgraph  # noqa: E402

CHEAP = list(range(7))  # the numbers without a spectrum
WIDTH = len(machines.NAMES)

torch.set_num_threads(1)


class Score(nn.Module):
    """The mean of the squared residuals, each times a weight. Inputs are
    standardised first."""

    def __init__(self, scaler, width, residual):
        super().__init__()
        self.register_buffer("mean", torch.tensor(scaler.mean_).float())
        self.register_buffer("scale", torch.tensor(1 / scaler.scale_).float())
        self.register_buffer("weight", torch.full((width, 1), 1 / width))
        self.residual = residual

    def forward(self, x):
        r = self.residual((x - self.mean) * self.scale)
        return (r * r) @ self.weight


class Autoencoder(nn.Module):
    """Redraws from five numbers, with squares: how warm a bearing should be is
    nearly a product of load and speed, and squares are exact on ciphertexts."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(WIDTH, 5)
        self.bend = nn.Linear(5, 12)
        self.straight = nn.Linear(5, WIDTH)
        self.curved = nn.Linear(12, WIDTH, bias=False)

    def forward(self, x):
        z = self.encode(x)
        bent = self.bend(z)
        return x - self.straight(z) - self.curved(bent * bent)


class Cheap(nn.Module):
    def forward(self, x):
        return x[:, :len(CHEAP)]


def autoencoder(healthy):
    """What is hard to redraw, as a noisy line of a spectrum, counts less: by
    the mean of its squared residual."""
    scaler = StandardScaler().fit(healthy)
    net = Score(scaler, WIDTH, Autoencoder())
    x, epochs = torch.from_numpy(healthy), 80
    opt = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    for epoch in range(epochs):
        if epoch in (20, 40):
            weigh(net, x)
        for pick in torch.randperm(len(x)).split(100):
            opt.zero_grad()
            net(x[pick]).mean().backward()
            opt.step()
        plan.step()
    weigh(net, x)
    return net.eval()


def weigh(net, x):
    with torch.no_grad():
        r = net.residual((x - net.mean) * net.scale)
        net.weight[:, 0] = 1 / (r * r).mean(0) / WIDTH


def train():
    x, y = machines.batch(21, [3000] + [1000] * 4)
    x = x.astype(np.float32)
    healthy = x[y == 0]
    some = np.concatenate([np.flatnonzero(y == c)[:1000] for c in range(5)])
    x, y = x[some], y[some]
    warnings.simplefilter("ignore", ConvergenceWarning)
    mlp = MLPClassifier((24,), activation="tanh", alpha=0.1, max_iter=100,
                        learning_rate_init=0.005, random_state=1)
    logistic = LogisticRegression(max_iter=1000, multi_class="multinomial")
    models = {
        "classifier": make_pipeline(PCA(16, random_state=0), StandardScaler(), mlp).fit(x, y),
        "linear": make_pipeline(StandardScaler(), logistic).fit(x, y)}
    logistic = LogisticRegression(max_iter=1000, multi_class="multinomial")
    models["simple"] = make_pipeline(StandardScaler(), logistic).fit(x[:, CHEAP], y)
    torch.manual_seed(5)
    models["score"] = autoencoder(healthy)
    models["chart"] = Score(StandardScaler().fit(healthy), len(CHEAP), Cheap()).eval()
    return models


def answers(models, x):
    """Features, probabilities and scores."""
    given = {name: m.predict_proba(x[:, CHEAP] if name == "simple" else x)
             for name, m in models.items() if name not in ("score", "chart")}
    with torch.no_grad():
        for name in ("score", "chart"):
            given[name] = models[name](torch.from_numpy(x)).numpy()
    given["pca"] = models["classifier"][0].transform(x)
    return given


def judge(models, x, y, records):
    given = answers(models, x)
    for name in ("classifier", "linear", "simple"):
        print(f"{name}: {(given[name].argmax(1) == y).mean():.2%} of {len(y)} {records} records")
    for name in ("score", "chart"):
        s = given[name][:, 0]
        each = ", ".join(
            f"{machines.CLASSES[c]} {roc_auc_score(y[(y == 0) | (y == c)] > 0, s[(y == 0) | (y == c)]):.3f}"
            for c in range(1, 5))
        print(f"{name}: AUC {roc_auc_score(y > 0, s):.4f} ({each}); healthy "
              f"{s[y == 0].min():.2f} to {s[y == 0].max():.2f}, others "
              f"{s[y > 0].min():.2f} to {s[y > 0].max():.2f}")
    return given


def export(models):
    pca, scaler, mlp = (step for _, step in models["classifier"].steps)
    graph = sklgraph.Graph(WIDTH)
    graph.pca(pca)
    graph.end(pca.n_components_)
    onnx.save(graph.model(), HERE / "pca.onnx")
    graph = sklgraph.Graph(WIDTH)
    graph.pca(pca)
    graph.standard_scaler(scaler)
    graph.classifier(mlp)
    onnx.save(graph.model(), HERE / "classifier.onnx")
    for name, cheap in (("linear", False), ("simple", True)):
        scaler, logistic = (step for _, step in models[name].steps)
        graph = sklgraph.Graph(WIDTH)
        if cheap:
            graph.value = graph.columns(CHEAP)
        graph.standard_scaler(scaler)
        graph.linear_classifier(logistic)
        onnx.save(graph.model(), HERE / f"{name}.onnx")
    for name in ("score", "chart"):
        torch.onnx.export(
            models[name], torch.zeros(1, WIDTH), str(HERE / f"{name}.onnx"),
            opset_version=13, input_names=["features"], output_names=["score"],
            dynamic_axes={"features": {0: "N"}, "score": {0: "N"}})


def main():
    models = train()
    judge(models, *read(22, [400] + [150] * 4), "validation")
    if sys.argv[1:] == ["validate"]:
        return
    x, y = read(23, [400] + [150] * 4)
    given = judge(models, x, y, "test")
    export(models)
    TESTDATA.mkdir(parents=True, exist_ok=True)
    calibrate, classes = read(24, [512] + [128] * 4)
    np.save(TESTDATA / "calibrate.npy", calibrate.astype(np.float32))
    np.save(TESTDATA / "calibrate_labels.npy", classes.astype(np.int8))
    np.save(TESTDATA / "test.npy", x.astype(np.float32))
    np.save(TESTDATA / "test_labels.npy", y.astype(np.int8))
    np.save(TESTDATA / "test_damaged.npy", (y > 0).astype(np.int8))
    for name, answer in given.items():
        np.save(TESTDATA / f"{name}_expect.npy", answer.astype(np.float32))


def read(seed, counts):
    x, y = machines.batch(seed, counts)
    return x.astype(np.float32), y


if __name__ == "__main__":
    main()
