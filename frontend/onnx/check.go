package onnx

import (
	"unicode/utf8"

	"hecc/ir/diag"
)

// The newest IR versions that are tested. What was added since version 10 is element types that hecc does not
// read, and the device of a node, which does not change results.
const minIR, maxIR = 3, 13

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

// check finds what makes the meaning of a model uncertain before any operator is lowered, and sorts the
// nodes. If broken is set, there is no graph to lower.
func (m *model) check() (found faults, broken bool) {
	if m.proto.Graph == nil {
		return faults{diag.At(m.pos(), "the model has no graph").
			Cure("the file holds no model, or a part of one: export it again")}, true
	}
	found = append(m.checkHeader(), m.checkOpsets()...)
	for i := range m.proto.Graph.Node {
		if err := m.checkNode(i); err != nil {
			found, broken = append(found, err), true
		}
	}
	if err := m.checkNames(); err != nil {
		return append(found, err), true
	}
	if err := m.sort(); err != nil {
		return append(found, err), true
	}
	return found, broken
}

func (m *model) checkHeader() (found faults) {
	refuse := func(d *diag.Error) { found = append(found, d) }
	if v := m.proto.GetIrVersion(); v < minIR || v > maxIR {
		refuse(diag.At(m.pos(), "IR version %d is not supported: hecc reads %d to %d", v, minIR, maxIR).
			Cure("save the model again with a version of the onnx package that writes one of these; if it uses nothing newer, model.ir_version = 10 before onnx.save does"))
	}
	if len(m.proto.TrainingInfo) > 0 {
		refuse(diag.At(m.pos(), "the model has training information").Cure("export it for inference: model.eval() in PyTorch, then torch.onnx.export"))
	}
	if len(m.proto.Functions) > 0 {
		f := m.proto.Functions[0]
		refuse(diag.At(m.pos(), "the model defines its own function %q", f.GetDomain()+"::"+f.GetName()).
			Cure("inline them: onnx.save(onnx.inliner.inline_local_functions(onnx.load(\"model.onnx\")), \"inlined.onnx\")"))
	}
	if list := m.proto.Graph.SparseInitializer; len(list) > 0 {
		refuse(diag.At(m.pos(), "initializer %q is sparse", list[0].GetValues().GetName()).
			Cure("store it as a dense tensor: numpy's array or torch's to_dense() before the export"))
	}
	if list := m.proto.Graph.QuantizationAnnotation; len(list) > 0 {
		refuse(diag.At(m.pos(), "value %q has a quantization annotation", list[0].GetTensorName()).Cure("%s", exportFloat))
	}
	return found
}

// checkOpsets finds which operators the names of the model's nodes mean. A converter may import a domain more
// than once, even under both of its names; the version must be the same. A domain that no node uses may have
// any version.
func (m *model) checkOpsets() (found faults) {
	m.versions = make(opsets)
	used := make(map[string]bool)
	for _, n := range m.proto.Graph.Node {
		used[canonicalDomain(n.GetDomain())] = true
	}
	for _, s := range m.proto.OpsetImport {
		domain, version := canonicalDomain(s.GetDomain()), int(s.GetVersion())
		known, ok := domains[domain]
		first, again := m.versions[domain]
		switch {
		case again && first != version:
			found = append(found, diag.At(m.pos(), "the operator set of domain %s is imported twice, as versions %d and %d", domainName(domain), first, version).
				Cure("export the model again, or delete the wrong entry of model.opset_import and save it"))
			continue
		case again:
			continue
		case ok && used[domain] && (version < known.since || version > known.until):
			found = append(found, diag.At(m.pos(), "operator set %d of domain %s is not supported: hecc reads %d to %d",
				version, domainName(domain), known.since, known.until).Cure("%s", otherOpset(domain, version < known.since)))
			version = min(max(version, known.since), known.until) // the version that nodes are checked against
		}
		m.versions[domain] = version
	}
	return found
}

func otherOpset(domain string, old bool) string {
	switch {
	case old:
		return `convert the model: onnx.save(onnx.version_converter.convert_version(onnx.load("model.onnx"), 17), "new.onnx")`
	case domain == mlDomain:
		return `export the model for an older one: target_opset={"": 17, "ai.onnx.ml": 3} in skl2onnx`
	}
	return "export the model for an older one: opset_version=17 in torch.onnx.export, target_opset=17 in skl2onnx, --opset 17 in tf2onnx"
}

func (m *model) checkNode(i int) *diag.Error {
	n, nodePos := m.proto.Graph.Node[i], m.nodePos(i)
	switch {
	case !isIdentifier(n.GetOpType()):
		nodePos.Op = "?"
		return diag.At(nodePos, "the operator type %q is not an identifier", n.GetOpType()).Cure("%s", damaged)
	case len(n.Output) == 0:
		return diag.At(nodePos, "the node has no output").Cure("%s", damaged)
	}
	for _, s := range []string{n.GetName(), n.GetDomain()} {
		if !utf8.ValidString(s) {
			return diag.At(nodePos, "the name %q is not valid UTF-8", s).Cure("%s", damaged)
		}
	}
	domain := canonicalDomain(n.GetDomain())
	if _, ok := m.versions[domain]; !ok {
		return diag.At(nodePos, "the model does not import an operator set of domain %s", domainName(domain)).
			Cure("export the model again: without the version, the meaning of the operator is not known")
	}
	if m.row(i) == nil {
		return nil // the operator is what is to be said of it, not its attributes
	}
	return checkAttributes(nodePos, n.Attribute)
}

// damaged is for what no exporter writes.
const damaged = "no exporter writes this: the file is damaged, or was edited; onnx.checker.check_model says more. Export the model again"

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
