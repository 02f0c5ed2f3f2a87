package onnx

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"hecc/frontend/onnx/onnxpb"
)

// onnx-go resolves names soundly only if they are unique, and allocates what a
// declared shape says. It therefore sees a skeleton: the model's names and
// nothing else. In the skeleton
//
//	a value x of the model is called  v x
//	an operand left out               \0none/<node>/<place>
//	an output left out                \0skip/<node>/<place>
//	node k                            \0node<k>
//	output k of the model             \0out<k>, made by a node of its own
//
// so that no name of the model can meet one of the skeleton. The operator type
// of a node carries all that identifies it: domain, type, version, index.

const sep = "\x00"

func valueName(name string) string { return "v" + name }

// skeletonName is the name of an operand or output of a node, by its place.
func skeletonName(kind string, node, place int, name string) string {
	if name == "" {
		return fmt.Sprintf(sep+"%s/%d/%d", kind, node, place)
	}
	return valueName(name)
}

func skeletonNodeName(node int) string { return sep + "node" + strconv.Itoa(node) }

func skeletonOp(domain, op string, version, index int) string {
	return strings.Join([]string{domain, op, strconv.Itoa(version), strconv.Itoa(index)}, sep)
}

// outputOp marks the nodes that the skeleton adds. No node of the model has the empty type.
const outputOp = ""

func skeleton(model *onnxpb.ModelProto, versions opsets) *onnxpb.ModelProto {
	src, dst := model.Graph, new(onnxpb.GraphProto)
	// onnx-go compares each initializer with each input: without those that are both, there are few.
	for _, in := range freeInputs(src) {
		dst.Input = append(dst.Input, &onnxpb.ValueInfoProto{Name: proto.String(valueName(in.GetName()))})
	}
	for _, t := range src.Initializer {
		dst.Initializer = append(dst.Initializer, &onnxpb.TensorProto{Name: proto.String(valueName(t.GetName()))})
	}
	for i, n := range src.Node {
		domain := canonicalDomain(n.GetDomain())
		bone := &onnxpb.NodeProto{
			Name:   proto.String(skeletonNodeName(i)),
			OpType: proto.String(skeletonOp(domain, n.GetOpType(), versions[domain], i)),
		}
		for k, name := range n.Input {
			bone.Input = append(bone.Input, skeletonName("none", i, k, name))
		}
		for k, name := range n.Output {
			bone.Output = append(bone.Output, skeletonName("skip", i, k, name))
		}
		dst.Node = append(dst.Node, bone)
	}
	for k, v := range src.Output {
		name := sep + "out" + strconv.Itoa(k)
		index := len(src.Node) + k
		dst.Node = append(dst.Node, &onnxpb.NodeProto{
			Name:   proto.String(skeletonNodeName(index)),
			OpType: proto.String(skeletonOp("", outputOp, 0, index)),
			Input:  []string{valueName(v.GetName())},
			Output: []string{name},
		})
		dst.Output = append(dst.Output, &onnxpb.ValueInfoProto{Name: proto.String(name)})
	}
	return &onnxpb.ModelProto{Graph: dst}
}
