package labels

import (
	"math"
	"slices"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// New checks what is said of the calibration samples of a model.
func New(g *tensor.Graph, classes []string, values, calibration [][]float64) (Truth, error) {
	given := max(len(classes), len(values))
	switch {
	case classes == nil && values == nil:
		return Truth{}, nil
	case classes != nil && values != nil:
		return Truth{}, diag.In(g.File, "both labels and values are given").Cure("give the classes of the calibration samples, or the values that the model should give")
	case given == 0 || given != len(calibration):
		return Truth{}, diag.In(g.File, "%d labels or values for %d calibration samples", given, len(calibration)).Cure("give one for each sample, in the same order")
	case classes != nil:
		return withClasses(g, classes)
	}
	size := g.Primary().Node.Size()
	for i, y := range values {
		if len(y) != size {
			return Truth{}, diag.In(g.File, "%d values for calibration sample %d, the model gives %d", len(y), i, size).Cure("give all elements of the primary output for each sample")
		}
		if slices.ContainsFunc(y, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			return Truth{}, diag.In(g.File, "a value for calibration sample %d is not finite", i).Cure("leave the sample out, there and in the calibration samples")
		}
	}
	return Truth{Values: values}, nil
}

// listedClasses is how many classes an error lists.
const listedClasses = 20

func withClasses(g *tensor.Graph, classes []string) (Truth, error) {
	by := g.Classifier()
	if by == nil {
		return Truth{}, diag.In(g.File, "labels are given, and the model has no classes: its output is a single number").Cure("give the values that it should have")
	}
	for i, l := range classes {
		if by.Classes != nil && !slices.Contains(by.Classes, l) {
			return Truth{}, diag.In(g.File, "calibration sample %d is labelled %q, which is no class of the model", i, l).
				Cure("rename the label: the model names %s", strings.Join(by.Classes[:min(len(by.Classes), listedClasses)], ", "))
		}
	}
	return Truth{Classes: classes, By: by}, nil
}
