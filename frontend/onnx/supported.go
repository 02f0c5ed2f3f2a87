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
func checkSupported(file string, graph *onnxpb.GraphProto, versions opsets) error {
	var missing []int
	for i, n := range graph.Node {
		err := checkNodeSupported(file, i, n, versions)
		switch {
		case err == nil:
		case supportingRow(n, versions) == nil:
			missing = append(missing, i)
		default:
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	e := notSupported(file, missing[0], graph.Node[missing[0]])
	if len(missing) > 1 {
		e.Note("also not supported: %s", listNodes(graph, missing[1:]))
	}
	return e
}

// checkNodeSupported says why no row covers a node.
func checkNodeSupported(file string, i int, n *onnxpb.NodeProto, versions opsets) error {
	row := supportingRow(n, versions)
	if row == nil {
		return notSupported(file, i, n)
	}
	if k := len(n.Output); row.outputs != variadic && k > row.outputs || n.Output[0] == "" {
		return diag.Errorf(nodePos(file, i, n), "has %d outputs, of which only the first is supported", k)
	}
	return nil
}

func supportingRow(n *onnxpb.NodeProto, versions opsets) *row {
	domain := canonicalDomain(n.GetDomain())
	return findRow(domain, n.GetOpType(), versions[domain])
}

func notSupported(file string, i int, n *onnxpb.NodeProto) *diag.Error {
	return diag.Errorf(nodePos(file, i, n), "%s", unsupported(n)).Note("%s", advice(n))
}

func unsupported(n *onnxpb.NodeProto) string {
	if domain := canonicalDomain(n.GetDomain()); domain != coreDomain {
		return fmt.Sprintf("operator of domain %q is not supported", domain)
	}
	return "operator is not supported"
}

func listNodes(graph *onnxpb.GraphProto, indices []int) string {
	var names []string
	for _, i := range indices[:min(len(indices), maxListed)] {
		names = append(names, fmt.Sprintf("node %d (%s)", i, graph.Node[i].GetOpType()))
	}
	if more := len(indices) - maxListed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// advice says what to change.
func advice(n *onnxpb.NodeProto) string {
	domain := canonicalDomain(n.GetDomain())
	if text, ok := alternatives[n.GetOpType()]; ok && domain == coreDomain {
		return text
	}
	if text, ok := mlAlternatives[n.GetOpType()]; ok && domain == mlDomain {
		return text
	}
	if _, ok := domains[domain]; !ok {
		return "hecc knows the operators of ai.onnx and ai.onnx.ml; export the model with those"
	}
	return "docs/operators.md lists the operators that hecc knows; hecc explain shows all nodes of a model that it does not"
}

// alternatives are for operators that people are likely to try.
var alternatives = map[string]string{
	"Conv":                      noConvolution,
	"ConvTranspose":             noConvolution,
	"AveragePool":               noConvolution,
	"GlobalAveragePool":         noConvolution,
	"MaxPool":                   "a maximum over many encrypted values is too dear; use fully connected layers",
	"GlobalMaxPool":             "a maximum over many encrypted values is too dear; use ReduceMean",
	"ReduceMax":                 "a maximum over many encrypted values is too dear; use ReduceMean, or Max of few values",
	"ReduceMin":                 "a minimum over many encrypted values is too dear; use ReduceMean, or Min of few values",
	"Round":                     noSteps,
	"Floor":                     noSteps,
	"Ceil":                      noSteps,
	"Mod":                       noSteps,
	"Greater":                   noComparison,
	"GreaterOrEqual":            noComparison,
	"Less":                      noComparison,
	"LessOrEqual":               noComparison,
	"Equal":                     noComparison,
	"TopK":                      "sorting encrypted values is too dear; let the model give its scores, and sort after decryption",
	"LayerNormalization":        noNorm,
	"RMSNormalization":          noNorm,
	"GroupNormalization":        noNorm,
	"InstanceNormalization":     noNorm,
	"LpNormalization":           noNorm,
	"MeanVarianceNormalization": noNorm,
	"LRN":                       noNorm,
	"ReduceL2":                  "use ReduceSumSquare, and leave the root to whoever reads the result",
	"Einsum":                    "write it as MatMul, Transpose and Reshape",
	"LSTM":                      noLoops,
	"GRU":                       noLoops,
	"RNN":                       noLoops,
	"Scan":                      noLoops,
	"Loop":                      noLoops,
	"If":                        "export the model by tracing it, so that branches are resolved",
	"QuantizeLinear":            "export the model before it is quantized",
	"DequantizeLinear":          "export the model before it is quantized",
}

// mlAlternatives are the same for ai.onnx.ml.
var mlAlternatives = map[string]string{
	"TreeEnsemble":           noTrees,
	"TreeEnsembleClassifier": noTrees,
	"TreeEnsembleRegressor":  noTrees,
	"SVMClassifier":          "use LogisticRegression or an MLPClassifier in place of a support vector machine",
	"SVMRegressor":           "use Ridge or an MLPRegressor in place of a support vector machine",
	"OneHotEncoder":          "encode categories before encryption, and give the model numbers",
	"Binarizer":              noComparison,
}

const (
	noConvolution = "convolutions and pools are not supported yet; use fully connected layers"
	noSteps       = "it has a step at every whole number, which no polynomial follows; remove it, or round after decryption"
	noComparison  = "a comparison with an encrypted value cannot be computed; use Relu, Clip, Min or Max, or compare after decryption"
	noNorm        = "it divides by a value that depends on the input; use BatchNormalization, whose statistics are fixed"
	noLoops       = "export the model by tracing it, so that loops are unrolled"
	noTrees       = "trees compare their inputs, which cannot be done on encrypted values; use LogisticRegression or an MLP"
)
