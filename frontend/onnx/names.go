package onnx

import (
	"fmt"
	"unicode/utf8"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// checkNames checks that every value is defined once, and that operands are defined.
func (m *model) checkNames() *diag.Error {
	pos, graph := m.pos(), m.proto.Graph
	names := make(map[string]string, len(graph.Node)) // value -> what defines it
	define := func(pos diag.Pos, name, by string) *diag.Error {
		if name == "" || !utf8.ValidString(name) {
			return diag.At(pos, "%s has the name %q: a name must be valid UTF-8 and not empty", by, name).Cure("%s", damaged)
		}
		if first, twice := names[name]; twice {
			return diag.At(pos, "value %q is defined twice: by %s and by %s", name, first, by).Cure("%s", damaged)
		}
		names[name] = by
		return nil
	}
	for _, t := range graph.Initializer {
		if err := define(pos, t.GetName(), "an initializer"); err != nil {
			return err
		}
	}
	if err := checkInputs(pos, graph); err != nil {
		return err
	}
	for _, in := range freeInputs(graph) {
		if err := define(pos, in.GetName(), "an input of the model"); err != nil {
			return err
		}
	}
	for i, n := range graph.Node {
		for _, name := range n.Output {
			if name == "" {
				continue // an optional output that is not wanted
			}
			if err := define(m.nodePos(i), name, fmt.Sprintf("node %d (%s)", i, n.GetOpType())); err != nil {
				return err
			}
		}
	}
	for i, n := range graph.Node {
		for _, name := range n.Input {
			if _, ok := names[name]; !ok && name != "" {
				return diag.At(m.nodePos(i), "reads %q, which nothing defines", name).Cure("%s", damaged)
			}
		}
	}
	return checkOutputNames(pos, graph, names)
}

// checkInputs makes sure that there is an input without a value.
func checkInputs(pos diag.Pos, graph *onnxpb.GraphProto) *diag.Error {
	seen := make(map[string]bool, len(graph.Input))
	for _, v := range graph.Input {
		if seen[v.GetName()] {
			return diag.At(pos, "the model has two inputs called %q", v.GetName()).Cure("%s", damaged)
		}
		seen[v.GetName()] = true
	}
	if len(freeInputs(graph)) == 0 {
		return diag.At(pos, "the model has no input").Cure("%s", damaged)
	}
	return nil
}

// freeInputs are the inputs without a value. An input that has one, an
// initializer, is a constant; up to IR version 3 all initializers were inputs too.
func freeInputs(graph *onnxpb.GraphProto) (free []*onnxpb.ValueInfoProto) {
	values := make(map[string]bool, len(graph.Initializer))
	for _, t := range graph.Initializer {
		values[t.GetName()] = true
	}
	for _, v := range graph.Input {
		if !values[v.GetName()] {
			free = append(free, v)
		}
	}
	return free
}

func checkOutputNames(pos diag.Pos, graph *onnxpb.GraphProto, names map[string]string) *diag.Error {
	if len(graph.Output) == 0 {
		return diag.At(pos, "the model has no output").Cure("%s", damaged)
	}
	seen := make(map[string]bool)
	for _, v := range graph.Output {
		name := v.GetName()
		if _, ok := names[name]; !ok {
			return diag.At(pos, "nothing defines output %q of the model", name).Cure("%s", damaged)
		}
		if seen[name] {
			return diag.At(pos, "the model has two outputs called %q", name).Cure("%s", damaged)
		}
		seen[name] = true
	}
	return nil
}
