package passes

import (
	"fmt"
	"strings"

	"hecc/ir/tensor"
	"hecc/passes/fit"
)

// Outputs of a model without an answer of its own are taken for the scores of a classifier if they are so many.
const (
	leastScores = 3
	mostScores  = 1000
)

// notes say what else the user could have had: nothing is wrong.
func (c *compilation) notes() []string {
	var out []string
	f := &c.fit
	add := func(what string, a *fit.Alternative) {
		if a != nil {
			out = append(out, what+c.alternativeText(a))
		}
	}
	add("cheaper: ", f.Cheaper)
	add("better: ", f.Better)
	if a := f.MoreSamples; a != nil {
		out = append(out, fmt.Sprintf("more calibration samples could make the plan cheaper: polynomials of degree %s, for about %s, meet the target on the %d samples that they were fitted on, but not on the %d others",
			degreesText(a.Fit.Degrees), c.timeText(a), f.Samples-f.HeldOut, f.HeldOut))
	}
	if n := c.scores(); n > 0 && f.HeldOut > 0 {
		out = append(out, fmt.Sprintf("the outputs are %d numbers: if only which of them is the largest counts, say so by --target-agreement (this plan keeps it on %.1f %% of the held-out samples)",
			n, 100*f.Agreement))
	}
	return out
}

// alternativeText says what a network of the front would take and give, beside what the plan has.
func (c *compilation) alternativeText(a *fit.Alternative) string {
	text := fmt.Sprintf("degree %s for about %s: root mean square error %.2g for %.2g", degreesText(a.Fit.Degrees), c.timeText(a), a.Fit.RMS, c.fit.RMS)
	option := fmt.Sprintf("--target-error %.2g", a.TargetError())
	if fit.NewGoal(c.targets(), c.epilogue).Agreement > 0 {
		text += fmt.Sprintf(", argmax kept on %.1f %% of held-out samples for %.1f %%", 100*a.Fit.Agreement, 100*c.fit.Agreement)
		option = fmt.Sprintf("--target-agreement %.3g", a.TargetAgreement())
	}
	return text + " (" + option + ")"
}

// timeText is about what a network would take for the batch.
func (c *compilation) timeText(a *fit.Alternative) string {
	ms := a.Price * c.noise.Cost / 1e6
	if ms < 1000 {
		return fmt.Sprintf("%.2g ms", ms)
	}
	return fmt.Sprintf("%.2g s", ms/1000)
}

func degreesText(degrees []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(degrees), " ", ", "), "[]")
}

// scores is how many scores of classes the outputs may be, where nobody said whether they are: they end in an
// affine map, as a classifier's do before Softmax.
func (c *compilation) scores() int {
	_, asIs := c.epilogue.Outputs[0].Node.Op.(tensor.Input)
	out := c.graph.Outputs[0].Node
	_, affine := out.Op.(tensor.Affine)
	if n := out.Size(); asIs && affine && n >= leastScores && n <= mostScores && c.targets() == (fit.Targets{}) {
		return n
	}
	return 0
}
