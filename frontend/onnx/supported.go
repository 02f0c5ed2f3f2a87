package onnx

import (
	"fmt"
	"slices"
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
		domain := canonicalDomain(n.GetDomain())
		row := findRow(domain, n.GetOpType(), versions[domain])
		if row == nil {
			missing = append(missing, i)
			continue
		}
		if k := len(n.Output); k > row.outputs || n.Output[0] == "" {
			return diag.Errorf(nodePos(file, i, n), "has %d outputs, of which only the first is supported", k)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	first := graph.Node[missing[0]]
	e := diag.Errorf(nodePos(file, missing[0], first), "%s", unsupported(first))
	e.Note("%s", advice(first))
	if len(missing) > 1 {
		e.Note("also not supported: %s", listNodes(graph, missing[1:]))
	}
	return e
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
	if _, ok := domains[domain]; !ok {
		return "hecc knows the operators of ai.onnx and ai.onnx.ml; export the model with those"
	}
	var names []string
	for _, r := range table {
		if r.domain == domain {
			names = append(names, r.op)
		}
	}
	return fmt.Sprintf("supported in domain %s: %s", domainName(domain), strings.Join(slices.Compact(names), ", "))
}

const smooth = "use Relu, Sigmoid or Tanh as the activation"

// alternatives are for operators that people are likely to try.
var alternatives = map[string]string{
	"Elu": smooth, "Selu": smooth, "Celu": smooth, "LeakyRelu": smooth, "PRelu": smooth, "HardSigmoid": smooth,
	"HardSwish": smooth, "Softplus": smooth, "Softsign": smooth, "Erf": smooth, "Clip": smooth, "ThresholdedRelu": smooth,
	"Conv":               "convolutions are not supported yet; use fully connected layers",
	"MaxPool":            "a maximum cannot be computed on encrypted values",
	"LogSoftmax":         "use Softmax, or export the model without it",
	"LayerNormalization": "it divides by a value that depends on the input; use BatchNormalization, whose statistics are fixed",
	"Loop":               "export the model by tracing it, so that loops are unrolled",
	"If":                 "export the model by tracing it, so that branches are resolved",
}
