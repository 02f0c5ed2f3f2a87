package onnx

import (
	"unicode/utf8"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// IR versions that are known and tested.
const minIR, maxIR = 3, 10

// opsets is the version of each domain that the model imports.
type opsets map[string]int

// domains are those that the table has rows for, and the versions that are tested.
var domains = map[string]struct{ since, until int }{
	coreDomain: {7, newest},
	mlDomain:   {1, newestML},
}

const (
	coreDomain = "" // ai.onnx
	mlDomain   = "ai.onnx.ml"
)

// domainName writes a domain for people.
func domainName(domain string) string {
	if domain == coreDomain {
		return "ai.onnx"
	}
	return domain
}

// canonicalDomain gives the default domain its short name.
func canonicalDomain(domain string) string {
	if domain == "ai.onnx" {
		return coreDomain
	}
	return domain
}

func nodePos(file string, index int, p *onnxpb.NodeProto) diag.Pos {
	return diag.Pos{File: file, Node: index, Name: p.GetName(), Op: p.GetOpType()}
}

// checkModel refuses what makes the meaning of a model uncertain, before any
// operator is looked at.
func checkModel(file string, model *onnxpb.ModelProto) (opsets, error) {
	pos := diag.Pos{File: file}
	if v := model.GetIrVersion(); v < minIR || v > maxIR {
		return nil, diag.Errorf(pos, "IR version %d is not supported: hecc reads %d to %d", v, minIR, maxIR).
			Note("save the model again with a version of the onnx package that writes one of these")
	}
	if model.Graph == nil {
		return nil, diag.Errorf(pos, "the model has no graph")
	}
	if len(model.TrainingInfo) > 0 {
		return nil, diag.Errorf(pos, "the model has training information").Note("export it for inference")
	}
	if len(model.Functions) > 0 {
		f := model.Functions[0]
		return nil, diag.Errorf(pos, "the model defines its own function %q", f.GetDomain()+"::"+f.GetName()).
			Note("export the model with its functions inlined")
	}
	if err := checkStorage(pos, model.Graph); err != nil {
		return nil, err
	}
	versions, err := checkOpsets(pos, model.OpsetImport)
	if err != nil {
		return nil, err
	}
	for i, n := range model.Graph.Node {
		if err := checkNode(file, i, n, versions); err != nil {
			return nil, err
		}
	}
	return versions, checkNames(file, model.Graph)
}

func checkStorage(pos diag.Pos, graph *onnxpb.GraphProto) error {
	if len(graph.SparseInitializer) > 0 {
		name := graph.SparseInitializer[0].GetValues().GetName()
		return diag.Errorf(pos, "initializer %q is sparse", name).Note("store it as a dense tensor")
	}
	if len(graph.QuantizationAnnotation) > 0 {
		name := graph.QuantizationAnnotation[0].GetTensorName()
		return diag.Errorf(pos, "value %q has a quantization annotation", name).Note("export the model before it is quantized")
	}
	return nil
}

func checkOpsets(pos diag.Pos, imports []*onnxpb.OperatorSetIdProto) (opsets, error) {
	versions := make(opsets)
	for _, s := range imports {
		domain := canonicalDomain(s.GetDomain())
		if _, twice := versions[domain]; twice {
			return nil, diag.Errorf(pos, "the operator set of domain %q is imported twice", domainName(domain))
		}
		version := int(s.GetVersion())
		versions[domain] = version
		known, ok := domains[domain]
		if ok && (version < known.since || version > known.until) {
			return nil, diag.Errorf(pos, "operator set %d of domain %s is not supported: hecc reads %d to %d",
				version, domainName(domain), known.since, known.until).
				Note("export the model with opset version %d", known.until)
		}
	}
	return versions, nil
}

func checkNode(file string, i int, n *onnxpb.NodeProto, versions opsets) error {
	pos := nodePos(file, i, n)
	switch {
	case !isIdentifier(n.GetOpType()):
		pos.Op = "?"
		return diag.Errorf(pos, "the operator type %q is not an identifier", n.GetOpType())
	case len(n.Output) == 0:
		return diag.Errorf(pos, "the node has no output")
	}
	for _, s := range []string{n.GetName(), n.GetDomain()} {
		if !utf8.ValidString(s) {
			return diag.Errorf(pos, "the name %q is not valid UTF-8", s)
		}
	}
	domain := canonicalDomain(n.GetDomain())
	if _, ok := versions[domain]; !ok {
		return diag.Errorf(pos, "the model does not import an operator set of domain %s", domainName(domain)).
			Note("export the model again: without the version, the meaning of the operator is not known")
	}
	return checkAttributes(pos, n.Attribute)
}

// isIdentifier says whether a name is one in the sense of C, as operator types must be.
func isIdentifier(name string) bool {
	for i, c := range name {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
