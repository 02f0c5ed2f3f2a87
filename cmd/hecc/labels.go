package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
)

// newClassifier is how a model's answers name classes.
func newClassifier(g *tensor.Graph) (*tensor.Classifier, error) {
	if c := g.Classifier(); c != nil {
		return c, nil
	}
	return nil, errors.New("the model has no classes: its output is a single number\n  note: leave out --labels; --expect compares with outputs")
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
	if err = checkLabels(labels, c); len(labels) != samples {
		err = fmt.Errorf("%d labels for %d samples", len(labels), samples)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return labels, nil
}

func checkLabels(labels []string, c *tensor.Classifier) error {
	for i, l := range labels {
		if c.Classes == nil || slices.Contains(c.Classes, l) {
			continue
		}
		why := "the classes that the model names"
		if !c.Named() {
			why = "the places of its scores, since the model does not name its classes"
		}
		return fmt.Errorf("label %d is %q, must be one of %s: %s", i, l, listClasses(c.Classes), why)
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
