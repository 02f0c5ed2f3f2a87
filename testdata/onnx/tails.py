"""Estimators whose last operators only a client can compute, node for node in the
shapes that skl2onnx gives them. Each function appends to a sklgraph.Graph."""

import numpy as np
from onnx import TensorProto, helper

ML = "ai.onnx.ml"
FLOAT, DOUBLE, INT32, INT64 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT32, TensorProto.INT64


def outputs(graph, label, scores, width, kind=FLOAT):
    graph.outputs += [helper.make_tensor_value_info(label, INT64, [None]),
                      helper.make_tensor_value_info(scores, kind, [None, width])]


def look_up(graph, classes, index, cast=None):
    """The label that an index stands for."""
    table = graph.weight("classes", classes, INT32)
    label = graph.node("ArrayFeatureExtractor", [table, index], "array_feature_extractor_result", ML)
    if cast:
        label = graph.node("Cast", [label], "cast2_result", to=cast)
    label = graph.node("Reshape", [label, graph.weight("shape_tensor", [-1], INT64)], "reshaped_result")
    return graph.node("Cast", [label], "label", to=INT64)


def kmeans(graph, model):
    centres = model.cluster_centers_
    squares = graph.node("ReduceSumSquare", ["X"], "Re_reduced", axes=[1], keepdims=1)
    none = graph.node("Mul", [squares, graph.weight("Mu_Mulcst", [0.0])], "Mu_C")
    cross = graph.node("Gemm", ["X", graph.weight("Ge_Gemmcst", centres), none], "Ge_Y", alpha=-2.0, transB=1)
    cross = graph.node("Add", [squares, cross], "Ad_C")
    squares = graph.node("Add", [graph.weight("Ad_Addcst", (centres ** 2).sum(1)), cross], "Ad_C")
    label = graph.node("ArgMin", [squares], "label", axis=1, keepdims=0)
    outputs(graph, label, graph.node("Sqrt", [squares], "scores"), len(centres))


def gaussian_nb(graph, model):
    theta, var = model.theta_[None], model.var_[None]
    x = graph.node("Reshape", ["X", graph.weight("shape_tensor", [-1, 1, theta.shape[2]], INT64)], "reshaped_input")
    x = graph.node("Sub", [x, graph.weight("theta", theta)], "subtracted_input")
    x = graph.node("Pow", [x, graph.weight("exponent", np.float32(2))], "pow_result")
    x = graph.node("Div", [x, graph.weight("sigma", var)], "div_result")
    x = graph.node("ReduceSum", [x, graph.weight("axis", [2], INT64)], "reduced_sum", keepdims=0)
    x = graph.node("Mul", [x, graph.weight("prod_operand", np.float32(0.5))], "mul_result")
    x = graph.node("Sub", [graph.weight("sigma_sum_log", -0.5 * np.log(2 * np.pi * var).sum(2)), x], "part_log_likelihood")
    joint = graph.node("Add", [graph.weight("jointi", np.log(model.class_prior_)[None]), x], "sum_result")
    label = look_up(graph, model.classes_, graph.node("ArgMax", [joint], "argmax_output", axis=1), FLOAT)
    total = graph.node("ReduceLogSumExp", [joint], "reduce_log_sum_exp_result", axes=[1], keepdims=0)
    total = graph.node("Reshape", [total, graph.weight("shape_tensor", [-1, 1], INT64)], "reshaped_log_prob")
    log = graph.node("Sub", [joint, total], "log_prob")
    outputs(graph, label, graph.node("Exp", [log], "probabilities"), theta.shape[1])


def linear(graph, coefficients, intercepts, transform):
    """A LinearClassifier of two classes; its scores."""
    label, scores = graph.unique("label_"), graph.unique("proba_")
    graph.nodes.append(helper.make_node(
        "LinearClassifier", ["X"], [label, scores], name=graph.unique("LinearClassifier"), domain=ML, classlabels_ints=[0, 1],
        coefficients=np.vstack([-coefficients, coefficients]).ravel().tolist(), intercepts=np.hstack([-intercepts, intercepts]).tolist(),
        multi_class=0, post_transform=transform))
    return scores


def one_vs_rest(graph, model):
    first, second = graph.weight("starts", [1], INT64), graph.weight("ends", [2], INT64)
    columns = []
    for one in model.estimators_:
        scores = linear(graph, one.coef_, one.intercept_, "LOGISTIC")
        columns.append(graph.node("Slice", [scores, first, second, first], "probY"))
    joined = graph.node("Concat", columns, "concatenated", axis=1)
    label = look_up(graph, model.classes_, graph.node("ArgMax", [joined], "label_name", axis=1), FLOAT)
    outputs(graph, label, graph.node("LpNormalization", [joined], "probabilities", axis=1, p=1), len(columns))


def sgd(graph, model):
    score = graph.node("MatMul", ["X", graph.weight("coef", model.coef_.T)], "matmul_result")
    score = graph.node("Add", [score, graph.weight("intercept", model.intercept_)], "score")
    negated = graph.node("Mul", [score, graph.weight("negate", np.float32(-1))], "negated_scores")
    power = graph.node("Exp", [negated], "exp_result")
    proba = graph.node("Reciprocal", [graph.node("Add", [power, graph.weight("unity", np.float32(1))], "add_result")], "proba")
    total = graph.node("ReduceSum", [proba, graph.weight("axis", [1], INT64)], "reduced_proba")
    none = graph.node("Not", [graph.node("Cast", [total], "bool_reduced_proba", to=TensorProto.BOOL)], "bool_not_reduced_proba")
    none = graph.node("Cast", [none], "not_reduced_proba", to=FLOAT)
    proba = graph.node("Add", [proba, none], "proba_updated")
    mask = graph.node("Mul", [none, graph.weight("num_classes", np.float32(len(model.classes_)))], "mask")
    proba = graph.node("Div", [proba, graph.node("Add", [total, mask], "reduced_proba_updated")], "probabilities")
    best = graph.node("ArgMax", [proba], "predicted_label", axis=1, keepdims=1)
    outputs(graph, look_up(graph, model.classes_, best), proba, len(model.classes_))


def calibrated(graph, model):
    one, second = graph.weight("unity", np.float32(1)), graph.weight("k", np.int64(1), INT64)
    folds = []
    for fold in model.calibrated_classifiers_:
        base = getattr(fold, "estimator", None) or fold.base_estimator
        curve = fold.calibrators[0]
        score = linear(graph, base.coef_, base.intercept_, "NONE")
        score = graph.node("ArrayFeatureExtractor", [score, second], "tdf_col", ML)
        score = graph.node("Mul", [graph.weight("a", np.float32(curve.a_)), score], "a_df_prod")
        score = graph.node("Add", [score, graph.weight("b", np.float32(curve.b_))], "exp_parameter")
        below = graph.node("Add", [one, graph.node("Exp", [score], "exp_result")], "denominator")
        yes = graph.node("Div", [one, below], "sigmoid_predict_result")
        folds.append(graph.node("Concat", [graph.node("Sub", [one, yes], "zeroth_col"), yes], "merged_prob", axis=1))
    total = graph.node("Sum", folds, "add_result")
    proba = graph.node("Div", [total, graph.weight("clf_length", np.float32(len(folds)))], "probabilities")
    outputs(graph, look_up(graph, model.classes_, graph.node("ArgMax", [proba], "argmax_output", axis=1)), proba, 2)


def logistic_double(graph, model):
    """As to_onnx(model, X) writes it for X of float64."""
    graph.inputs = [helper.make_tensor_value_info("X", DOUBLE, [None, model.coef_.shape[1]])]
    score = graph.node("MatMul", ["X", graph.weight("coef", model.coef_.T, DOUBLE)], "multiplied")
    score = graph.node("Add", [score, graph.weight("intercept", model.intercept_[None], DOUBLE)], "raw_scores")
    label = look_up(graph, model.classes_, graph.node("ArgMax", [score], "label1", axis=1), DOUBLE)
    outputs(graph, label, graph.node("Softmax", [score], "probabilities", axis=-1), len(model.classes_), DOUBLE)
