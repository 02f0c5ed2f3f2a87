import numpy as np
import onnx
import sklgraph
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_breast_cancer(return_X_y=True)  # 569 tumours, 30 measurements
x = x.astype(np.float32)
train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=150, random_state=1)

pipeline = make_pipeline(StandardScaler(), PCA(10), MLPClassifier(
    (16,), activation="tanh", alpha=0.1, max_iter=1000, random_state=1))
pipeline.fit(train_x, train_y)

scaler, pca, mlp = (step for _, step in pipeline.steps)
graph = sklgraph.Graph(30)
graph.standard_scaler(scaler)
graph.pca(pca)
graph.classifier(mlp)
onnx.save(graph.model(), "tumours.onnx")
np.save("calibrate.npy", train_x)
np.save("test.npy", test_x)
np.save("labels.npy", test_y)
np.save("expect.npy", pipeline.predict_proba(test_x).astype(np.float32, order="C"))
print(pipeline.score(test_x, test_y))
