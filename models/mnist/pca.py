"""Fits PCA 784 -> 64 and writes pca.onnx."""

import pathlib
import sys

import onnx
from sklearn.decomposition import PCA

import data

# For sklgraph, here and in pca_sigmoid.py.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import sklgraph


def fitted(train_x):
    return PCA(64, svd_solver="full").fit(train_x)


if __name__ == "__main__":
    (train_x, _), (test_x, _) = data.load()
    pca = fitted(train_x)
    features = pca.transform(test_x)
    kept = pca.explained_variance_ratio_.sum()
    print(f"pca: 64 components keep {kept:.2%} of the variance, "
          f"largest |feature| {abs(features).max():.2f}")
    data.save_expected("pca", features[:data.EXPECT])
    graph = sklgraph.Graph(784)
    graph.pca(pca)
    graph.end(64)
    onnx.save(graph.model(), data.HERE / "pca.onnx")
