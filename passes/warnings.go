package passes

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/fit"
	"hecc/passes/packing"
	"hecc/passes/planning"
	"hecc/passes/refusal"
)

// Reason names a kind of warning.
type Reason string

const (
	FewSamples   Reason = "few samples"   // too few to judge what is predicted
	LowAgreement Reason = "low agreement" // unseen samples may keep their argmax less often than was asked for
	TargetMissed Reason = "target missed" // the default target was not reached, from few samples
	LargeLoss    Reason = "large loss"    // by labels the plan answers worse than the model, by more than nobody minds
	TooLarge     Reason = "too large"     // the server's machine has less memory than the plan takes
)

// Warning is what the user of a plan should know about it, and what helps.
type Warning struct {
	Reason Reason
	Text   string
	Cure   string
}

// warn makes a warning; no other way lists it in docs/messages.md.
func warn(reason Reason, text, cure string) Warning { return Warning{reason, text, cure} }

// warnings lists what there is to know.
func (c *compilation) warnings() []Warning {
	return slices.Concat(c.fitWarnings(), c.agreementWarnings(), c.sizeWarnings())
}

// fitWarnings lists the warnings about a fit on samples.
func (c *compilation) fitWarnings() []Warning {
	if c.fit.HeldOut == 0 {
		return nil
	}
	var out []Warning
	if c.fit.HeldOut < fit.EnoughHeldOut {
		out = append(out, c.fewWarning())
	}
	if c.fit.TargetMissed {
		out = append(out, warn(TargetMissed,
			fmt.Sprintf("no polynomials that so few samples can tell reach the default target: the outputs are off by %.2g in the root mean square, with an argmax as in clear on %.1f %% of the held-out samples", c.fit.RMS, 100*c.fit.Agreement),
			fmt.Sprintf("give %d samples, or state a --target-error or --target-agreement", fit.HoldOut*fit.EnoughHeldOut)))
	}
	if l := c.fit.Loss; c.targets().Labelled && l.Missing(0) > l.Unit() {
		out = append(out, warn(LargeLoss,
			fmt.Sprintf("by labels the knee is a plan that answers worse than the model: on %d held-out samples %s", c.fit.HeldOut, l.Text()),
			"state a --target-error or --target-agreement for a better and dearer one, see hecc inspect --sweep"))
	}
	return out
}

// agreementWarnings says if the promised agreement, noise included, is below what is asked for.
func (c *compilation) agreementWarnings() []Warning {
	goal := fit.NewGoal(c.targets(), c.epilogue).Agreement
	if c.jury == nil || c.fit.PredictedAgreement >= goal {
		return nil
	}
	return []Warning{c.agreementWarning(goal)}
}

func (c *compilation) fewWarning() Warning {
	copies := ""
	if n := c.calibrationSamples - c.fit.Samples; n > 0 {
		copies = fmt.Sprintf(" and %d copies", n)
	}
	return warn(FewSamples,
		fmt.Sprintf("%d calibration samples%s: only %d of them judge the polynomials, and up to %.2g %% of unseen samples may be off by more than predicted (with %.0f %% confidence)",
			c.fit.Samples, copies, c.fit.HeldOut, 100*plan.Exceeding(c.fit.HeldOut), 100*plan.Confidence),
		fmt.Sprintf("give %d different samples, better some thousands", fit.HoldOut*fit.EnoughHeldOut))
}

func (c *compilation) agreementWarning(goal float64) Warning {
	cure := "ask for a higher --target-agreement, with more samples"
	if n := fit.SamplesFor(c.fit.Agreement, goal); n > 0 {
		cure = fmt.Sprintf("give %d samples or more to be as sure of %.4g %%, or ask for a higher --target-agreement", n, 100*goal)
	}
	return warn(LowAgreement,
		fmt.Sprintf("argmax as in clear: at least %.1f %% of unseen samples, with %.0f %% confidence, where %.4g %% is the target (%.1f %% of %d held-out samples)",
			100*c.fit.PredictedAgreement, 100*plan.Confidence, 100*goal, 100*c.fit.Agreement, c.jury.Samples()), cure)
}

// sizeWarnings says if the server's machine cannot run the plan.
func (c *compilation) sizeWarnings() []Warning {
	if c.opts.Server.Memory == 0 {
		return nil
	}
	u := memory.Of(c.circuit, c.opts.Server.Processor)
	if u.Server() <= c.opts.Server.Memory {
		return nil
	}
	return []Warning{warn(TooLarge,
		fmt.Sprintf("the server takes %s of memory for this plan (model %s, a client's keys %s, a run %s), and this machine allows %s",
			memory.Text(u.Server()), memory.Text(u.Model), memory.Text(u.Session), memory.Text(u.Run), memory.Text(c.opts.Server.Memory)),
		"run it on a larger machine, or give --max-memory, a larger --target-error or a lower --target-agreement")}
}

// Outputs of a model without an answer of its own are taken for the scores of a classifier if they are so many.
const (
	leastScores = 3
	mostScores  = 1000
)

// notes say what else the user could have had: nothing is wrong.
func (c *compilation) notes() []string {
	out, f := c.publicNote(), &c.fit
	add := func(what string, a *fit.Alternative) {
		if a != nil {
			out = append(out, what+c.alternativeText(a))
		}
	}
	add("cheaper: ", f.Cheaper)
	if add("better: ", f.Better); f.Better == nil && f.HeldOut > 0 {
		out = append(out, "hecc inspect --sweep shows what less error would cost")
	}
	if a := f.MoreSamples; a != nil {
		out = append(out, fmt.Sprintf("more calibration samples could make the plan cheaper: polynomials of degree %s, for about %s, meet the target on the %d samples that they were fitted on, but not on the %d others",
			degreesText(a.Fit.Degrees), c.timeText(a), f.Samples-f.HeldOut, f.HeldOut))
	}
	out = append(append(out, c.declaredNote()...), c.maximaNote()...)
	if n := c.scores(); n > 0 && f.HeldOut > 0 {
		out = append(out, fmt.Sprintf("the outputs are %d numbers: if only which of them is the largest counts, say so by --target-agreement (this plan keeps it on %.1f %% of the held-out samples)",
			n, 100*f.Agreement))
	}
	return out
}

// declaredNote says what polynomials for all inputs of a range cost.
func (c *compilation) declaredNote() []string {
	if c.calibrationSamples > 0 || c.fit.Degree <= 2 {
		return nil
	}
	return []string{fmt.Sprintf("polynomials of degree up to %d hold for every input of the declared range: on samples (--calibrate) their arguments spread less, and lower degrees, cheaper plans, are mostly enough",
		c.fit.Degree)}
}

// maximaNote says what takes maxima, and what to train instead.
func (c *compilation) maximaNote() []string {
	steps, first := 0, diag.Pos{}
	for _, n := range c.imported.Nodes {
		if _, ok := n.Op.(tensor.Func); ok && (n.Pos.Op == "MaxPool" || n.Pos.Op == "GlobalMaxPool") {
			if steps++; steps == 1 {
				first = n.Pos
			}
		}
	}
	if steps == 0 {
		return nil
	}
	name, _, _ := strings.Cut(first.Name, " ") // what follows says which step
	return []string{fmt.Sprintf("node %d %q (%s): maxima take polynomials, in %d steps of this network; trained with nn.AvgPool2d or strides in their place, it needs none for them",
		first.Node, name, first.Op, steps)}
}

// alternativeText says what a network of the front would take and give, beside what the plan has.
func (c *compilation) alternativeText(a *fit.Alternative) string {
	text := fmt.Sprintf("degree %s for about %s: root mean square error %.2g for %.2g", degreesText(a.Fit.Degrees), c.timeText(a), a.Fit.RMS, c.fit.RMS)
	if c.decides() {
		text += fmt.Sprintf(", argmax kept on %.1f %% of held-out samples for %.1f %%", 100*a.Fit.Agreement, 100*c.fit.Agreement)
	}
	return text + " (" + c.flagOf(a) + ")"
}

// decides says whether decisions are what outputs are for.
func (c *compilation) decides() bool {
	return c.truth.Classes != nil || fit.NewGoal(c.targets(), c.epilogue).Agreement > 0
}

// flagOf asks for a network.
func (c *compilation) flagOf(a *fit.Alternative) string {
	if c.decides() {
		return fmt.Sprintf("--target-agreement %.3g", a.TargetAgreement())
	}
	return fmt.Sprintf("--target-error %.2g", a.TargetError())
}

// msOf is about what a network would take for the batch.
func (c *compilation) msOf(a *fit.Alternative) float64 { return a.Price * c.noise.Cost / 1e6 }

// timeText says so.
func (c *compilation) timeText(a *fit.Alternative) string {
	ms := c.msOf(a)
	switch {
	case ms < 100:
		return fmt.Sprintf("%.2g ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
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
	if n := out.Size(); asIs && affine && n >= leastScores && n <= mostScores && c.targets().None() && c.truth.Classes == nil {
		return n
	}
	return 0
}

// Refusals say what would be accepted.

func (c *compilation) tooDeep(closest float64) error {
	d := diag.In(c.graph.File, "no parameters up to N=2^%d reach an error of %.3g at %d-bit security (multiplicative depth %d)",
		lastLogN, c.errorFor(c.noiseTarget()), c.opts.Security, packing.Depth(c.graph))
	lo, hi := rangeOf(c.outputsOnSamples())
	if least := c.errorFor(closest); least < hi-lo {
		d.Note("the least error that can be had is %.3g: relax --target-error", least)
	} else if !math.IsInf(closest, 1) {
		d.Note("no error is reached that is less than the outputs' range, %.3g", hi-lo)
	}
	for _, note := range c.depthNotes(closest) {
		d.Note("%s", note)
	}
	if q := c.opts.ShareResults; q > 0 {
		d.Note("flooding that protects %d shared results takes %.0f bits of precision: share fewer results, or none", q, math.Log2(c.release().ShownNoise(1)))
	}
	return d.Cure("relax --target-error or --target-agreement, for polynomials of lower degree; or train fewer layers; or give a lower --security")
}

// depthNotes say which layers take what at this error, and what would fit. Each bit more of a level halves the noise; where none
// is known, a level takes more than there is.
func (c *compilation) depthNotes(closest float64) []string {
	path, bits := packing.DeepestPath(c.graph), params.MaxLogQP(lastLogN, c.opts.Security)
	levels := 0
	for _, s := range path {
		levels += s.Levels
	}
	if levels == 0 {
		return nil
	}
	has := bits / float64(levels)
	needs := max(bitsPerMul, math.Floor(has)+1)
	if noise := c.noiseTarget(); !math.IsInf(closest, 1) && noise > 0 {
		needs = math.Ceil(has + max(0, math.Log2(closest/noise)))
	}
	layers := make([]refusal.Layer, len(path))
	for k, s := range path {
		layers[k] = refusal.Layer{Pos: s.Node.Pos, Levels: s.Levels, Bits: float64(s.Levels) * needs}
		if p, ok := s.Node.Op.(tensor.Poly); ok {
			layers[k].What = fmt.Sprintf("%s of degree %d", p.Of, p.Degree())
		}
	}
	return []string{
		refusal.Text(layers) + fmt.Sprintf(", about, where the ring has %.0f", bits),
		fmt.Sprintf("what would fit: %d levels of %.0f bits, or %.0f bits for each of these %d", int(bits/needs), needs, math.Floor(has), levels),
	}
}

// tooWide is the error of a model whose keys or ciphertexts take more than plans may ask for.
func (c *compilation) tooWide(err error) error {
	return diag.In(c.graph.File, "the plan is too large: %v", err).
		Cure("relax --target-error, give --target-agreement for a classifier, or --calibrate samples: polynomials of lower degree need smaller parameters")
}

// tooLarge is the error of a model whose every plan exceeds a bound, where some would meet the target.
func (c *compilation) tooLarge(least planning.Size) error {
	var bounds, needs []string
	add := func(what, option string, most, least int64) {
		if most > 0 {
			bounds = append(bounds, fmt.Sprintf("%s %s", what, memory.Text(most)))
			needs = append(needs, fmt.Sprintf("--max-%s %s", option, memory.TextUp(least)))
		}
	}
	add("evaluation keys of", "keys", c.opts.MaxKeys, least.Keys)
	add("server memory of", "memory", c.opts.MaxMemory, least.Memory)
	return diag.In(c.graph.File, "no parameters reach an error of %.3g within %s", c.errorFor(c.noiseTarget()), strings.Join(bounds, " and ")).
		Note("the least that was found for this error needs %s", strings.Join(needs, " and ")).
		Cure("or give a larger --target-error or a lower --target-agreement; or train a smaller network")
}
