"""Fits Pipeline(PCA 784 -> 64, MLPClassifier 64-32-10 with the logistic
function) and writes pca_sigmoid.onnx."""

import warnings

import numpy as np
import onnx
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import data
import fit
import pca as pca_script
import sklgraph

if __name__ == "__main__":
    # Forty passes are meant to be the end; no warning that they were.
    warnings.simplefilter("ignore", ConvergenceWarning)
    (train_x, train_y), (test_x, test_y) = data.load()
    pca = pca_script.fitted(train_x)
    # So small a training set wants company: a few distorted copies of it.
    torch.manual_seed(4)
    digits = torch.from_numpy(train_x)
    copies = [digits] + [fit.distort(digits, 0.6) for _ in range(5)]
    mlp = MLPClassifier((32,), activation="logistic", alpha=0.1,
                        learning_rate_init=0.005, max_iter=40, random_state=4)
    mlp.fit(pca.transform(torch.cat(copies).numpy()), np.tile(train_y, 6))
    features = pca.transform(test_x)
    probability = mlp.predict_proba(features)
    correct = mlp.classes_[probability.argmax(1)] == test_y
    hidden = features @ mlp.coefs_[0] + mlp.intercepts_[0]
    logits = 1 / (1 + np.exp(-hidden)) @ mlp.coefs_[1] + mlp.intercepts_[1]
    print(f"pca_sigmoid: {correct.mean():.2%} of {len(test_y)} test digits "
          f"({correct[:data.EXPECT].sum()} of the first {data.EXPECT}), "
          f"largest |values| before each activation and at the end: "
          f"{abs(hidden).max():.2f}, {abs(logits).max():.2f}")
    data.save_expected("pca_sigmoid", probability[:data.EXPECT])
    graph = sklgraph.Graph(784)
    graph.pca(pca)
    graph.classifier(mlp)
    onnx.save(graph.model(), data.HERE / "pca_sigmoid.onnx")
