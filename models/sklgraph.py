"""Writes fitted scikit-learn estimators as ONNX, node for node in the shapes
that the converter skl2onnx gives them (it is not installable everywhere).

A Graph starts at the input "X"; each method appends one estimator's nodes.
"""

import numpy as np
from onnx import TensorProto, ValueInfoProto, checker, helper

ML = "ai.onnx.ml"


class Graph:
    def __init__(self, features=None, columns=None):
        """One input "X" of so many features, or one for each named column."""
        self.inputs = [helper.make_tensor_value_info(
            name, kind, [None, features or 1])
            for name, kind in columns or [("X", TensorProto.FLOAT)]]
        self.nodes, self.initializers, self.outputs = [], [], []
        self.value, self.used = "X", {}

    def unique(self, base):
        """base, base1, base2, ... as they are asked for."""
        count = self.used[base] = self.used.get(base, -1) + 1
        return base if count == 0 else f"{base}{count}"

    def weight(self, base, array, kind=TensorProto.FLOAT):
        name = self.unique(base)
        array = np.asarray(array)
        self.initializers.append(helper.make_tensor(
            name, kind, array.shape, array.ravel().tolist()))
        return name

    def node(self, op, inputs, output, domain="", **attributes):
        output = self.unique(output)
        self.nodes.append(helper.make_node(
            op, inputs, [output], name=self.unique(f"N_{op}"), domain=domain,
            **attributes))
        return output

    def columns(self, indices):
        where = self.weight("column_indices", indices, TensorProto.INT64)
        return self.node("ArrayFeatureExtractor", [self.value, where],
                         "extracted_feature_columns", ML)

    def cast(self, value, kind):
        return self.node("Cast", [value], "cast", to=kind)

    def concat(self, values):
        self.value = self.node("Concat", values, "merged_columns", axis=1)

    def onehot(self, value, categories, zeros):
        """zeros is 1 where unknown categories are ignored."""
        kind = "cats_strings" if isinstance(categories[0], str) else "cats_int64s"
        encoded = self.node("OneHotEncoder", [value], "encoded", ML,
                            zeros=zeros, **{kind: list(categories)})
        shape = self.weight("shape_tensor", [-1, len(categories)], TensorProto.INT64)
        return self.node("Reshape", [encoded, shape], "variable")

    def ordinal(self, value, categories):
        codes = self.node("LabelEncoder", [value], "ordinal", ML, keys_strings=categories,
                          values_int64s=list(range(len(categories))))
        return self.cast(codes, TensorProto.FLOAT)

    def minmax_scaler(self, scaler):
        scaled = self.node("Mul", [self.value, self.weight("Mu_Mulcst", scaler.scale_)], "Mu_C0")
        moved = self.node("Add", [scaled, self.weight("Ad_Addcst", scaler.min_)], "Ad_C0")
        low, high = (self.weight("Cl_Clipcst", np.float32(v)) for v in scaler.feature_range)
        self.value = self.node("Clip", [moved, low, high], "variable")

    def standard_scaler(self, scaler):
        self.value = self.node(
            "Scaler", [self.value], "variable", ML,
            offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist())

    def pca(self, pca):
        matrix = self.weight("transform_matrix", pca.components_.T)
        mean = self.weight("mean", pca.mean_)
        centred = self.node("Sub", [self.value, mean], "sub_result")
        if not pca.whiten:
            self.value = self.node("MatMul", [centred, matrix], "variable")
            return
        turned = self.node("MatMul", [centred, matrix], "matmul_result")
        variance = self.weight("explained_variance", pca.explained_variance_)
        root = self.node("Sqrt", [variance], "explained_variance_root")
        self.value = self.node("Div", [turned, root], "variable")

    def layers(self, mlp):
        """The forward pass of an MLPClassifier or MLPRegressor."""
        ops = {"identity": "Identity", "logistic": "Sigmoid", "tanh": "Tanh",
               "relu": "Relu", "softmax": "Softmax"}
        value = self.node("Cast", [self.value], "cast_input",
                          to=TensorProto.FLOAT)
        pairs = list(zip(mlp.coefs_, mlp.intercepts_))
        for i, (coefficient, intercept) in enumerate(pairs):
            w = self.weight("coefficient", coefficient)
            b = self.weight("intercepts", intercept.reshape(1, -1))
            value = self.node("MatMul", [value, w], "mul_result")
            value = self.node("Add", [value, b], "add_result")
            if i + 1 < len(pairs):
                value = self.node(ops[mlp.activation], [value],
                                  "next_activations")
        return self.node(ops[mlp.out_activation_], [value],
                         "out_activations_result")

    def classifier(self, mlp, zipmap=True):
        """The network, the choice of a label, and the map from label to
        probability (or, without zipmap, the matrix of probabilities)."""
        numbers = mlp.classes_.dtype.kind != "U"
        value = self.layers(mlp)
        if len(mlp.classes_) == 2:
            one = self.weight("unity", np.float32(1))
            rest = self.node("Sub", [one, value], "negative_class_proba")
            value = self.node("Concat", [rest, value], "probabilities", axis=1)
        classes = self.weight(
            "classes", mlp.classes_ if numbers
            else [c.encode() for c in mlp.classes_],
            TensorProto.INT32 if numbers else TensorProto.STRING)
        best = self.node("ArgMax", [value], "argmax_output", axis=1)
        label = self.node("ArrayFeatureExtractor", [classes, best],
                          "array_feature_extractor_result", ML)
        shape = self.weight("shape_tensor", [-1], TensorProto.INT64)
        if numbers:
            label = self.node("Reshape", [label, shape], "reshaped_result")
            label = self.node("Cast", [label], "label", to=TensorProto.INT64)
            label = self.node("Cast", [label], "output_label",
                              to=TensorProto.INT64)
            kind, key = TensorProto.INT64, "classlabels_int64s"
        else:
            label = self.node("Reshape", [label, shape], "output_label")
            kind, key = TensorProto.STRING, "classlabels_strings"
        self.outputs.append(helper.make_tensor_value_info(label, kind, [None]))
        if not zipmap:
            self.outputs.append(helper.make_tensor_value_info(
                value, TensorProto.FLOAT, [None, len(mlp.classes_)]))
            return
        pairs = self.node("ZipMap", [value], "output_probability", ML,
                          **{key: mlp.classes_.tolist()})
        output = ValueInfoProto(name=pairs)
        map_type = output.type.sequence_type.elem_type.map_type
        map_type.key_type = kind
        map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        self.outputs.append(output)

    def imputer(self, means):
        self.value = self.node(
            "Imputer", [self.value], "variable", ML, replaced_value_float=float("nan"),
            imputed_value_floats=np.float32(means).tolist())

    def linear_classifier(self, model, names=None):
        """LogisticRegression: the second class of two has the coefficients, the
        first their negative; one-against-the-rest probabilities are normalised.
        names replace the labels by a LabelEncoder."""
        coefficients, intercepts = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            coefficients = np.vstack([-coefficients, coefficients])
            intercepts = np.hstack([-intercepts, intercepts])
        numbers = model.classes_.dtype.kind != "U"
        key = "ints" if numbers else "strings"
        multinomial = model.multi_class == "multinomial"
        label, scores = self.unique("label"), self.unique("probability_tensor")
        self.nodes.append(helper.make_node(
            "LinearClassifier", [self.value], [label, scores], name=self.unique("LinearClassifier"),
            domain=ML, coefficients=coefficients.ravel().tolist(), intercepts=intercepts.tolist(),
            multi_class=1 if multinomial else 0, post_transform="SOFTMAX" if multinomial else "LOGISTIC",
            **{f"classlabels_{key}": model.classes_.tolist()}))
        value = self.node("Normalizer", [scores], "probabilities", ML, norm="L1")
        kind, keys, classes = TensorProto.STRING, "classlabels_strings", model.classes_.tolist()
        if names:
            label = self.node("LabelEncoder", [label], "output_label", ML, keys_int64s=classes, values_strings=names)
            classes = names
        elif numbers:
            kind, keys = TensorProto.INT64, "classlabels_int64s"
            label = self.node("Cast", [label], "output_label", to=TensorProto.INT64)
        self.outputs.append(helper.make_tensor_value_info(label, kind, [None]))
        pairs = self.node("ZipMap", [value], "output_probability", ML, **{keys: classes})
        output = ValueInfoProto(name=pairs)
        map_type = output.type.sequence_type.elem_type.map_type
        map_type.key_type = kind
        map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        self.outputs.append(output)

    def linear_regressor(self, model):
        coefficients = np.atleast_2d(model.coef_)
        self.value = self.node(
            "LinearRegressor", [self.value], "variable", ML, targets=len(coefficients),
            coefficients=coefficients.ravel().tolist(), intercepts=np.atleast_1d(model.intercept_).tolist())
        self.end(len(coefficients))

    def regressor(self, mlp):
        value = self.layers(mlp)
        shape = self.weight("shape_tensor", [-1, 1], TensorProto.INT64)
        self.value = self.node("Reshape", [value, shape], "variable")
        self.end(1)

    def machine(self, model, sign):
        """The attributes that support vector machines share."""
        return dict(
            kernel_type=model.kernel.upper(), post_transform="NONE",
            kernel_params=[float(model._gamma), float(model.coef0), float(model.degree)],
            support_vectors=model.support_vectors_.ravel().tolist(),
            coefficients=(sign * model.dual_coef_).ravel().tolist(),
            rho=(sign * model.intercept_).tolist())

    def svr(self, model):
        self.value = self.node(
            "SVMRegressor", [self.value], "variable", ML,
            n_supports=len(model.support_vectors_), **self.machine(model, 1))
        self.end(1)

    def svc(self, model):
        """scikit-learn turns the sign of two classes, the operator does not."""
        classes = len(model.classes_)
        more = dict(prob_a=model.probA_.tolist(), prob_b=model.probB_.tolist()) if model.probability else {}
        self.nodes.append(helper.make_node(
            "SVMClassifier", [self.value], ["label", "scores"], name="N_SVMClassifier", domain=ML,
            classlabels_ints=model.classes_.tolist(), vectors_per_class=model.n_support_.tolist(),
            **self.machine(model, -1 if classes == 2 else 1), **more))
        self.outputs.append(helper.make_tensor_value_info("label", TensorProto.INT64, [None]))
        self.value = "scores"
        self.end(classes if classes == 2 or model.probability else classes * (classes - 1) // 2)

    def end(self, width):
        """Makes the current value the output."""
        self.outputs.append(helper.make_tensor_value_info(
            self.value, TensorProto.FLOAT, [None, width]))

    def model(self, opset=15, ir=8, ml=1):
        imports = [helper.make_opsetid("", opset)]
        if any(n.domain == ML for n in self.nodes):
            imports.insert(0, helper.make_opsetid(ML, ml))
        graph = helper.make_graph(self.nodes, "pipeline", self.inputs,
                                  self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=imports, ir_version=ir,
                                  producer_name="hecc-sklgraph")
        checker.check_model(model)
        return model
