package onnx

import (
	"fmt"
	"unicode/utf8"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// checkNames makes sure that every value is defined once, and before it is read.
func checkNames(file string, graph *onnxpb.GraphProto) error {
	names := make(map[string]string, len(graph.Node)) // value -> what defines it
	define := func(pos diag.Pos, name, by string) error {
		if name == "" || !utf8.ValidString(name) {
			return diag.Errorf(pos, "%s has the name %q: a name must be valid UTF-8 and not empty", by, name)
		}
		if first, twice := names[name]; twice {
			return diag.Errorf(pos, "value %q is defined twice: by %s and by %s", name, first, by)
		}
		names[name] = by
		return nil
	}
	pos := diag.Pos{File: file}
	for _, t := range graph.Initializer {
		if err := define(pos, t.GetName(), "an initializer"); err != nil {
			return err
		}
	}
	if err := checkInputs(pos, graph); err != nil {
		return err
	}
	if err := define(pos, freeInputs(graph)[0].GetName(), "the input of the model"); err != nil {
		return err
	}
	for i, n := range graph.Node {
		at := nodePos(file, i, n)
		for _, name := range n.Input {
			if _, ok := names[name]; !ok && name != "" {
				return undefined(at, graph, i, name)
			}
		}
		for _, name := range n.Output {
			if name == "" {
				continue // an optional output that is not wanted
			}
			if err := define(at, name, fmt.Sprintf("node %d (%s)", i, n.GetOpType())); err != nil {
				return err
			}
		}
	}
	return checkOutputNames(pos, graph, names)
}

// checkInputs makes sure that there is one input without a value.
func checkInputs(pos diag.Pos, graph *onnxpb.GraphProto) error {
	seen := make(map[string]bool, len(graph.Input))
	for _, v := range graph.Input {
		if seen[v.GetName()] {
			return diag.Errorf(pos, "the model has two inputs called %q", v.GetName())
		}
		seen[v.GetName()] = true
	}
	free := freeInputs(graph)
	if len(free) == 1 {
		return nil
	}
	e := diag.Errorf(pos, "the model has %d inputs, must have one", len(free))
	for _, v := range free[:min(len(free), maxListed)] {
		e.Note("input %q", v.GetName())
	}
	return e
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

func undefined(pos diag.Pos, graph *onnxpb.GraphProto, reader int, name string) error {
	for i, n := range graph.Node[reader:] {
		for _, out := range n.Output {
			if out == name {
				return diag.Errorf(pos, "reads %q before node %d (%s) defines it", name, reader+i, n.GetOpType()).
					Note("the nodes of a model must stand in the order of evaluation, without cycles")
			}
		}
	}
	return diag.Errorf(pos, "reads %q, which nothing defines", name)
}

func checkOutputNames(pos diag.Pos, graph *onnxpb.GraphProto, names map[string]string) error {
	if len(graph.Output) == 0 {
		return diag.Errorf(pos, "the model has no output")
	}
	seen := make(map[string]bool)
	for _, v := range graph.Output {
		name := v.GetName()
		if _, ok := names[name]; !ok {
			return diag.Errorf(pos, "nothing defines output %q of the model", name)
		}
		if seen[name] {
			return diag.Errorf(pos, "the model has two outputs called %q", name)
		}
		seen[name] = true
	}
	return nil
}
