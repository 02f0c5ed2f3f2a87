package onnx

import "fmt"

// cure says what helps where the node is refused and no handler knows better.
func (n *node) cure() string {
	switch text, ok := cures[n.op]; {
	case ok:
		return text
	case n.row.limits != "":
		return fmt.Sprintf("what hecc supports of %s: %s. Write the layer so, or have it computed before encryption or after decryption", n.op, n.row.limits)
	}
	return contradiction
}

// contradiction is for nodes that no runtime would run.
const contradiction = `the node contradicts the definition of its operator: onnx.checker.check_model(model, full_check=True) says more. Export the model again`

// cures are for operators whose refusals have a cause that people can remove.
var cures = map[string]string{
	"ArrayFeatureExtractor": "columns must be chosen by constant numbers, and classes by ArgMax, as scikit-learn's converters do",
	"AveragePool":           "kernel, strides and pads must leave every window some elements of its operand: nn.AvgPool2d(2), or nn.AdaptiveAvgPool2d(1)",
	"BatchNormalization":    "export the model for inference, model.eval() in PyTorch, so that the statistics are constants",
	"Cast":                  "keep numbers in floating point: x.float() in PyTorch; convert to other types before encryption or after decryption",
	"Clip":                  "bounds must be numbers that are known before encryption: torch.clamp(x, 0, 6)",
	"Conv":                  "kernel and bias must be constants that fit the operand's channels, pads not negative, strides and dilations at least 1: export nn.Conv1d or nn.Conv2d with a fixed input size",
	"ConvTranspose":         "kernel and bias must be constants that fit the operand's channels, pads not negative, strides and dilations at least 1: export nn.ConvTranspose2d with a fixed input size",
	"DepthToSpace":          "the channels must be a multiple of the block's elements: nn.PixelShuffle(2) behind a convolution to 4 times as many channels",
	"Div":                   "divide by a constant, or leave the quotient to whoever reads both results",
	"Expand":                "give the sizes as numbers; the number of samples must stay open",
	"Gather":                "index with constants, x[:, [0, 2]], and not along the first axis, which counts samples",
	"Gemm":                  "flatten samples to one row each before nn.Linear: nn.Flatten() in PyTorch",
	"GlobalAveragePool":     "the operand must have samples, channels and space: flatten behind it, not in front",
	"GlobalLpPool":          "norms 1 and 2 of pictures or signals are read; use x.mean((2, 3)) in PyTorch for the others",
	"GlobalMaxPool":         noMaximum,
	"LabelEncoder":          "it may rename only the label that the model chooses; encode inputs before encryption",
	"LinearClassifier":      "export it again with skl2onnx; check that the model was fitted on as many features as its input declares",
	"LinearRegressor":       "export it again with skl2onnx; check that the model was fitted on as many features as its input declares",
	"LpPool":                "norms 1 and 2 of windows that hold some elements of the operand are read: nn.LPPool2d(2, 2)",
	"MatMul":                "the last axis of the first factor must have as many elements as the weight has rows; flatten samples before nn.Linear: nn.Flatten() in PyTorch",
	"MaxPool":               noMaximum,
	"Pow":                   "use whole exponents up to 64, or functions such as Sqrt and Exp",
	"Reshape":               "keep the first dimension for the samples: x.view(x.size(0), -1) or nn.Flatten() in PyTorch",
	"Resize":                resizeCure,
	"SVMClassifier":         "kernels linear, poly, rbf and sigmoid of scikit-learn's SVC are read: export the machine again with skl2onnx, or use LogisticRegression",
	"SVMRegressor":          "kernels linear, poly, rbf and sigmoid of scikit-learn's SVR are read: export the machine again with skl2onnx, or use Ridge or an MLPRegressor",
	"Scaler":                "export it again with skl2onnx; check that the scaler was fitted on as many features as its input declares",
	"Slice":                 "cut with constant bounds, and not along the first axis, which counts samples",
	"SpaceToDepth":          "the sides of the picture must be multiples of blocksize: pad it first",
	"Transpose":             "the first axis counts samples and stays where it is: x.permute(0, 2, 1)",
	"Upsample":              resizeCure,
	"ZipMap":                "give options={\"zipmap\": False} to skl2onnx: probabilities are then a matrix",
}

const resizeCure = "give constant factors or sizes, mode nearest or linear, without antialias: nn.Upsample(scale_factor=2, mode=\"nearest\") in PyTorch; resize pictures otherwise before encryption"
