package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// classifier finds which class an answer names: the model's label, or the name of the largest score, or its
// index where scores have no names.
type classifier struct {
	node    *tensor.Node // the output that says it
	output  int          // its number, or -1 for the primary output
	label   bool         // its value is a label; else it is a score for each class
	classes []string     // nil: any number
}

// newClassifier takes a label before named scores, and those before positions.
func newClassifier(g *tensor.Graph) (*classifier, error) {
	for _, kind := range []func(n *tensor.Node) *classifier{byLabel, byNames, byIndex} {
		for k, o := range g.Outputs {
			if c := kind(unshaped(o.Node)); c != nil {
				c.output = k
				return c, nil
			}
		}
	}
	for k, o := range g.Outputs { // a threshold gives numbers of which no table is known
		if n := o.Node; n.Size() == 1 && g.Discrete()[n.ID] {
			return &classifier{node: n, output: k, label: true}, nil
		}
	}
	n := g.Primary().Node
	if n.Size() < 2 {
		return nil, diag.In(g.File, "the model has no classes: its output is a single number").Cure("leave out --labels; --expect compares with outputs")
	}
	return &classifier{node: n, output: -1, classes: scorePlaces(n.Size())}, nil
}

func unshaped(n *tensor.Node) *tensor.Node {
	for _, ok := n.Op.(tensor.Reshape); ok; _, ok = n.Op.(tensor.Reshape) {
		n = n.In[0]
	}
	return n
}

func byLabel(n *tensor.Node) *classifier {
	if op, ok := n.Op.(tensor.Label); ok && n.Size() == 1 {
		return &classifier{node: n, label: true, classes: classNames(op.Ints, op.Strings)}
	}
	return nil
}

func byNames(n *tensor.Node) *classifier {
	if op, ok := n.Op.(tensor.ZipMap); ok && n.Size() == len(op.Ints)+len(op.Strings) {
		return &classifier{node: n, classes: classNames(op.Ints, op.Strings)}
	}
	return nil
}

func byIndex(n *tensor.Node) *classifier {
	if op, ok := n.Op.(tensor.ArgMax); ok && n.Size() == 1 {
		return &classifier{node: n, label: true, classes: scorePlaces(n.In[0].Shape[op.Axis])}
	}
	return nil
}

func classNames(ints []int, strs []string) []string {
	out := slices.Clone(strs)
	for _, n := range ints {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

func scorePlaces(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

// class is what the output's value names.
func (c *classifier) class(value []float64) string {
	if !c.label {
		return c.classes[tensor.Largest(value)]
	}
	if op, ok := c.node.Op.(tensor.Label); ok && len(op.Strings) > 0 {
		if k := int(value[0]); k >= 0 && k < len(op.Strings) {
			return op.Strings[k]
		}
	}
	return datafile.Label(value[0])
}

// value is the output of a result that the class is read from.
func (c *classifier) value(r *codec.Result) []float64 {
	if c.output < 0 {
		return r.Primary
	}
	return r.Outputs[c.output].Values
}

// readLabels reads the class of each of so many samples. Each must be one that the model can give.
func readLabels(path string, samples int, c *classifier) ([]string, error) {
	labels, err := datafile.ReadLabels(path, c.classes)
	if err != nil {
		return nil, err
	}
	if len(labels) != samples {
		return nil, labelCount(path, len(labels), samples)
	}
	return labels, checkLabels(path, labels, c)
}

func labelCount(path string, labels, samples int) error {
	return diag.In(path, "%d labels for %d samples", labels, samples).Cure("give one label for each sample, in the order of the samples")
}

func checkLabels(path string, labels []string, c *classifier) error {
	for i, l := range labels {
		if c.classes == nil || slices.Contains(c.classes, l) {
			continue
		}
		d, why := diag.In(path, "label %d is %q, must be one of %s", i, l, listClasses(c.classes)), "these are the classes that the model names"
		if _, named := c.node.Op.(tensor.Label); !named && (c.label || c.output < 0) {
			why = "these are the places of its scores, counted from 0, since the model does not name its classes"
		}
		return d.Cure("%s: rename the labels so", why)
	}
	return nil
}

func listClasses(classes []string) string {
	const most = 12
	if len(classes) > most {
		return fmt.Sprintf("%s … %s", strings.Join(classes[:most-1], ", "), classes[len(classes)-1])
	}
	return strings.Join(classes, ", ")
}
