package main

import (
	"fmt"
	"slices"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// newClassifier is how a model's answers name classes.
func newClassifier(g *tensor.Graph) (*tensor.Classifier, error) {
	if c := g.Classifier(); c != nil {
		return c, nil
	}
	return nil, diag.In(g.File, "the model has no classes: its output is a single number").Cure("leave out --labels; --expect compares with outputs")
}

// classOf is the class that a result names.
func classOf(c *tensor.Classifier, r *codec.Result) string {
	if c.Output < 0 {
		return c.Class(r.Primary)
	}
	return c.Class(r.Outputs[c.Output].Values)
}

// readLabels reads the class of each of so many samples. Each must be one that the model can give.
func readLabels(path string, samples int, c *tensor.Classifier) ([]string, error) {
	labels, err := datafile.ReadLabels(path, c.Classes)
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

func checkLabels(path string, labels []string, c *tensor.Classifier) error {
	for i, l := range labels {
		if c.Classes == nil || slices.Contains(c.Classes, l) {
			continue
		}
		d := diag.In(path, "label %d is %q, must be one of %s", i, l, listClasses(c.Classes))
		if c.Named() {
			return d.Cure("rename the labels to the classes that the model names")
		}
		return d.Cure("rename the labels to the places of the scores, counted from 0: the model does not name its classes")
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
