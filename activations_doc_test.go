package hecc_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

const activationsDoc = "docs/activations.md"

func activationsHead() string {
	return fmt.Sprintf(`# Activations

Every function that hecc can compile in networks of one and of three hidden layers of %d neurons: standard normal inputs,
random weights, arguments and outputs of mean 0 and variance 1, as behind a BatchNorm. Log, Sqrt, powers and Reciprocal get arguments shifted by a few
units to where they are defined. Each is calibrated with %d samples for a target error, and run on ciphertexts on others: %d for one layer, %d for three.

Predicted is the error that the plan promises for inputs like the samples (see [promise.md](promise.md)), measured the largest on ciphertexts, over all samples and
outputs, and worst the largest of the polynomial network on %d unseen samples, without noise, or with modelled noise where the others are far below the
prediction; one sample in a thousand may be beyond the prediction, and is left out there. The ratio is that of the prediction to the larger of both.
Levels are those of the fresh ciphertext. Only the last column depends on the machine: the server's median time for a sample on one thread,
measured %s on %d cores of x86-64 with AVX-512, which others use too. Measured errors vary a little with the keys.

"Out of reach" is what the compiler answers: no plan is better than one that misses its target. Smaller targets are then not tried.
ThresholdedRelu, which jumps, and Sign have no polynomial near their jump; ThresholdedRelu's arguments here stay on one side of it. Written by

    go test . -run Activations -full -update -timeout 120m

or a part of it by naming the rows, as in -run Activations/1/Relu; rows that are not there were not measured. The deepest plans have keys of gigabytes:
three layers at 0.01 took up to 13 GB of memory, client and server together. At 0.001 three layers of ReLU, HardSigmoid and HardSwish
have plans that need more than 23 GB.
`, activationWidth, calibrating, measuring[1], measuring[3], unseenSamples, time.Now().UTC().Format(time.DateOnly), runtime.NumCPU())
}

// activationRows are the lines of the tables by activationKey.
type activationRows map[string]string

func activationKey(layers int, name string, target float64) string {
	return fmt.Sprintf("%d|%s|%.0e", layers, name, target)
}

// readActivations takes the rows from the page, so that a run may renew some of them.
func readActivations() activationRows {
	rows := activationRows{}
	text, _ := os.ReadFile(activationsDoc)
	layers := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		_, _ = fmt.Sscanf(line, "## %d hidden", &layers)
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		if target, err := strconv.ParseFloat(strings.TrimSpace(cells[2]), 64); err == nil {
			rows[activationKey(layers, strings.TrimSpace(cells[1]), target)] = line
		}
	}
	return rows
}

// write writes the page.
func (rows activationRows) write() {
	var doc strings.Builder
	doc.WriteString(activationsHead())
	for _, layers := range []int{1, 3} {
		var lines []string
		for _, a := range activations {
			for _, target := range activationTargets {
				if line, ok := rows[activationKey(layers, a.name, target)]; ok {
					lines = append(lines, line)
				}
			}
		}
		fmt.Fprintf(&doc, "\n## %d hidden %s\n\n%s", layers, map[bool]string{true: "layer", false: "layers"}[layers == 1], summary(lines))
		doc.WriteString("| function | target | degrees | polynomials | levels | log₂ N | predicted | measured | worst | ratio | ms |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
		for _, line := range lines {
			fmt.Fprintln(&doc, line)
		}
	}
	check(os.WriteFile(activationsDoc, []byte(doc.String()), 0o644))
}

func summary(lines []string) string {
	var ratios []float64
	for _, line := range lines {
		cells := strings.Split(line, "|")
		if r, err := strconv.ParseFloat(strings.TrimSpace(cells[len(cells)-3]), 64); err == nil {
			ratios = append(ratios, r)
		}
	}
	if len(ratios) == 0 {
		return ""
	}
	slices.Sort(ratios)
	return fmt.Sprintf("%d of %d plans could be made. The prediction is %.1f to %.1f times the largest error that was seen, at the median %.1f times.\n\n",
		len(ratios), len(lines), ratios[0], ratios[len(ratios)-1], ratios[len(ratios)/2])
}
