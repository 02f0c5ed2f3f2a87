"""Writes the small ONNX models that the compiler's tests read, each with a
few samples and the answer expected to them (README.md lists the models).

    <name>.onnx, <name>_x.npy, <name>_y.npy    models to be compiled
    columns/<name>.onnx, .csv, _y.npy          models with an input for each column
    refused/<name>.onnx                        models to be turned down

The answers come from PyTorch, from scikit-learn or, for the graphs built by
hand, from the NumPy expression that stands next to the graph. Everything is
seeded, each model by its own name, so none depends on the others.
"""

import csv
import pathlib
import sys
import warnings
import zlib

import math

import numpy as np
import onnx
import torch
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.preprocessing import normalize
from sklearn.svm import SVC, SVR, LinearSVC
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
REFUSED = HERE / "refused"
COLUMNS = HERE / "columns"
sys.path.insert(0, str(HERE.parents[1] / "models"))
import sklgraph
import tails

SAMPLES = 16
FLOAT, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64
BOOL, STRING = TensorProto.BOOL, TensorProto.STRING

torch.set_num_threads(1)
warnings.simplefilter("ignore")


# ---------------------------------------------------------------- helpers

def rng(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def samples(name, *shape):
    return rng("x " + name).uniform(-1, 1, (SAMPLES, *shape)).astype(np.float32)


def weight(name, *shape, scale=None):
    """Weights that keep the values after them near 1."""
    scale = scale or 1.5 / np.sqrt(shape[0])
    return (rng("w " + name).standard_normal(shape) * scale).astype(np.float32)


def keep(name, model, x, y):
    if all(s.version <= 17 for s in model.opset_import):  # what the checker knows
        checker.check_model(model)
    onnx.save(model, HERE / f"{name}.onnx")
    keep_data(name, x, y)


def keep_data(name, x, y):
    y = np.ascontiguousarray(y, np.float32)
    assert len(x) == len(y) and np.isfinite(y).all()
    np.save(HERE / f"{name}_x.npy", x)
    np.save(HERE / f"{name}_y.npy", y)


def build(nodes, x_shape, y_shape, weights=(), opset=13, ir=7, x_type=FLOAT,
          extra_inputs=(), functions=(), imports=(), **graph_options):
    """A model from "x" to "y"; shapes are given without the batch. weights
    maps names to arrays, or is a list of ready TensorProtos."""
    if isinstance(weights, dict):
        weights = [numpy_helper.from_array(np.asarray(w), n)
                   for n, w in weights.items()]
    x = helper.make_tensor_value_info("x", x_type, ["N", *x_shape])
    y = helper.make_tensor_value_info("y", FLOAT, ["N", *y_shape])
    graph = helper.make_graph(nodes, "graph", [x, *extra_inputs], [y],
                              list(weights), **graph_options)
    return helper.make_model(
        graph, ir_version=ir, producer_name="hecc-testdata",
        functions=list(functions),
        opset_imports=[helper.make_opsetid("", opset), *imports])


node = helper.make_node


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# ---------------------------------------------------------- PyTorch exports

def torch_export(name, make_net, *shape, opset):
    torch.manual_seed(zlib.crc32(name.encode()))
    net = make_net()
    # A few steps of "training" give each BatchNorm its own statistics.
    net.train()
    with torch.no_grad():
        for _ in range(20):
            net(torch.randn(32, *shape) * 1.5 + 0.3)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm1d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.uniform_(module.bias, -0.5, 0.5)
    net.eval()
    x = samples(name, *shape)
    with torch.no_grad():
        keep_data(name, x, net(torch.from_numpy(x)).numpy())
    path = str(HERE / f"{name}.onnx")
    torch.onnx.export(net, torch.from_numpy(x[:2]), path, opset_version=opset,
                      input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
    checker.check_model(onnx.load(path))


class Square(nn.Module):
    def __init__(self, square):
        super().__init__()
        self.a, self.b, self.square = nn.Linear(8, 6), nn.Linear(6, 3), square

    def forward(self, x):
        return self.b(self.square(self.a(x)))


class Skip(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.a, self.b, self.inner = nn.Linear(8, 6), nn.Linear(6, 3), inner

    def forward(self, x):
        x = self.a(x)
        return self.b(x + self.inner(x))


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x):
        return self.b(torch.tanh(self.a(torch.tanh(self.a(x)))))


class View(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 4)

    def forward(self, x):
        return self.a(x.view(x.size(0), -1))


class Rows(nn.Module):
    """[N, 4, 6]: one layer on all rows of all samples at once."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 5), nn.Linear(20, 3)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x.view(-1, 6))).view(-1, 20))


class Residual(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.a, self.b, self.act = nn.Linear(8, 8), nn.BatchNorm1d(8), act

    def forward(self, x):
        return x + self.b(self.act(self.a(x)))


class MeanPool(nn.Module):
    """[N, 4, 6]: the same layer on each of 4 rows, then their mean."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 5), nn.Linear(5, 2)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)).mean(dim=1))


class Chunk(nn.Module):
    """A gated linear unit: one layer, cut in two."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 12), nn.Linear(6, 2)

    def forward(self, x):
        value, gate = self.a(x).chunk(2, dim=1)
        return self.b(torch.cat([value * torch.sigmoid(gate), gate[:, 1:3]], 1)[:, :6])


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.gate, self.b = (
            nn.Linear(8, 6), nn.Linear(8, 6), nn.Linear(6, 3))

    def forward(self, x):
        return self.b(self.a(x) * torch.sigmoid(self.gate(x)))


class Standardised(nn.Module):
    """What exporters write for norms of a sample: sizes multiplied, constants as large as the batch."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(12, 8), nn.Linear(8, 3)

    def forward(self, x):
        unit = x / (1 + torch.linalg.norm(x, dim=1, keepdim=True).expand_as(x))
        z = (x - x.mean(1, keepdim=True)) / (x.std(1, keepdim=True) + 1)
        filled = torch.where(x > 0.5, torch.full_like(x, 0.25), x)
        return self.b(torch.tanh(self.a(torch.cat([unit, z, filled], 1)[:, 3:15])))


class Cosine(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 6), nn.Linear(6, 6)

    def forward(self, x):
        y = self.b(torch.tanh(self.a(x)))
        return torch.nn.functional.cosine_similarity(y[:, :3], y[:, 3:], dim=1)


def make_torch():
    def mixed():
        return nn.Sequential(
            nn.Linear(12, 16), nn.BatchNorm1d(16), nn.Sigmoid(),
            nn.Dropout(0.3), nn.Linear(16, 5), nn.Softmax(dim=1))

    for opset in range(11, 18):
        torch_export(f"torch_opset{opset}", mixed, 12, opset=opset)
    torch_export("torch_tanh", lambda: nn.Sequential(
        nn.Linear(8, 10), nn.Tanh(), nn.Linear(10, 6), nn.Tanh(),
        nn.Linear(6, 3)), 8, opset=13)
    torch_export("torch_relu", lambda: nn.Sequential(
        nn.Linear(8, 10), nn.ReLU(), nn.Linear(10, 3)), 8, opset=14)
    torch_export("torch_no_bias", lambda: nn.Sequential(
        nn.Linear(8, 6, bias=False), nn.Sigmoid(),
        nn.Linear(6, 3, bias=False)), 8, opset=13)
    torch_export("square_mul", lambda: Square(lambda x: x * x), 8, opset=12)
    torch_export("square_pow", lambda: Square(lambda x: x**2), 8, opset=13)
    torch_export("skip_activation", lambda: Skip(nn.Sigmoid()), 8, opset=13)
    torch_export("skip_layers", lambda: Skip(nn.Sequential(
        nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 6))), 8, opset=13)
    torch_export("skip_batchnorm", lambda: Skip(nn.BatchNorm1d(6)), 8, opset=13)
    for name, act, opset in [
            ("gelu", nn.GELU(), 13), ("gelu_tanh", nn.GELU(approximate="tanh"), 14),
            ("silu", nn.SiLU(), 13), ("mish", nn.Mish(), 13),
            ("hardswish", nn.Hardswish(), 14), ("hardswish_old", nn.Hardswish(), 11),
            ("hardsigmoid", nn.Hardsigmoid(), 14), ("relu6", nn.ReLU6(), 13),
            ("leakyrelu", nn.LeakyReLU(0.1), 13), ("elu", nn.ELU(), 13),
            ("selu", nn.SELU(), 13), ("celu", nn.CELU(0.7), 13),
            ("prelu", nn.PReLU(10), 16), ("softplus", nn.Softplus(), 13),
            ("softsign", nn.Softsign(), 13), ("hardtanh", nn.Hardtanh(-0.8, 1.2), 13)]:
        # A layer of up to 4 inputs is not computed once for all who read it: the
        # function must be recognised all the same.
        torch_export(f"torch_{name}", lambda act=act: nn.Sequential(
            nn.Linear(8, 10), nn.BatchNorm1d(10), act, nn.Dropout(0.2), nn.Linear(10, 3)), 8, opset=opset)
    torch_export("torch_silu_narrow", lambda: nn.Sequential(
        nn.Linear(3, 10), nn.SiLU(), nn.Linear(10, 2)), 3, opset=13)
    torch_export("torch_logsoftmax", lambda: nn.Sequential(
        nn.Linear(8, 10), nn.ReLU(), nn.Linear(10, 4), nn.LogSoftmax(dim=1)), 8, opset=13)
    torch_export("torch_residual", lambda: nn.Sequential(
        Residual(nn.GELU()), nn.Linear(8, 3), nn.Softmax(dim=-1)), 8, opset=13)
    torch_export("torch_mean_pool", MeanPool, 4, 6, opset=13)
    torch_export("torch_chunk", Chunk, 8, opset=13)
    torch_export("tail_cosine", Cosine, 8, opset=13)
    torch_export("front_standardised", Standardised, 6, opset=13)
    torch_export("torch_rows", Rows, 4, 6, opset=13)
    torch_export("linear_twice", Twice, 8, opset=13)
    torch_export("gated", Gated, 8, opset=13)
    torch_export("flatten_image", lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(64, 4)), 1, 8, 8, opset=13)
    torch_export("view_dynamic", View, 1, 8, 8, opset=11)


# ------------------------------------------------------ graphs made by hand

def make_gemm():
    """Every shape of C, with and without transB, alpha and beta."""
    shapes = {"vector": (5,), "row": (1, 5), "scalar": (), "one": (1,),
              "corner": (1, 1), "none": None, "empty": None}
    for trans in (0, 1):
        for kind, shape in shapes.items():
            for scaled in (False, True):
                name = f"gemm_{'transB' if trans else 'plain'}_{kind}"
                attributes, alpha, beta = {}, 1, 1
                if scaled:
                    name, alpha, beta = name + "_scaled", 0.5, 3
                    attributes = {"alpha": 0.5, "beta": 3.0}
                if trans:
                    attributes["transB"] = 1
                x, w = samples(name, 7), weight(name, 7, 5)
                weights = {"w": w.T.copy() if trans else w}
                inputs, c = ["x", "w"], np.float32(0)
                if shape is not None:
                    c = np.asarray(weight(name + " c", 1, 5, scale=1), np.float32)
                    c = c.ravel()[:int(np.prod(shape))].reshape(shape)
                    weights["c"] = c
                    inputs.append("c")
                elif kind == "empty":
                    inputs.append("")
                keep(name, build([node("Gemm", inputs, ["y"], **attributes)],
                                 [7], [5], weights), x, alpha * x @ w + beta * c)

    # beta = 0 makes C count for nothing.
    name = "gemm_beta_zero"
    x, w, c = samples(name, 7), weight(name, 7, 5), weight(name + "c", 5)
    keep(name, build([node("Gemm", ["x", "w", "c"], ["y"], beta=0.0)],
                     [7], [5], {"w": w, "c": c}), x, x @ w)

    # A Gemm of constants alone, with transA, makes the weights.
    name = "gemm_transA_constants"
    x, p, q = samples(name, 7), weight(name + "p", 3, 7), weight(name + "q", 3, 5)
    keep(name, build(
        [node("Gemm", ["p", "q"], ["w"], transA=1),
         node("MatMul", ["x", "w"], ["y"])],
        [7], [5], {"p": p, "q": q}), x, x @ (p.T @ q))

    # One initializer read twice: forwards, then transposed.
    name = "shared_weight"
    x, w = samples(name, 7), weight(name, 7, 5, scale=0.4)
    keep(name, build(
        [node("Gemm", ["x", "w"], ["h"]), node("Tanh", ["h"], ["t"]),
         node("Gemm", ["t", "w"], ["y"], transB=1)],
        [7], [7], {"w": w}), x, np.tanh(x @ w) @ w.T)

    # Nodes whose results go nowhere, and one that does nothing.
    name = "dead_branch"
    x, w = samples(name, 7), weight(name, 7, 5)
    keep(name, build(
        [node("MatMul", ["x", "w"], ["unused"]),
         node("Sigmoid", ["unused"], ["unused2"]),
         node("Identity", ["x"], ["same"]),
         node("MatMul", ["same", "w"], ["y"])],
        [7], [5], {"w": w}), x, x @ w)


def make_shapes():
    w = weight("shapes", 8, 4)

    def case(name, nodes, x_shape, y_shape, expected, opset, **weights):
        x = samples(name, *x_shape)
        keep(name, build(nodes, x_shape, y_shape, {"w": w, **weights}, opset),
             x, expected(x))

    axis1 = np.array([1])
    last = node("MatMul", ["f", "w"], ["y"])

    def flat(x):
        return x.reshape(len(x), 8) @ w

    for name, axis in [("flatten", None), ("flatten_negative", -2)]:
        options = {} if axis is None else {"axis": axis}
        case(name, [node("Flatten", ["x"], ["f"], **options), last],
             [2, 4], [4], flat, 13)
    for name, shape in [("reshape_zero", [0, -1]), ("reshape_minus", [-1, 8]),
                        ("reshape_zero_full", [0, 8])]:
        case(name, [node("Reshape", ["x", "s"], ["f"]), last],
             [2, 4], [4], flat, 13, s=np.array(shape))
    case("reshape_back",
         [node("Reshape", ["x", "s"], ["m"]), node("Reshape", ["m", "t"], ["f"]),
          last], [8], [4], flat, 14, s=np.array([-1, 2, 4]), t=np.array([0, 8]))

    case("squeeze_attr", [node("Squeeze", ["x"], ["f"], axes=[1]), last],
         [1, 8], [4], flat, 11)
    case("squeeze_input", [node("Squeeze", ["x", "a"], ["f"]), last],
         [1, 8], [4], flat, 13, a=axis1)
    case("squeeze_negative", [node("Squeeze", ["x", "a"], ["f"]), last],
         [1, 8], [4], flat, 13, a=np.array([-2]))
    case("unsqueeze_attr",
         [node("MatMul", ["x", "w"], ["h"]),
          node("Unsqueeze", ["h"], ["y"], axes=[1])],
         [8], [1, 4], lambda x: (x @ w)[:, None], 11)
    case("unsqueeze_input",
         [node("MatMul", ["x", "w"], ["h"]),
          node("Unsqueeze", ["h", "a"], ["y"])],
         [8], [1, 4], lambda x: (x @ w)[:, None], 13, a=axis1)
    case("unsqueeze_weight",
         [node("Unsqueeze", ["b", "a"], ["row"]),
          node("MatMul", ["x", "w"], ["h"]), node("Add", ["h", "row"], ["y"])],
         [8], [4], lambda x: x @ w + w[0], 13, a=np.array([0]), b=w[0])

    case("transpose",
         [node("Transpose", ["x"], ["t"], perm=[0, 2, 1]),
          node("Flatten", ["t"], ["f"]), last],
         [2, 4], [4], lambda x: x.transpose(0, 2, 1).reshape(-1, 8) @ w, 13)
    case("transpose_weight",
         [node("Transpose", ["v"], ["vt"]), node("MatMul", ["x", "vt"], ["y"])],
         [8], [4], lambda x: x @ w, 13, v=w.T.copy())


def make_operators():
    w, b = weight("operators", 8, 4), weight("operators b", 4, scale=0.5)
    first = node("MatMul", ["x", "w"], ["h"])

    def case(name, nodes, expected, opset=13, y_shape=(4,), ir=7, **weights):
        x = samples(name, 8)
        keep(name, build([first, *nodes], [8], y_shape, {"w": w, **weights},
                         opset, ir), x, expected(x @ w))

    # Arithmetic with constants on either side, in each shape that broadcasts.
    constants = {"scalar": np.float32(0.75), "one": np.float32([0.75]),
                 "vector": b, "row": b[None]}
    functions = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}
    for op, function in functions.items():
        for kind, c in constants.items():
            case(f"{op.lower()}_constant_{kind}",
                 [node(op, ["h", "c"], ["y"])],
                 lambda h, f=function, c=c: f(h, c), c=c)
            case(f"constant_{op.lower()}_{kind}",
                 [node(op, ["c", "h"], ["y"])],
                 lambda h, f=function, c=c: f(c, h), c=c)
    away = np.float32([0.5, -2, 4, 1.5])
    for kind, c in {"scalar": np.float32(-2), "vector": away}.items():
        case(f"div_constant_{kind}", [node("Div", ["h", "c"], ["y"])],
             lambda h, c=c: h / c, c=c)
    case("constants_folded",
         [node("Sqrt", ["v"], ["r"]), node("Mul", ["r", "k"], ["s"]),
          node("Div", ["h", "s"], ["y"])],
         lambda h: h / (2 * np.sqrt(abs(away))), v=abs(away), k=np.float32(2))

    for kind, exponent in {
            "int64": np.int64(2), "float": np.float32(2),
            "int64_vector": np.array([2]), "float_vector": np.float32([2])}.items():
        case(f"pow_{kind}", [node("Pow", ["h", "e"], ["y"])],
             lambda h: h**2, e=exponent)

    scale, shift = np.float32([1, 0.5, 2, -1]), b
    mean, var = np.float32([0.1, -0.2, 0, 0.3]), np.float32([0.5, 1, 2, 0.25])
    norm = {"scale": scale, "shift": shift, "mean": mean, "var": var}
    for opset, options in [(7, {}), (9, {"epsilon": 1e-3}), (14, {}),
                           (15, {"epsilon": 1e-3, "training_mode": 0})]:
        epsilon = options.get("epsilon", 1e-5)
        case(f"batchnorm_opset{opset}",
             [node("BatchNormalization", ["h", *norm], ["y"], **options)],
             lambda h, e=epsilon: (h - mean) / np.sqrt(var + e) * scale + shift,
             opset=opset, **norm)

    case("dropout_opset7", [node("Dropout", ["h"], ["y"], ratio=0.4)],
         lambda h: h, opset=7)
    case("dropout_opset10_mask",
         [node("Dropout", ["h"], ["y", "mask"], ratio=0.4)],
         lambda h: h, opset=10)
    case("dropout_opset12", [node("Dropout", ["h", "r", "t"], ["y"])],
         lambda h: h, opset=12, r=np.float32(0.4), t=np.bool_(False))
    case("dropout_opset13_bare", [node("Dropout", ["h"], ["y"])], lambda h: h)

    for opset in (11, 13):
        case(f"softmax_opset{opset}_rank2", [node("Softmax", ["h"], ["y"])],
             softmax, opset=opset)
        case(f"softmax_opset{opset}_axis1",
             [node("Softmax", ["h"], ["y"], axis=1)], softmax, opset=opset)
    # On [N, 2, 2] the old Softmax runs over all that follows axis 1, the new
    # one over the last axis alone.
    shape = np.array([0, 2, 2])
    split = [node("Reshape", ["h", "s"], ["r"]), node("Softmax", ["r"], ["y"])]
    case("softmax_opset11_rank3", split,
         lambda h: softmax(h).reshape(-1, 2, 2), opset=11, y_shape=(2, 2),
         s=shape)
    case("softmax_opset13_rank3", split,
         lambda h: softmax(h.reshape(-1, 2, 2)), y_shape=(2, 2), s=shape)

    case("cast", [node("Cast", ["h"], ["d"], to=DOUBLE),
                  node("Sigmoid", ["d"], ["g"]),
                  node("Cast", ["g"], ["y"], to=FLOAT)], sigmoid)
    case("cast_same", [node("Cast", ["h"], ["y"], to=FLOAT)], lambda h: h)
    case("cast_weight", [node("Cast", ["c"], ["f"], to=FLOAT),
                         node("Mul", ["h", "f"], ["y"])],
         lambda h: h * np.arange(4), c=np.arange(4))

    def constant(output, **value):
        return node("Constant", [], [output], **value)

    for kind, value, number in [
            ("value", numpy_helper.from_array(b), b),
            ("value_float", 0.3, np.float32(0.3)),
            ("value_floats", [0.5, -1.0, 2.0, 0.25],
             np.float32([0.5, -1, 2, 0.25]))]:
        case(f"constant_{kind}",
             [constant("c", **{kind: value}), node("Mul", ["h", "c"], ["y"])],
             lambda h, n=number: h * n)
    case("constant_value_int",
         [constant("e", value_int=2), node("Pow", ["h", "e"], ["y"])],
         lambda h: h**2)
    case("constant_value_ints",
         [constant("a", value_ints=[1]), node("Unsqueeze", ["h", "a"], ["y"])],
         lambda h: h[:, None], y_shape=(1, 4))


def make_functions():
    """Each function operator, and the ones that are written with others."""
    w = weight("functions", 8, 4)
    first = node("MatMul", ["x", "w"], ["h"])
    erf = np.vectorize(math.erf)

    def case(name, nodes, expected, opset=13, shift=0, **weights):
        x = samples(name, 8)
        head = [first]
        if shift:  # keeps the argument positive
            weights["shift"] = np.float32(shift)
            head = [node("MatMul", ["x", "w"], ["h0"]), node("Add", ["h0", "shift"], ["h"])]
        keep(name, build([*head, *nodes], [8], [4], {"w": w, **weights}, opset,
                         ir=8 if opset > 17 else 7), x,
             expected((x @ w + np.float32(shift)).astype(np.float64)))

    def one(op, expected, opset=13, shift=0, suffix="", **attributes):
        case(f"fn_{op.lower()}{suffix}", [node(op, ["h"], ["y"], **attributes)],
             expected, opset, shift)

    def elu(x, alpha, gamma=1):
        return gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

    def hard_sigmoid(x, alpha, beta):
        return np.clip(alpha * x + beta, 0, 1)

    def softplus(x):
        return np.log1p(np.exp(x))

    one("Abs", np.abs)
    one("Asinh", np.arcsinh)
    one("Atan", np.arctan)
    one("Cos", np.cos)
    one("Cosh", np.cosh)
    one("Erf", erf)
    one("Exp", np.exp)
    one("Log", np.log, shift=6)
    one("Neg", np.negative)
    one("Reciprocal", np.reciprocal, shift=6)
    one("Sin", np.sin)
    one("Sinh", np.sinh)
    one("Softplus", softplus)
    one("Softsign", lambda x: x / (1 + abs(x)))
    one("Sqrt", np.sqrt, shift=6)
    one("LeakyRelu", lambda x: np.where(x > 0, x, 0.01 * x))
    one("LeakyRelu", lambda x: np.where(x > 0, x, 0.3 * x), suffix="_alpha", alpha=0.3)
    one("Elu", lambda x: elu(x, 1))
    one("Elu", lambda x: elu(x, 0.5), suffix="_alpha", alpha=0.5)
    one("Selu", lambda x: elu(x, 1.6732632, 1.05070102))
    one("Celu", lambda x: np.where(x > 0, x, 2 * np.expm1(np.minimum(x, 0) / 2)), alpha=2.0)
    one("HardSigmoid", lambda x: hard_sigmoid(x, 0.2, 0.5))
    one("Swish", lambda x: x * sigmoid(1.5 * x), opset=24, alpha=1.5)
    one("HardSwish", lambda x: x * hard_sigmoid(x, 1 / 6, 0.5), opset=14)
    one("Clip", lambda x: np.clip(x, -0.5, 0.75), opset=10, suffix="_attr", min=-0.5, max=0.75)

    case("fn_sign", [node("Sign", ["h"], ["s"]), node("Mul", ["h", "s"], ["y"])], np.abs, shift=6)
    one("ThresholdedRelu", lambda x: np.where(x > 1, x, 0), shift=6)
    one("Mish", lambda x: x * np.tanh(softplus(x)), opset=18, suffix="_op")
    one("Gelu", lambda x: x * (1 + erf(x / np.sqrt(2))) / 2, opset=20)
    one("Gelu", lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        opset=20, suffix="_approximate", approximate="tanh")

    slope = np.float32([0.1, 0.25, -0.5, 1.5])
    case("fn_prelu", [node("PRelu", ["h", "s"], ["y"])],
         lambda x: np.where(x > 0, x, slope * x), s=slope)
    case("fn_prelu_one", [node("PRelu", ["h", "s"], ["y"])],
         lambda x: np.where(x > 0, x, 0.25 * x), s=np.float32([0.25]))
    low, high = np.float32(-0.5), np.float32(0.75)
    case("fn_clip", [node("Clip", ["h", "a", "b"], ["y"])],
         lambda x: np.clip(x, low, high), a=low, b=high)
    case("fn_clip_below", [node("Clip", ["h", "a"], ["y"])],
         lambda x: np.maximum(x, low), a=low)
    case("fn_clip_above", [node("Clip", ["h", "", "b"], ["y"])],
         lambda x: np.minimum(x, high), b=high)
    case("fn_max_constant", [node("Max", ["h", "s"], ["y"])],
         lambda x: np.maximum(x, slope), s=slope)
    case("fn_min_constant", [node("Min", ["s", "h"], ["y"])],
         lambda x: np.minimum(x, slope), s=slope)
    case("fn_max_values", [node("MatMul", ["x", "v"], ["g"]), node("Max", ["h", "g"], ["y"])],
         lambda h: np.maximum(h, samples("fn_max_values", 8) @ w[::-1]), v=w[::-1].copy())

    # Functions that exporters write with others: each is one polynomial.
    half, root = np.float32(0.5), np.float32(np.sqrt(2))
    case("fn_silu", [node("Sigmoid", ["h"], ["s"]), node("Mul", ["h", "s"], ["y"])],
         lambda x: x * sigmoid(x))
    case("fn_mish", [node("Softplus", ["h"], ["s"]), node("Tanh", ["s"], ["t"]),
                     node("Mul", ["h", "t"], ["y"])], lambda x: x * np.tanh(softplus(x)))
    case("fn_gelu_erf",
         [node("Div", ["h", "root"], ["d"]), node("Erf", ["d"], ["e"]),
          node("Add", ["e", "one"], ["a"]), node("Mul", ["h", "a"], ["m"]),
          node("Mul", ["m", "half"], ["y"])],
         lambda x: x * (1 + erf(x / np.sqrt(2))) / 2, root=root, one=np.float32(1), half=half)
    case("fn_gelu_tanh",
         [node("Pow", ["h", "three"], ["p"]), node("Mul", ["p", "k"], ["q"]),
          node("Add", ["h", "q"], ["r"]), node("Mul", ["r", "c"], ["s"]),
          node("Tanh", ["s"], ["t"]), node("Add", ["t", "one"], ["a"]),
          node("Mul", ["h", "half"], ["g"]), node("Mul", ["g", "a"], ["y"])],
         lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
         three=np.float32(3), k=np.float32(0.044715), c=np.float32(np.sqrt(2 / np.pi)),
         one=np.float32(1), half=half)
    case("fn_hardswish_clip",
         [node("Add", ["h", "three"], ["a"]), node("Clip", ["a", "zero", "six"], ["c"]),
          node("Mul", ["h", "c"], ["m"]), node("Div", ["m", "six"], ["y"])],
         lambda x: x * np.clip(x + 3, 0, 6) / 6,
         three=np.float32(3), zero=np.float32(0), six=np.float32(6))
    case("fn_quotient", [node("Sigmoid", ["h"], ["s"]), node("Div", ["h", "s"], ["y"])],
         lambda x: x / sigmoid(x))
    case("fn_constant_over", [node("Sigmoid", ["h"], ["s"]), node("Div", ["one", "s"], ["y"])],
         lambda x: 1 / sigmoid(x), one=np.float32(1))
    case("pow_of_constant", [node("Pow", ["two", "h"], ["y"])], lambda x: 2**x, two=np.float32(2))
    case("pow_half", [node("Pow", ["h", "e"], ["y"])], np.sqrt, shift=6, e=half)
    case("pow_cube", [node("Pow", ["h", "e"], ["y"])], lambda x: x**3, e=np.int64(3))
    case("pow_inverse", [node("Pow", ["h", "e"], ["y"])], lambda x: x**-2.0, shift=6, e=np.float32(-2))
    case("pow_each", [node("Pow", ["h", "e"], ["y"])],
         lambda x: x**np.float64([0.5, 1.5, 2, -1]), shift=6, e=np.float32([0.5, 1.5, 2, -1]))


def make_linear():
    """Operators that move, repeat and add elements, behind a layer of [N, 2, 4]."""
    w = weight("linear", 8, 8)
    head = [node("MatMul", ["x", "w"], ["g"]), node("Reshape", ["g", "to"], ["h"])]
    to = np.array([0, 2, 4])

    def case(name, nodes, y_shape, expected, opset=13, **weights):
        x = samples(name, 8)
        keep(name, build([*head, *nodes], [8], y_shape, {"w": w, "to": to, **weights}, opset,
                         ir=8 if opset > 17 else 7),
             x, expected((x @ w).reshape(-1, 2, 4)))

    row, axis1, axis2 = weight("linear row", 1, 4), np.array([1]), np.array([2])
    case("matmul_rank3", [node("MatMul", ["h", "v"], ["y"])], [2, 3], lambda h: h @ w[:4, :3], v=w[:4, :3].copy())
    case("matmul_left", [node("MatMul", ["v", "h"], ["y"])], [3, 4], lambda h: w[:3, :2] @ h, v=w[:3, :2].copy())
    case("slice_values", [node("Slice", ["h", "a", "b", "ax", "st"], ["y"])], [2, 2],
         lambda h: h[:, :, 3:0:-2], a=np.array([3]), b=np.array([0]), ax=np.array([2]), st=np.array([-2]))
    case("slice_opset9", [node("Slice", ["h"], ["y"], starts=[1], ends=[3], axes=[2])], [2, 2],
         lambda h: h[:, :, 1:3], opset=9)
    case("gather_values", [node("Gather", ["h", "i"], ["y"], axis=2)], [2, 3],
         lambda h: h[:, :, [3, 0, 0]], i=np.array([3, 0, -4]))
    case("gather_one", [node("Gather", ["h", "i"], ["y"], axis=1)], [4], lambda h: h[:, 1], i=np.int64(1))
    case("split_values", [node("Split", ["h", "s"], ["a", "b"], axis=2), node("Mul", ["b", "k"], ["c"]),
                          node("Concat", ["c", "a"], ["y"], axis=2)], [2, 4],
         lambda h: np.concatenate([2 * h[:, :, 1:], h[:, :, :1]], 2), s=np.array([1, 3]), k=np.float32(2))
    case("split_equal", [node("Split", ["h"], ["a", "b"], axis=1), node("Sub", ["a", "b"], ["y"])], [1, 4],
         lambda h: h[:, :1] - h[:, 1:], opset=11)
    case("expand_values", [node("ReduceSum", ["h", "ax"], ["s"]), node("Expand", ["s", "e"], ["y"])], [2, 3],
         lambda h: np.repeat(h.sum(2, keepdims=True), 3, 2), ax=axis2, e=np.array([1, 1, 3]))
    case("tile_values", [node("Tile", ["h", "r"], ["y"])], [2, 8], lambda h: np.tile(h, (1, 1, 2)), r=np.array([1, 1, 2]))
    pads = np.array([0, 1, 2, 0, 0, 1])
    for mode in ("constant", "edge", "reflect"):
        options = {"constant_values": np.float32(0.5)} if mode == "constant" else {}
        case(f"pad_{mode}", [node("Pad", ["h", "p", "c"] if options else ["h", "p"], ["y"], mode=mode)], [3, 7],
             lambda h, m=mode, o=options: np.pad(h, ((0, 0), (1, 0), (2, 1)), m, **o),
             p=pads, **({"c": np.float32(0.5)} if options else {}))
    case("reduce_sum", [node("ReduceSum", ["h", "ax"], ["y"], keepdims=0)], [4], lambda h: h.sum(1), ax=axis1)
    case("reduce_mean", [node("ReduceMean", ["h"], ["y"], axes=[-1])], [2, 1], lambda h: h.mean(2, keepdims=True))
    case("reduce_mean_both", [node("ReduceMean", ["h"], ["y"], axes=[1, 2], keepdims=0)], [], lambda h: h.mean((1, 2)))
    case("reduce_sum_square", [node("ReduceSumSquare", ["h"], ["y"], axes=[2], keepdims=0)], [2],
         lambda h: (h * h).sum(2))
    case("cumsum", [node("CumSum", ["h", "ax"], ["y"], reverse=1)], [2, 4],
         lambda h: h[:, :, ::-1].cumsum(2)[:, :, ::-1], ax=np.array(2))
    case("trilu_upper", [node("Trilu", ["h", "k"], ["y"])], [2, 4], lambda h: np.triu(h, 1), opset=14, k=np.array(1))
    case("trilu_lower", [node("Trilu", ["h"], ["y"], upper=0)], [2, 4], np.tril, opset=14)
    case("where_constant", [node("Where", ["c", "h", "r"], ["y"])], [2, 4],
         lambda h: np.where([True, False, True, True], h, row), c=np.array([True, False, True, True]), r=row)
    case("sum_mean", [node("Sum", ["h", "r", "h"], ["s"]), node("Mean", ["s", "h"], ["y"])], [2, 4],
         lambda h: (3 * h + row) / 2, r=row)
    case("logsoftmax", [node("LogSoftmax", ["h"], ["y"], axis=-1)], [2, 4], lambda h: np.log(softmax(h)))
    case("hardmax", [node("Hardmax", ["h"], ["y"], axis=-1)], [2, 4],
         lambda h: np.eye(4)[h.argmax(2)])
    case("range_constant", [node("Range", ["a", "b", "c"], ["r"]), node("Mul", ["h", "r"], ["y"])], [2, 4],
         lambda h: h * np.arange(4), a=np.float32(0), b=np.float32(4), c=np.float32(1))
    case("reduce_mean_opset18", [node("ReduceMean", ["h", "ax"], ["y"], keepdims=0)], [4],
         lambda h: h.mean(1), opset=18, ax=axis1)
    case("pad_opset18", [node("Pad", ["h", "p", "", "ax"], ["y"])], [2, 6],
         lambda h: np.pad(h, ((0, 0), (0, 0), (1, 1))), opset=18, p=np.array([1, 1]), ax=axis2)
    case("shape_arithmetic",
         [node("Shape", ["h"], ["s"]), node("Gather", ["s", "i1"], ["p"]), node("Gather", ["s", "i2"], ["q"]),
          node("Mul", ["p", "q"], ["n"]), node("Gather", ["s", "i0"], ["b"]),
          node("Concat", ["b", "n"], ["t"], axis=0), node("Reshape", ["h", "t"], ["y"])], [8],
         lambda h: h.reshape(-1, 8), i0=np.array([0]), i1=axis1, i2=axis2)
    case("filled_shape", [node("ConstantOfShape", ["z"], ["f"], value=helper.make_tensor("v", FLOAT, [1], [0.25])),
                          node("Add", ["h", "f"], ["y"])], [2, 4], lambda h: h + 0.25, z=np.array([2, 4]))


def make_products():
    name = "reduce_prod"
    x, w = samples(name, 8), weight(name, 8, 10)
    keep(name, build(
        [node("MatMul", ["x", "w"], ["h"]), node("Reshape", ["h", "s"], ["r"]),
         node("ReduceProd", ["r"], ["p"], axes=[2], keepdims=0), node("Add", ["p", "one"], ["y"])],
        [8], [2], {"w": w, "s": np.array([-1, 2, 5]), "one": np.float32(1)}),
        x, 1 + (x @ w).reshape(-1, 2, 5).prod(2))


def make_storage():
    """The same layer, its weights kept in different ways."""
    for name, kind, raw in [("weights_raw", FLOAT, True),
                            ("weights_float_data", FLOAT, False),
                            ("weights_double_raw", DOUBLE, True),
                            ("weights_double_data", DOUBLE, False)]:
        x, w = samples(name, 8), weight(name, 8, 4)
        if kind == DOUBLE:
            w = w.astype(np.float64) + 1e-12
        tensor = helper.make_tensor(
            "w", kind, w.shape, w.tobytes() if raw else w.ravel().tolist(), raw)
        nodes = [node("MatMul", ["x", "w"], ["y"])]
        if kind == DOUBLE:
            nodes = [node("Cast", ["x"], ["d"], to=DOUBLE),
                     node("MatMul", ["d", "w"], ["e"]),
                     node("Cast", ["e"], ["y"], to=FLOAT)]
        keep(name, build(nodes, [8], [4], [tensor]), x, x @ w)

    # A model in float16 throughout, and weights of narrow types that are cast.
    name = "float16_model"
    x, w, b = samples(name, 8), weight(name, 8, 4).astype(np.float16), weight(name + "b", 4).astype(np.float16)
    keep(name, build(
        [node("Cast", ["x"], ["h"], to=TensorProto.FLOAT16), node("Gemm", ["h", "w", "b"], ["g"]),
         node("Tanh", ["g"], ["t"]), node("Cast", ["t"], ["y"], to=FLOAT)],
        [8], [4], {"w": w, "b": b}), x, np.tanh(x @ w.astype(np.float64) + b))
    for name, kind in [("weights_int8", TensorProto.INT8), ("weights_uint16", TensorProto.UINT16),
                       ("weights_bfloat16", TensorProto.BFLOAT16)]:
        x, w = samples(name, 8), np.round(abs(weight(name, 8, 4)) * 8)
        stored = helper.make_tensor("w", kind, w.shape, (w * 1.0).ravel().tolist() if kind == TensorProto.BFLOAT16
                                    else w.astype(int).ravel().tolist())
        keep(name, build([node("Cast", ["w"], ["f"], to=FLOAT), node("MatMul", ["x", "f"], ["y"])],
                         [8], [4], [stored]), x, x @ w)

    # Weights of 8 bits, with a scale and a zero point for each column.
    name = "weights_dequantized"
    x, scale, zero = samples(name, 8), np.float32([0.01, 0.02, 0.005, 0.03]), np.uint8([120, 128, 0, 131])
    q = rng(name).integers(60, 200, (8, 4)).astype(np.uint8)
    keep(name, build([node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=-1), node("MatMul", ["x", "w"], ["y"])],
                     [8], [4], {"q": q, "s": scale, "z": zero}), x, x @ ((q.astype(np.float32) - zero) * scale))

    # Up to IR version 3 every initializer had to be a graph input too.
    name = "ir3_initializer_inputs"
    x, w, b = samples(name, 8), weight(name, 8, 4), weight(name + "b", 4)
    keep(name, build(
        [node("Gemm", ["x", "w", "b"], ["h"]), node("Sigmoid", ["h"], ["y"])],
        [8], [4], {"w": w, "b": b}, opset=7, ir=3,
        extra_inputs=[helper.make_tensor_value_info("w", FLOAT, [8, 4]),
                      helper.make_tensor_value_info("b", FLOAT, [4])]),
        x, sigmoid(x @ w + b))


# ----------------------------------------------------------- scikit-learn

def make_sklearn():
    def points(name, features, classes):
        """Clouds around as many centres as there are classes."""
        centres = weight(name, classes, features, scale=1.2)
        labels = rng("l " + name).integers(0, classes, 300)
        noise = rng("n " + name).standard_normal((300, features))
        return (centres[labels] + 0.5 * noise).astype(np.float32), labels

    def network(kind, hidden, activation, iterations=300):
        return kind((hidden,), activation=activation, max_iter=iterations,
                    learning_rate_init=0.01, alpha=0.01, random_state=6)

    name = "skl_scaler_pca_mlp_strings"
    x, labels = points(name, 10, 3)
    x = x * np.float32(5) + np.float32(20)
    scaler = StandardScaler().fit(x)
    pca = PCA(6, svd_solver="full").fit(scaler.transform(x))
    mlp = network(MLPClassifier, 8, "relu").fit(
        pca.transform(scaler.transform(x)), np.array(["ash", "oak", "yew"])[labels])
    graph = sklgraph.Graph(10)
    graph.standard_scaler(scaler)
    graph.pca(pca)
    graph.classifier(mlp)
    keep(name, graph.model(), x[:SAMPLES],
         mlp.predict_proba(pca.transform(scaler.transform(x[:SAMPLES]))))

    for name, zipmap in [("skl_mlp_binary", True),
                         ("skl_mlp_binary_matrix", False)]:
        x, labels = points(name, 8, 2)
        mlp = network(MLPClassifier, 6, "logistic").fit(x, labels)
        graph = sklgraph.Graph(8)
        graph.classifier(mlp, zipmap)
        keep(name, graph.model(), x[:SAMPLES], mlp.predict_proba(x[:SAMPLES]))

    for activation in ("logistic", "tanh", "relu"):
        name = f"skl_scaler_pca_mlp_{activation}"
        x, labels = points(name, 10, 3)
        scaler = StandardScaler().fit(x)
        pca = PCA(5, svd_solver="full").fit(scaler.transform(x))
        inner = pca.transform(scaler.transform(x))
        mlp = network(MLPClassifier, 8, activation).fit(inner, labels)
        graph = sklgraph.Graph(10)
        graph.standard_scaler(scaler)
        graph.pca(pca)
        graph.classifier(mlp)
        keep(name, graph.model(), x[:SAMPLES], mlp.predict_proba(inner[:SAMPLES]))

    for name, classes, multi, strings in [
            ("skl_logistic_multinomial", 4, "multinomial", False),
            ("skl_logistic_ovr", 3, "ovr", False),
            ("skl_logistic_binary", 2, "ovr", False),
            ("skl_logistic_strings", 3, "multinomial", True)]:
        x, labels = points(name, 6, classes)
        if strings:
            labels = np.array(["ash", "oak", "yew"])[labels]
        scaler = StandardScaler().fit(x)
        model = LogisticRegression(multi_class=multi, random_state=1).fit(scaler.transform(x), labels)
        graph = sklgraph.Graph(6)
        graph.standard_scaler(scaler)
        graph.linear_classifier(model)
        keep(name, graph.model(), x[:SAMPLES], model.predict_proba(scaler.transform(x[:SAMPLES])))

    # A label that was encoded before training is decoded behind the classifier.
    name = "skl_logistic_encoded"
    x, labels = points(name, 6, 3)
    model = LogisticRegression(multi_class="multinomial", random_state=1).fit(x, labels)
    graph = sklgraph.Graph(6)
    graph.linear_classifier(model, names=["ash", "oak", "yew"])
    keep(name, graph.model(ml=2), x[:SAMPLES], model.predict_proba(x[:SAMPLES]))

    for name, model, targets in [("skl_linear_regression", LinearRegression(), 1),
                                 ("skl_ridge", Ridge(0.5), 3)]:
        x, _ = points(name, 6, 3)
        model.fit(x, (np.tanh(x) @ weight(name + " t", 6, targets)).squeeze())
        graph = sklgraph.Graph(6)
        graph.imputer(x.mean(0))
        graph.linear_regressor(model)
        keep(name, graph.model(), x[:SAMPLES], model.predict(x[:SAMPLES]).reshape(SAMPLES, targets))

    name = "skl_mlp_tanh"
    x, labels = points(name, 8, 4)
    mlp = network(MLPClassifier, 6, "tanh").fit(x, labels)
    graph = sklgraph.Graph(8)
    graph.classifier(mlp)
    keep(name, graph.model(opset=12, ir=7), x[:SAMPLES],
         mlp.predict_proba(x[:SAMPLES]))

    name = "skl_mlp_regressor"
    x, _ = points(name, 8, 2)
    mlp = network(MLPRegressor, 6, "tanh").fit(x, np.sin(x[:, 0]) + x[:, 1] / 2)
    graph = sklgraph.Graph(8)
    graph.regressor(mlp)
    keep(name, graph.model(), x[:SAMPLES],
         mlp.predict(x[:SAMPLES]).reshape(-1, 1))

    # The converter ends it in Reshape(-1, 1), which runtimes take at its word.
    name = "skl_mlp_regressor_many"
    x, _ = points(name, 8, 2)
    mlp = network(MLPRegressor, 6, "tanh").fit(x, np.tanh(x @ weight(name + " t", 8, 3)))
    graph = sklgraph.Graph(8)
    graph.regressor(mlp)
    keep(name, graph.model(), x[:SAMPLES], mlp.predict(x[:SAMPLES]))

    for name, model in [("skl_svr_linear", SVR(kernel="linear", C=0.1)),
                        ("skl_svr_rbf", SVR(kernel="rbf", epsilon=0.4, gamma=0.1)),
                        ("skl_svr_poly", SVR(kernel="poly", degree=2, gamma=0.1, coef0=1.0, epsilon=0.3))]:
        x, _ = points(name, 6, 3)
        model.fit(x, np.tanh(x[:, 0]) + x[:, 1] / 2)
        graph = sklgraph.Graph(6)
        graph.svr(model)
        keep(name, graph.model(), x[:SAMPLES], model.predict(x[:SAMPLES]).reshape(-1, 1))

    name = "skl_svc_binary"
    x, labels = points(name, 6, 2)
    model = SVC(kernel="linear", C=0.1).fit(x, labels)
    graph = sklgraph.Graph(6)
    graph.svc(model)
    score = model.decision_function(x[:SAMPLES])
    keep(name, graph.model(), x[:SAMPLES], np.stack([score, -score], 1))  # as onnxruntime has it

    # scikit-learn's answers come from libsvm's iteration, which runtimes have too.
    name = "skl_svc_probability"
    x, labels = points(name, 6, 2)
    model = SVC(kernel="linear", C=0.1, probability=True, random_state=1).fit(x, labels)
    graph = sklgraph.Graph(6)
    graph.svc(model)
    keep(name, graph.model(), x[:SAMPLES], model.predict_proba(x[:SAMPLES]))

    name = "skl_svc_votes"
    x, labels = points(name, 6, 4)
    model = SVC(kernel="linear", C=0.1, decision_function_shape="ovo").fit(x, labels)
    graph = sklgraph.Graph(6)
    graph.svc(model)
    keep(name, graph.model(), x[:SAMPLES], model.decision_function(x[:SAMPLES]))

    name = "skl_pca_whiten"
    x, _ = points(name, 8, 3)
    pca = PCA(3, whiten=True, svd_solver="full").fit(x)
    graph = sklgraph.Graph(8)
    graph.pca(pca)
    graph.end(3)
    keep(name, graph.model(), x[:SAMPLES], pca.transform(x[:SAMPLES]))


# ------------------------------------------------- what the client computes

def make_tails():
    """Models that end in what only the client computes: y is the primary output."""
    def clouds(name, features, classes):
        centres = weight(name, classes, features, scale=1.2)
        labels = rng("l " + name).integers(0, classes, 300)
        return (centres[labels] + 0.7 * rng("n " + name).standard_normal((300, features))).astype(np.float32), labels

    def estimator(name, model, x, write, y, **options):
        graph = sklgraph.Graph(x.shape[1])
        write(graph, model)
        keep(name, graph.model(**options), x[:SAMPLES], y(x[:SAMPLES]))

    name = "skl_kmeans"
    x, _ = clouds(name, 4, 5)
    model = KMeans(5, n_init=3, random_state=2).fit(x)
    estimator(name, model, x, tails.kmeans, model.transform)

    name = "skl_gaussian_nb"
    x, labels = clouds(name, 6, 3)
    model = GaussianNB().fit(x, labels)
    estimator(name, model, x, tails.gaussian_nb, model.predict_proba)

    name = "skl_one_vs_rest"
    x, labels = clouds(name, 6, 3)
    model = OneVsRestClassifier(LogisticRegression(random_state=1)).fit(x, labels)
    estimator(name, model, x, tails.one_vs_rest, model.predict_proba)

    name = "skl_sgd_log"
    x, labels = clouds(name, 6, 3)
    model = SGDClassifier(loss="log_loss", random_state=1).fit(x, labels)
    estimator(name, model, x, tails.sgd, model.predict_proba)

    name = "skl_calibrated"
    x, labels = clouds(name, 6, 2)
    model = CalibratedClassifierCV(LinearSVC(random_state=1), cv=3).fit(x, labels)
    estimator(name, model, x, tails.calibrated, model.predict_proba)

    name = "skl_logistic_double"
    x, labels = clouds(name, 6, 3)
    model = LogisticRegression(random_state=1).fit(x, labels)
    estimator(name, model, x.astype(np.float64), tails.logistic_double, model.predict_proba)

    def case(name, nodes, expected, y_shape=(6,), opset=18, outputs=(), **weights):
        w = weight("tail " + name, 8, 6)
        x = samples(name, 8)
        model = build([node("MatMul", ["x", "w"], ["h"]), *nodes], (8,), y_shape, {"w": w, **weights}, opset,
                      imports=[helper.make_opsetid("ai.onnx.ml", 1)] if any(n.domain for n in nodes) else ())
        for other, kind, shape in outputs:
            model.graph.output.append(helper.make_tensor_value_info(other, kind, ["N", *shape]))
        keep(name, model, x, expected(x @ w).reshape(SAMPLES, *y_shape))

    one = np.float32
    case("tail_policy", [node("Tanh", ["h"], ["t"]), node("Mul", ["t", "s"], ["u"]), node("Add", ["u", "b"], ["y"])],
         lambda h: np.tanh(h) * np.arange(1, 7) + 3, s=np.arange(1, 7).astype(one), b=one(3))
    case("tail_clip", [node("Clip", ["h", "lo", "hi"], ["y"])], lambda h: np.clip(h, -0.3, 0.5), lo=one(-0.3), hi=one(0.5))
    case("tail_norm", [node("Abs", ["h"], ["a"]), node("Pow", ["a", "two"], ["q"]),
                       node("ReduceSum", ["q", "last"], ["s"], keepdims=0), node("Pow", ["s", "half"], ["y"])],
         lambda h: np.linalg.norm(h, axis=-1), y_shape=(), two=one(2), half=one(0.5), last=np.array([1]))
    case("tail_threshold", [node("ReduceL2", ["h", "last"], ["y"], keepdims=0), node("Greater", ["y", "limit"], ["odd"]),
                            node("Cast", ["odd"], ["label"], to=TensorProto.INT64)],
         lambda h: np.linalg.norm(h, axis=-1), y_shape=(), outputs=[("odd", TensorProto.BOOL, ()), ("label", TensorProto.INT64, ())],
         last=np.array([1]), limit=one(1.5))
    case("tail_extremes", [node("ReduceMax", ["h", "last"], ["a"]), node("ReduceMin", ["h", "last"], ["b"]),
                           node("ReduceL1", ["h", "last"], ["c"]), node("ReduceLogSumExp", ["h", "last"], ["d"]),
                           node("Sub", ["a", "b"], ["e"]), node("Concat", ["c", "d", "e"], ["y"], axis=1)],
         lambda h: np.stack([np.abs(h).sum(1), np.log(np.exp(h).sum(1)), np.ptp(h, axis=1)], 1), y_shape=(3,), last=np.array([1]))
    case("tail_log_sum", [node("Exp", ["h"], ["a"]), node("ReduceLogSum", ["a", "last"], ["y"])],
         lambda h: np.log(np.exp(h).sum(1)), y_shape=(1,), last=np.array([1]))
    case("tail_topk", [node("TopK", ["h", "k"], ["y", "where"])], lambda h: -np.sort(-h, axis=1)[:, :3], y_shape=(3,),
         outputs=[("where", TensorProto.INT64, (3,))], k=np.array([3]))
    case("tail_normalised", [node("LpNormalization", ["h"], ["y"], p=2)], lambda h: h / np.linalg.norm(h, axis=1, keepdims=True))
    case("tail_choice", [node("Less", ["h", "zero"], ["neg"]), node("GreaterOrEqual", ["h", "one"], ["big"]), node("LessOrEqual", ["h", "one"], ["le"]),
                         node("Or", ["neg", "big"], ["or"]), node("And", ["or", "le"], ["and"]), node("Xor", ["and", "big"], ["xor"]),
                         node("Not", ["xor"], ["not"]), node("IsNaN", ["h"], ["nan"]), node("Equal", ["nan", "big"], ["equal"]),
                         node("And", ["not", "equal"], ["middle"]), node("Softplus", ["h"], ["soft"]), node("Where", ["middle", "h", "soft"], ["y"])],
         lambda h: np.where((h >= 0) & (h < 1), h, np.log1p(np.exp(h))), zero=one(0), one=one(1))
    case("tail_onehot", [node("ArgMin", ["h"], ["i"], axis=1, keepdims=0), node("OneHot", ["i", "six", "pair"], ["o"]),
                         node("Sigmoid", ["h"], ["p"]), node("Mul", ["o", "p"], ["q"]), node("Gather", ["prices", "i"], ["g"], axis=0),
                         node("Unsqueeze", ["g", "last"], ["u"]), node("Add", ["q", "u"], ["y"])],
         lambda h: np.eye(6)[h.argmin(1)] * sigmoid(h) + np.arange(6)[h.argmin(1)][:, None] / 4,
         six=np.array([6]), pair=np.array([0, 1], one), prices=(np.arange(6) / 4).astype(one), last=np.array([1]))
    case("tail_angles", [node("Tanh", ["h"], ["t"]), node("Asin", ["t"], ["a"]), node("Acos", ["t"], ["b"]), node("Atanh", ["half"], ["c"]),
                         node("Tan", ["t"], ["d"]), node("Add", ["a", "b"], ["e"]), node("Add", ["d", "c"], ["f"]), node("Cosh", ["h"], ["g"]),
                         node("Acosh", ["g"], ["k"]), node("Sum", ["e", "f", "k"], ["y"])],
         lambda h: np.pi / 2 + np.tan(np.tanh(h)) + np.arctanh(one(0.5)) + np.abs(h), half=one(0.5))
    case("tail_rounded", [node("Floor", ["h"], ["a"]), node("Ceil", ["h"], ["b"]), node("Round", ["h"], ["c"]), node("Sum", ["a", "b", "c"], ["steps"]),
                          node("Sigmoid", ["h"], ["y"])],
         sigmoid, outputs=[("steps", TensorProto.FLOAT, (6,))])
    case("tail_binarised", [node("Binarizer", ["h"], ["b"], domain="ai.onnx.ml", threshold=0.25), node("Softmax", ["h"], ["y"])],
         softmax, outputs=[("b", TensorProto.FLOAT, (6,))])


# ------------------------------------- what the client computes in front

def make_front():
    """Models that begin with what needs no weights: missing values, categories, clipping."""
    def points(name, features, targets=3):
        x = rng(name).standard_normal((200, features)).astype(np.float32)
        return x, np.argmax(x @ weight("t " + name, features, targets), axis=1)

    name = "front_imputer"
    x, labels = points(name, 6)
    x[rng("n " + name).random(x.shape) < 0.2] = np.nan
    means = np.nanmean(x, axis=0)
    filled = np.where(np.isnan(x), means, x)
    scaler = StandardScaler().fit(filled)
    model = LogisticRegression(multi_class="multinomial").fit(scaler.transform(filled), labels)
    graph = sklgraph.Graph(6)
    graph.imputer(means)
    graph.standard_scaler(scaler)
    graph.linear_classifier(model)
    keep(name, graph.model(), x[:SAMPLES], model.predict_proba(scaler.transform(filled[:SAMPLES])))

    # A category in a column of numbers, unknown ones refused.
    name = "front_onehot"
    x, labels = points(name, 4)
    x[:, 3] = rng("c " + name).integers(2, 5, 200)
    encoder = OneHotEncoder(sparse=False).fit(x[:, 3:])
    encoded = np.hstack([x[:, :3], encoder.transform(x[:, 3:])])
    model = LogisticRegression(multi_class="multinomial").fit(encoded, labels)
    graph = sklgraph.Graph(4)
    numbers, category = graph.columns([0, 1, 2]), graph.columns([3])
    graph.concat([numbers, graph.onehot(graph.cast(category, INT64), encoder.categories_[0].astype(int), zeros=0)])
    graph.linear_classifier(model)
    keep(name, graph.model(), x[:SAMPLES], model.predict_proba(encoded[:SAMPLES]))

    # Samples beyond those that the scaler was fitted on are clipped.
    name = "front_clip"
    x, _ = points(name, 5)
    scaler = MinMaxScaler(clip=True).fit(x[100:])
    model = Ridge().fit(scaler.transform(x), x @ weight("r " + name, 5, 1).ravel())
    graph = sklgraph.Graph(5)
    graph.minmax_scaler(scaler)
    graph.linear_regressor(model)
    keep(name, graph.model(), x[:SAMPLES], model.predict(scaler.transform(x[:SAMPLES])).reshape(-1, 1))

    name = "front_normalizer"
    x, _ = points(name, 5)
    model = Ridge().fit(normalize(x), x @ weight("r " + name, 5, 1).ravel())
    graph = sklgraph.Graph(5)
    graph.value = graph.node("Normalizer", [graph.value], "variable", sklgraph.ML, norm="L2")
    graph.linear_regressor(model)
    keep(name, graph.model(), x[:SAMPLES], model.predict(normalize(x[:SAMPLES])).reshape(-1, 1))

    w = weight("front", 8, 4)
    x = rng("front x").standard_normal((SAMPLES, 8)).astype(np.float32)
    holes = np.where(rng("front holes").random(x.shape) < 0.2, np.float32(np.nan), x)
    keep("front_where_isnan",
         build([node("IsNaN", ["x"], ["n"]), node("Where", ["n", "fill", "x"], ["f"]), node("MatMul", ["f", "w"], ["y"])],
               [8], [4], {"w": w, "fill": np.float32(0.5)}),
         holes, np.where(np.isnan(holes), np.float32(0.5), holes) @ w)
    keep("front_threshold",
         build([node("Greater", ["x", "t"], ["above"]), node("Cast", ["above"], ["f"], to=FLOAT),
                node("MatMul", ["f", "w"], ["y"])], [8], [4], {"w": w, "t": np.float32(0.3)}),
         x, (x > 0.3).astype(np.float32) @ w)
    keep("front_log1p",
         build([node("Abs", ["x"], ["a"]), node("Add", ["a", "one"], ["b"]), node("Log", ["b"], ["c"]),
                node("MatMul", ["c", "w"], ["y"])], [8], [4], {"w": w, "one": np.float32(1)}),
         x, np.log1p(np.abs(x)) @ w)
    keep("front_all", build([node("Clip", ["x", "lo", "hi"], ["y"])], [8], [8], {"lo": np.float32(-0.5), "hi": np.float32(1)}),
         x, np.clip(x, -0.5, 1))
    whole = rng("front whole").integers(-4, 5, (SAMPLES, 8))
    keep("front_integers", build([node("Cast", ["x"], ["f"], to=FLOAT), node("MatMul", ["f", "w"], ["y"])],
                                 [8], [4], {"w": w}, x_type=INT64),
         whole, whole.astype(np.float32) @ w)
    keep("front_onehot_core",
         build([node("Gather", ["x", "at"], ["c"], axis=1), node("OneHot", ["c", "depth", "values"], ["o"]),
                node("Cast", ["o"], ["f"], to=FLOAT), node("MatMul", ["f", "w"], ["y"])],
               [8], [4], {"w": w, "at": np.int64(2), "depth": np.int64(8), "values": np.array([0, 1], np.float32)}, x_type=INT64),
         np.abs(whole), np.eye(8, dtype=np.float32)[np.abs(whole)[:, 2]] @ w)

    make_columns()


def make_columns():
    COLUMNS.mkdir(exist_ok=True)
    n = 200
    draw = rng("columns")
    age, rooms = draw.normal(40, 12, n).astype(np.float32), draw.integers(1, 7, n)
    sun, city = draw.random(n) < 0.4, np.array(["Bonn", "Köln, Süd", "Ulm"])[draw.integers(0, 3, n)]
    grade = np.array(["low", "mid", "high"])[draw.integers(0, 3, n)]
    age[draw.random(n) < 0.1] = np.nan
    mean = np.float32(np.nanmean(age))
    numbers = np.column_stack([np.where(np.isnan(age), mean, age), rooms, sun])
    scaler = StandardScaler().fit(numbers)
    ordinal = OrdinalEncoder(categories=[["low", "mid", "high"]]).fit(grade[:, None])
    onehot = OneHotEncoder(sparse=False, handle_unknown="ignore").fit(city[:, None])

    def features(rows):
        places = city.copy()
        places[3] = "Rom"  # not known: no column of its own
        return np.hstack([scaler.transform(numbers), onehot.transform(places[:, None]), ordinal.transform(grade[:, None])])[rows]

    rows = slice(0, SAMPLES)
    labels = np.where(features(slice(None)) @ draw.normal(size=7) > 0.5, "sold", "free")
    model = LogisticRegression(multi_class="ovr").fit(features(slice(None)), labels)
    graph = sklgraph.Graph(columns=[("age", FLOAT), ("rooms", INT64), ("sun", BOOL), ("city", STRING), ("grade", STRING)])
    graph.value = "age"
    graph.imputer([mean])
    graph.concat([graph.value, graph.cast("rooms", FLOAT), graph.cast("sun", FLOAT)])
    graph.standard_scaler(scaler)
    graph.concat([graph.value, graph.onehot("city", onehot.categories_[0].tolist(), zeros=1),
                  graph.ordinal("grade", ["low", "mid", "high"])])
    graph.linear_classifier(model)
    onnx.save(graph.model(ml=2), COLUMNS / "houses.onnx")
    with open(COLUMNS / "houses.csv", "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["", "city", "grade", "age", "sun", "rooms", "price"])
        for i in range(n)[rows]:
            out.writerow([i, "Rom" if i == 3 else city[i], grade[i], "" if np.isnan(age[i]) else age[i], sun[i], rooms[i], 100 + i])
    np.save(COLUMNS / "houses_y.npy", model.predict_proba(features(rows)).astype(np.float32))
    with open(COLUMNS / "houses_labels.csv", "w", newline="") as f:
        f.write("\n".join(["state", *labels[rows]]) + "\n")

    # Columns of numbers alone may lie side by side in an array.
    w = weight("columns", 4, 3)
    x = np.column_stack([draw.normal(size=(SAMPLES, 3)), draw.integers(0, 3, SAMPLES)]).astype(np.float32)
    graph = sklgraph.Graph(columns=[("a", FLOAT), ("b", FLOAT), ("c", FLOAT), ("d", DOUBLE)])
    graph.concat(["a", "b", "c", graph.cast("d", FLOAT)])
    graph.value = graph.node("MatMul", [graph.value, graph.weight("w", w)], "variable")
    graph.end(3)
    onnx.save(graph.model(), COLUMNS / "numbers.onnx")
    np.save(COLUMNS / "numbers.npy", x)
    np.save(COLUMNS / "numbers_y.npy", x @ w)


# ---------------------------------------------------------------- refused

def make_refused():
    w = weight("refused", 8, 8, scale=0.4)
    layer = node("MatMul", ["x", "w"], ["h"])

    def refuse(name, nodes, valid=False, y_shape=(8,), **options):
        """valid: proper ONNX, which this compiler turns down all the same."""
        options.setdefault("weights", {"w": w})
        model = build(nodes, options.pop("x_shape", [8]), y_shape, **options)
        if valid:
            checker.check_model(model)
        onnx.save(model, REFUSED / f"{name}.onnx")
        return model

    def refuse_bytes(name, data):
        (REFUSED / f"{name}.onnx").write_bytes(data)

    # Operators.
    refuse("other_domain", [layer, node("Relu", ["h"], ["y"], domain="my.ops")],
           valid=True, imports=[helper.make_opsetid("my.ops", 1)])
    refuse("undeclared_domain",
           [layer, node("Scaler", ["h"], ["y"], domain="ai.onnx.ml",
                        offset=[0.0], scale=[1.0])])
    refuse("unknown_op", [layer, node("Frobnicate", ["h"], ["y"])])
    branch = helper.make_graph(
        [node("Sigmoid", ["h"], ["out"])], "branch", [],
        [helper.make_tensor_value_info("out", FLOAT, ["N", 8])])
    refuse("if_subgraph",
           [layer, node("If", ["flag"], ["y"], then_branch=branch,
                        else_branch=branch)],
           valid=True, weights={"w": w, "flag": np.bool_(True)})
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        [node("Identity", ["go"], ["go_on"]), node("Sigmoid", ["v"], ["v_out"])],
        "body", [info("i", INT64, []), info("go", TensorProto.BOOL, []),
                 info("v", FLOAT, ["N", 8])],
        [info("go_on", TensorProto.BOOL, []), info("v_out", FLOAT, ["N", 8])])
    refuse("loop_subgraph",
           [layer, node("Loop", ["count", "flag", "h"], ["y"], body=body)],
           valid=True,
           weights={"w": w, "count": np.int64(3), "flag": np.bool_(True)})
    function = helper.make_function(
        "my.ops", "Double", ["a"], ["b"], [node("Add", ["a", "a"], ["b"])],
        [helper.make_opsetid("", 15)])
    refuse("local_function",
           [layer, node("Double", ["h"], ["y"], domain="my.ops")], valid=True,
           functions=[function], opset=15, ir=8,
           imports=[helper.make_opsetid("my.ops", 1)])
    refuse("divide_two_values",
           [layer, node("MatMul", ["x", "v"], ["g"]), node("Div", ["h", "g"], ["q"]), node("MatMul", ["q", "w"], ["y"])],
           valid=True, weights={"w": w, "v": w[::-1].copy()})
    refuse("divide_by_zero", [layer, node("Div", ["h", "zero"], ["y"])],
           valid=True, weights={"w": w, "zero": np.zeros(8, np.float32)})
    refuse("softmax_middle",
           [layer, node("Softmax", ["h"], ["s"]), node("MatMul", ["s", "w"], ["y"])],
           valid=True)
    refuse("matmul_variables",
           [layer, node("Transpose", ["x"], ["t"]), node("MatMul", ["t", "h"], ["y"])],
           valid=True)
    refuse("trilu_batch", [layer, node("Trilu", ["h"], ["y"])], valid=True, opset=14)
    refuse("mix_the_batch",
           [node("Transpose", ["x"], ["t"]), node("MatMul", ["t", "w"], ["y"])],
           valid=True)
    kernel = weight("kernel", 1, 1, 3, 3)
    refuse("conv_attribute",
           [node("Conv", ["x", "k"], ["y"], auto_pad="SIDEWAYS",
                 dilations=[-3, 0])],
           x_shape=[1, 8, 8], y_shape=(1, 8, 8), weights={"k": kernel})
    refuse("gemm_attribute_type",
           [node("Gemm", ["x", "w"], ["y"], transB="yes")])
    refuse("batchnorm_training",
           [layer, node("BatchNormalization", ["h", "v", "v", "v", "v"],
                        ["y", "m2", "v2"], training_mode=1)],
           valid=True, opset=15, ir=8,
           weights={"w": w, "v": np.ones(8, np.float32)})
    refuse("dropout_training",
           [layer, node("Dropout", ["h", "r", "t"], ["y"])], valid=True,
           weights={"w": w, "r": np.float32(0.4), "t": np.bool_(True)})

    # Inputs.
    refuse("string_input", [node("Cast", ["x"], ["f"], to=FLOAT),
                            node("MatMul", ["f", "w"], ["y"])],
           valid=True, x_type=TensorProto.STRING)
    refuse("complex_input", [node("MatMul", ["x", "w"], ["y"])],
           x_type=TensorProto.COMPLEX64)
    refuse("open_and_fixed_inputs", [layer, node("Add", ["h", "x2"], ["y"])], valid=True,
           extra_inputs=[info("x2", FLOAT, [1, 8])])
    refuse("constant_output", [node("MatMul", ["w", "w"], ["y"])], valid=True)

    # Names and order.
    refuse("undefined_name", [layer, node("Add", ["h", "nowhere"], ["y"])])
    refuse("undefined_output", [layer])
    refuse("duplicate_name",
           [layer, node("Sigmoid", ["h"], ["y"]), node("Tanh", ["h"], ["y"])])
    refuse("cycle", [node("Add", ["x", "b"], ["a"]),
                     node("Sigmoid", ["a"], ["b"]),
                     node("MatMul", ["b", "w"], ["y"])])
    refuse("self_cycle", [node("Add", ["x", "y"], ["y"])])

    # Shapes.
    refuse("gemm_shape", [node("Gemm", ["x", "w"], ["y"])],
           weights={"w": weight("bad", 9, 8)})
    refuse("gemm_bias_shape", [node("Gemm", ["x", "w", "c"], ["y"])],
           weights={"w": w, "c": np.zeros(7, np.float32)})
    refuse("add_shape", [layer, node("Add", ["h", "c"], ["y"])],
           weights={"w": w, "c": np.zeros(3, np.float32)})
    refuse("reshape_shape", [layer, node("Reshape", ["h", "s"], ["y"])],
           y_shape=(7,), weights={"w": w, "s": np.array([-1, 7])})
    refuse("declared_output_shape", [layer, node("Sigmoid", ["h"], ["y"])],
           y_shape=(5,))
    refuse("huge_input", [node("Sigmoid", ["x"], ["y"])], valid=True,
           x_shape=[2**40], y_shape=(2**40,), weights={})

    def bare_tensor(dims, kind=FLOAT, raw=b""):
        tensor = TensorProto(name="w", data_type=kind, raw_data=raw)
        tensor.dims.extend(dims)
        return [tensor]

    # Weights.
    refuse("huge_initializer", [node("MatMul", ["x", "w"], ["y"])],
           weights=bare_tensor([2**40]))
    refuse("overflowing_dims", [node("MatMul", ["x", "w"], ["y"])],
           weights=bare_tensor([2**32, 2**32]))
    refuse("negative_dims", [node("MatMul", ["x", "w"], ["y"])],
           weights=bare_tensor([-8, -8], raw=w.tobytes()))
    refuse("short_initializer", [node("MatMul", ["x", "w"], ["y"])],
           weights=bare_tensor([8, 8], raw=w.tobytes()[:-3]))
    refuse("nan_weight", [node("MatMul", ["x", "w"], ["y"])], valid=True,
           weights={"w": np.where(np.eye(8) > 0, np.nan, w).astype(np.float32)})
    refuse("string_weight", [node("MatMul", ["x", "w"], ["y"])],
           weights=[helper.make_tensor("w", TensorProto.STRING, [2], [b"a", b"b"])])
    outside = TensorProto(name="w", data_type=FLOAT,
                          data_location=TensorProto.EXTERNAL)
    outside.dims.extend([8, 8])
    for key, value in [("location", "nowhere.bin"), ("offset", "0"),
                       ("length", "256")]:
        outside.external_data.add(key=key, value=value)
    # onnx.save would look for the file; the bytes are written as they are.
    model = build([node("MatMul", ["x", "w"], ["y"])], [8], [8], [outside])
    refuse_bytes("external_missing", model.SerializeToString())
    model.graph.initializer[0].external_data[0].value = "../../../go.mod"
    refuse_bytes("external_escape", model.SerializeToString())
    dense = helper.make_tensor("s", FLOAT, [2], [0.5, -0.5])
    places = helper.make_tensor("s_places", INT64, [2], [3, 9])
    refuse("sparse_initializer", [node("MatMul", ["x", "s"], ["y"])],
           weights={}, valid=True, sparse_initializer=[
               helper.make_sparse_tensor(dense, places, [8, 8])])

    # The file as a whole.
    fine = build([layer, node("Sigmoid", ["h"], ["y"])], [8], [8], {"w": w})
    data = fine.SerializeToString()
    refuse_bytes("truncated", data[:len(data) // 2])
    refuse_bytes("empty", b"")
    refuse_bytes("garbage", rng("garbage").bytes(500))
    refuse("opset_99", [layer, node("Sigmoid", ["h"], ["y"])], opset=99)
    refuse("ir_99", [layer, node("Sigmoid", ["h"], ["y"])], ir=99)
    del fine.opset_import[:]
    refuse_bytes("no_opset", fine.SerializeToString())
    fine = onnx.load_from_string(data)
    fine.ClearField("graph")
    refuse_bytes("no_graph", fine.SerializeToString())
    fine = onnx.load_from_string(data)
    del fine.graph.output[:]
    refuse_bytes("no_output", fine.SerializeToString())


def main():
    REFUSED.mkdir(parents=True, exist_ok=True)
    for old in [*HERE.glob("*.onnx"), *HERE.glob("*.npy"), *REFUSED.glob("*.onnx")]:
        old.unlink()
    make_torch()
    make_gemm()
    make_shapes()
    make_operators()
    make_functions()
    make_linear()
    make_products()
    make_storage()
    make_sklearn()
    make_tails()
    make_front()
    make_refused()
    import images  # which imports this module
    images.make_images()
    print(f"{len(list(HERE.glob('*.onnx')))} models, "
          f"{len(list(REFUSED.glob('*.onnx')))} refused")


if __name__ == "__main__":
    main()
