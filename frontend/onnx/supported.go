package onnx

import (
	"fmt"
	"strings"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// maxListed bounds how many names or nodes a diagnostic lists.
const maxListed = 10

// checkSupported reports the first node that no row of the table covers, and
// lists the others in a note, so that a user learns of all at once.
func (m *model) checkSupported() error {
	var missing []int
	for i := range m.proto.Graph.Node {
		err := m.checkNodeSupported(i)
		switch {
		case err == nil:
		case m.row(i) == nil:
			missing = append(missing, i)
		default:
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	e := m.notSupported(missing[0])
	if len(missing) > 1 {
		e.Note("also not supported: %s", m.listNodes(missing[1:]))
	}
	return e
}

// checkNodeSupported says why no row covers a node.
func (m *model) checkNodeSupported(i int) *diag.Error {
	n, row := m.proto.Graph.Node[i], m.row(i)
	if row == nil {
		return m.notSupported(i)
	}
	if k := len(n.Output); row.outputs != variadic && k > row.outputs || n.Output[0] == "" {
		e := diag.At(m.nodePos(i), "has %d outputs, of which only the first is supported", k)
		if n.GetOpType() == "MaxPool" {
			return e.Cure("the second says where the largest elements were, which would need comparisons: leave return_indices out in PyTorch, and use nn.ConvTranspose2d in place of nn.MaxUnpool2d")
		}
		return e.Cure("export the model for inference, where the others are not made: model.eval() in PyTorch")
	}
	return nil
}

// row is that of the table for a node, or nil.
func (m *model) row(i int) *row {
	n := m.proto.Graph.Node[i]
	domain := canonicalDomain(n.GetDomain())
	return findRow(domain, n.GetOpType(), m.versions[domain])
}

func (m *model) notSupported(i int) *diag.Error {
	n := m.proto.Graph.Node[i]
	return diag.At(m.nodePos(i), "%s", m.unsupported(n)).Cure("%s", m.advice(n))
}

func (m *model) unsupported(n *onnxpb.NodeProto) string {
	domain := canonicalDomain(n.GetDomain())
	if since := firstVersion(domain, n.GetOpType()); since > m.versions[domain] {
		return fmt.Sprintf("the operator exists since operator set %d of %s, the model uses %d", since, domainName(domain), m.versions[domain])
	}
	if domain != coreDomain {
		return fmt.Sprintf("operator of domain %q is not supported", domain)
	}
	return "operator is not supported"
}

// firstVersion is the first operator set in which the table has an operator, or 0.
func firstVersion(domain, op string) int {
	for _, r := range table {
		if r.domain == domain && r.op == op {
			return r.since
		}
	}
	return 0
}

func (m *model) listNodes(indices []int) string {
	var names []string
	for _, i := range indices[:min(len(indices), maxListed)] {
		names = append(names, fmt.Sprintf("node %d (%s)", m.places[i], m.proto.Graph.Node[i].GetOpType()))
	}
	if more := len(indices) - maxListed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// advice says what to change.
func (m *model) advice(n *onnxpb.NodeProto) string {
	domain, op := canonicalDomain(n.GetDomain()), n.GetOpType()
	if since := firstVersion(domain, op); since > m.versions[domain] {
		return fmt.Sprintf("export the model for operator set %d or newer: opset_version in torch.onnx.export, target_opset in skl2onnx", since)
	}
	if text, ok := alternatives[op]; ok && domain == coreDomain {
		return text
	}
	if text, ok := mlAlternatives[op]; ok && domain == mlDomain {
		return text
	}
	if text, ok := otherDomains[domain]; ok {
		return text
	}
	if _, ok := domains[domain]; !ok {
		return "it is an operator of its own: export the layer as operators of ONNX (in PyTorch, write its forward with Linear, BatchNorm1d and elementwise functions)"
	}
	return "replace the layer by one of those that hecc computes: linear maps, BatchNorm, products, sums, means and elementwise functions (all are in docs/operators.md)"
}

// otherDomains are those whose operators people meet.
var otherDomains = map[string]string{
	"com.microsoft":            "onnxruntime has optimised or quantised this model: give hecc the file from before that, as it was exported",
	"com.microsoft.nchwc":      "onnxruntime has optimised this model: give hecc the file from before that, as it was exported",
	"ai.onnx.contrib":          "onnxruntime-extensions prepares texts and images: do that before encryption, and export the model behind it",
	"ai.onnx.training":         noTraining,
	"org.pytorch.aten":         "PyTorch could not export this layer as ONNX: write its forward with Linear, BatchNorm1d and elementwise functions",
	"org.tensorflow":           "tf2onnx could not convert this operator: replace the layer, or convert with a newer --opset",
	"ai.onnx.preview.training": noTraining,
}

// alternatives are for operators that people are likely to try.
var alternatives = map[string]string{
	"ConvInteger":               exportFloat,
	"DeformConv":                noConvolution,
	"Col2Im":                    noConvolution,
	"MaxRoiPool":                noMaximum,
	"MaxUnpool":                 noMaximum,
	"Mod":                       noSteps,
	"IsInf":                     noComparison,
	"BitShift":                  noIntegers,
	"BitwiseAnd":                noIntegers,
	"BitwiseOr":                 noIntegers,
	"BitwiseXor":                noIntegers,
	"BitwiseNot":                noIntegers,
	"Unique":                    noSorting,
	"NonMaxSuppression":         noSorting,
	"NonZero":                   noOpenShape,
	"Compress":                  noOpenShape,
	"LayerNormalization":        noNorm,
	"RMSNormalization":          noNorm,
	"GroupNormalization":        noNorm,
	"InstanceNormalization":     noNorm,
	"MeanVarianceNormalization": noNorm,
	"LRN":                       noNorm,
	"Attention":                 noAttention,
	"RotaryEmbedding":           noAttention,
	"Einsum":                    "write it as MatMul, Transpose and Reshape: torch.matmul in place of torch.einsum",
	"LSTM":                      noRecurrence,
	"GRU":                       noRecurrence,
	"RNN":                       noRecurrence,
	"Scan":                      noScan,
	"Loop":                      noBranches,
	"If":                        noBranches,
	"QuantizeLinear":            exportFloat,
	"DynamicQuantizeLinear":     exportFloat,
	"MatMulInteger":             exportFloat,
	"QLinearConv":               exportFloat,
	"QLinearMatMul":             exportFloat,
	"GridSample":                noImages,
	"AffineGrid":                noImages,
	"RoiAlign":                  noImages,
	"CenterCropPad":             noImages,
	"ImageDecoder":              noImages,
	"DFT":                       noSignal,
	"STFT":                      noSignal,
	"MelWeightMatrix":           noSignal,
	"HannWindow":                noSignal,
	"HammingWindow":             noSignal,
	"BlackmanWindow":            noSignal,
	"Det":                       "compute it before encryption, and give the model the number",
	"EyeLike":                   "store the matrix as a constant",
	"Size":                      "write the number as a constant",
	"CastLike":                  "use Cast to float: x.float() in PyTorch",
	"GatherElements":            noGather,
	"GatherND":                  noGather,
	"Scatter":                   noGather,
	"ScatterElements":           noGather,
	"ScatterND":                 noGather,
	"ReverseSequence":           noGather,
	"RandomNormal":              noTraining,
	"RandomNormalLike":          noTraining,
	"RandomUniform":             noTraining,
	"RandomUniformLike":         noTraining,
	"Bernoulli":                 noTraining,
	"Multinomial":               noTraining,
	"SoftmaxCrossEntropyLoss":   noTraining,
	"NegativeLogLikelihoodLoss": noTraining,
	"SequenceAt":                noSequences,
	"SequenceConstruct":         noSequences,
	"SequenceEmpty":             noSequences,
	"SequenceErase":             noSequences,
	"SequenceInsert":            noSequences,
	"SequenceLength":            noSequences,
	"SequenceMap":               noSequences,
	"SplitToSequence":           noSequences,
	"ConcatFromSequence":        noSequences,
	"Optional":                  noSequences,
	"OptionalGetElement":        noSequences,
	"OptionalHasElement":        noSequences,
	"StringConcat":              noText,
	"StringNormalizer":          noText,
	"StringSplit":               noText,
	"RegexFullMatch":            noText,
	"TfIdfVectorizer":           noText,
	"Shrink":                    "write soft shrinking with Relu: F.relu(x-l) - F.relu(-x-l) in PyTorch",
}

// mlAlternatives are the same for ai.onnx.ml.
var mlAlternatives = map[string]string{
	"TreeEnsemble":           noTrees,
	"TreeEnsembleClassifier": noTrees,
	"TreeEnsembleRegressor":  noTrees,
	"CategoryMapper":         noCategories,
	"DictVectorizer":         "the inputs are dictionaries: export the model behind the DictVectorizer, which takes numbers",
	"FeatureVectorizer":      "join the columns before encryption, or in the model by Concat",
	"CastMap":                "the input is a dictionary: export the model behind it, which takes numbers",
}

// What to do in place of what is not supported.
const (
	noConvolution = "its positions depend on the input: use nn.Conv2d or nn.ConvTranspose2d"
	noMaximum     = "a maximum of encrypted values takes a polynomial for each doubling of a window: train with nn.AvgPool2d, or with a stride in the convolution before it (nn.Conv2d(..., stride=2))"
	noSteps       = "it has a step at every whole number, which no polynomial follows; remove it, or round after decryption"
	noComparison  = "a comparison with an encrypted value cannot be computed; use Relu, Clip, Min or Max, or compare after decryption"
	noIntegers    = "hecc computes with real numbers, which have no bits: use sums and products of floats"
	noSorting     = "sorting encrypted values is too dear; let the model give its scores, and sort after decryption"
	noOpenShape   = "the size of its result depends on encrypted values: give all values, and choose after decryption"
	noCategories  = "encode categories before encryption: fit the OneHotEncoder on its own, and export the model behind it, which takes numbers"
	noNorm        = "it divides by a value that depends on the input; train with nn.BatchNorm1d or nn.BatchNorm2d (StandardScaler in scikit-learn), whose statistics are fixed"
	noAttention   = "attention multiplies by a Softmax of encrypted values, which is too dear: train an MLP on the flattened sequence"
	noRecurrence  = "recurrent layers are too deep for encryption: train an MLP on a window of fixed length (nn.Flatten and nn.Linear; lagged columns in scikit-learn)"
	noScan        = "skl2onnx writes the distances of RBF kernels, Gaussian processes and nearest neighbours as Scan: use PCA, Ridge, LogisticRegression or an MLP instead; a loop of your own must be unrolled"
	noBranches    = "control flow is not supported: export the model by tracing it (torch.onnx.export of the model itself, not of torch.jit.script), so that branches are chosen and loops unrolled"
	exportFloat   = "export the float model, from before it was quantised: encrypted numbers are not rounded to 8 bits, so quantisation gains nothing here"
	noImages      = "prepare pictures before encryption: resize and crop them there, and export the model behind it"
	noSignal      = "take spectra before encryption, or write a transform of fixed length as MatMul with a constant matrix"
	noGather      = "positions must be constant: use Slice, Gather, Concat or a product with a constant matrix of zeros and ones"
	noTraining    = "this is for training: export the model for inference, model.eval() in PyTorch, without its loss"
	noSequences   = "hecc reads tensors only: return tensors, not lists or None; in skl2onnx give options={\"zipmap\": False}"
	noText        = "texts cannot be encrypted: compute features before encryption (fit the vectorizer on its own), and export the model behind it, which takes numbers"
	noTrees       = "trees compare their inputs, which cannot be done on encrypted values: train LogisticRegression or an MLP instead, on the same data or on the trees' own predictions"
)
