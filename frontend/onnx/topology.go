package onnx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	onnxgo "github.com/owulveryck/onnx-go"
	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// resolvedNode is a node of the model as onnx-go resolved it, in the order of evaluation. Operands and
// outputs that are left out are empty.
type resolvedNode struct {
	domain, op string
	version    int
	index      int
	inputs     []string
	outputs    []string
}

// topology has onnx-go decode the skeleton of a checked model, and compares
// what it found with the file, node by node. A difference is a fault of hecc.
func topology(model *onnxpb.ModelProto, versions opsets) ([]resolvedNode, error) {
	data, err := proto.Marshal(skeleton(model, versions))
	if err != nil {
		return nil, err
	}
	r := newRecorder()
	if err := decodeSkeleton(r, data); err != nil {
		return nil, err
	}
	return compare(r.steps, model.Graph, versions)
}

func decodeSkeleton(r *recorder, data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("onnx-go: panic: %v", p)
		}
	}()
	if err := onnxgo.NewModel(r).UnmarshalBinary(data); err != nil {
		return fmt.Errorf("onnx-go: %w", err)
	}
	return nil
}

// compare checks that onnx-go saw exactly the nodes and outputs of the graph.
func compare(steps []resolvedNode, graph *onnxpb.GraphProto, versions opsets) ([]resolvedNode, error) {
	if len(steps) != len(graph.Node)+len(graph.Output) {
		return nil, fmt.Errorf("onnx-go sees %d nodes, the file has %d and %d outputs", len(steps), len(graph.Node), len(graph.Output))
	}
	for i, s := range steps {
		var want resolvedNode
		if k := i - len(graph.Node); k >= 0 {
			want = resolvedNode{index: i, inputs: []string{graph.Output[k].GetName()}, outputs: []string{""}}
		} else {
			n := graph.Node[i]
			domain := canonicalDomain(n.GetDomain())
			want = resolvedNode{domain, n.GetOpType(), versions[domain], i, n.Input, n.Output}
		}
		if !s.equal(want) {
			return nil, fmt.Errorf("onnx-go sees node %d as %q, the file has %q", i, fmt.Sprint(s), fmt.Sprint(want))
		}
	}
	return steps[:len(graph.Node)], nil
}

func (s resolvedNode) equal(t resolvedNode) bool {
	return s.domain == t.domain && s.op == t.op && s.version == t.version && s.index == t.index &&
		slices.Equal(s.inputs, t.inputs) && slices.Equal(s.outputs, t.outputs)
}

// parseSkeletonOp reads back what skeletonOp wrote. The type itself may contain
// anything, so the fields are taken from the ends.
func parseSkeletonOp(name string) (s resolvedNode, err error) {
	fields := strings.Split(name, sep)
	n := len(fields)
	if n < 4 {
		return s, fmt.Errorf("onnx-go: operator type %q", name)
	}
	s.domain, s.op = fields[0], strings.Join(fields[1:n-2], sep)
	if s.version, err = strconv.Atoi(fields[n-2]); err == nil {
		s.index, err = strconv.Atoi(fields[n-1])
	}
	return s, err
}

// modelName turns a name of the skeleton back into one of the model.
func modelName(name string) string {
	if model, ok := strings.CutPrefix(name, valueName("")); ok {
		return model
	}
	return ""
}
