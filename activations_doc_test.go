package hecc_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

func activationsHead() string {
	return fmt.Sprintf(`# Activations

Every function that hecc can compile in networks of one hidden layer of %d neurons, and those that are trained most in three such layers: standard normal inputs,
random weights, arguments and outputs of mean 0 and variance 1, as behind a BatchNorm. Log, Sqrt, powers and Reciprocal get arguments shifted by a few
units to where they are defined. Each is calibrated with %d samples for a target error, and run on ciphertexts on %d others.

Predicted is the error that the plan promises for inputs like the samples (see [promise.md](promise.md)), measured the largest over the %d samples and all outputs.
Levels are those of the fresh ciphertext. Only the last column depends on the machine: the server's median time for a sample on one thread,
measured %s on %d cores of x86-64 with AVX-512 under other load, so that it is an upper end. Measured errors vary a little with the keys.

"Out of reach" is what the compiler answers: no plan is better than one that misses its target. Smaller targets are then not tried.
ThresholdedRelu, which jumps, and Sign have no polynomial near their jump; ThresholdedRelu's arguments here stay on one side of it. Written by

    go test . -run Activations -full -update -timeout 60m
`, activationWidth, calibrating, measuring, measuring, time.Now().UTC().Format(time.DateOnly), runtime.NumCPU())
}

// writeActivations adds the table of the networks of so many layers.
func writeActivations(b *strings.Builder, layers int, rows []activationFigures) {
	var ratios []float64
	for _, f := range rows {
		if f.refused == "" {
			ratios = append(ratios, f.predicted/f.measured)
		}
	}
	slices.Sort(ratios)
	fmt.Fprintf(b, "\n## %d hidden %s\n\n", layers, map[bool]string{true: "layer", false: "layers"}[layers == 1])
	fmt.Fprintf(b, "%d of %d plans could be made. ", len(ratios), len(rows))
	if len(ratios) > 0 {
		fmt.Fprintf(b, "The prediction is %.1f to %.1f times what was measured, at the median %.1f times.", ratios[0], ratios[len(ratios)-1], ratios[len(ratios)/2])
	}
	b.WriteString("\n\n| function | target | degrees | polynomials | levels | log₂ N | predicted | measured | ratio | ms |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, f := range rows {
		fmt.Fprintln(b, f)
	}
}
