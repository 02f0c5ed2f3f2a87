package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hecc/ir/audit"
)

// text is a table by layer, and by operation if asked for, on so many columns.
func (t *trace) text(ops bool, width int) string {
	var b strings.Builder
	name := 20 + width - narrow
	samples := "1 sample"
	if t.Samples > 1 {
		samples = fmt.Sprintf("%d samples", t.Samples)
	}
	fmt.Fprintf(&b, "%s   %s, decrypted after each of %d operations\n\n", t.Model, samples, t.Traced)
	heading(&b, name, "layer", "|t|")
	for k := range t.Layers {
		r := &t.Layers[k]
		reach := ""
		if r.LargestT != nil {
			reach = timesText(*r.LargestT)
		}
		r.write(&b, name, r.Source, reach)
		fmt.Fprintf(&b, "   %s\n", r.detail())
	}
	if ops {
		b.WriteString("\n")
		heading(&b, name, "operation", "")
		for k := range t.Operations {
			r := &t.Operations[k]
			r.write(&b, name, fmt.Sprintf("%%%d %s", r.ID, r.Op), "")
			if r.Measured != nil {
				fmt.Fprintf(&b, "   %s\n", r.shares())
			} else {
				b.WriteString("   made together with the rescale that reads it\n")
			}
		}
	}
	t.writeSummary(&b, width)
	return foldLines(b.String(), width)
}

func heading(b *strings.Builder, name int, what, interval string) {
	fmt.Fprintf(b, " %-*s %5s %17s %11s %5s %13s\n", name, "", "", "noise", "bits left", "", "ms")
	fmt.Fprintf(b, " %-*s %5s %8s %8s %5s %5s %5s %6s %6s\n", name, what, "level", "measured", "pred.", "meas.", "pred.", interval, "meas.", "pred.")
}

// write prints one row; what is outside its prediction is marked.
func (r *traceRow) write(b *strings.Builder, width int, name, interval string) {
	mark, predicted := "", ""
	if len(r.Flags) > 0 {
		mark = " !"
	}
	if r.Measured != nil {
		predicted = fmt.Sprintf("%.1e", r.Predicted)
	}
	fmt.Fprintf(b, " %s %5d %8s %8s %5s %5s %5s %6.2f %6.2f%s\n", padRight(clipFront(name, width), width), r.Level, numberText("%.1e", r.Measured), predicted,
		numberText("%.1f", r.BitsFound), numberText("%.1f", r.BitsLeft), interval, r.Took, r.Expected, mark)
}

// clipFront keeps the end of a name, which tells nodes apart.
func clipFront(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return "…" + string(r[len(r)-n+1:])
	}
	return s
}

func numberText(format string, x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf(format, *x)
}

// flagText says what a mark means.
var flagText = map[string]string{
	flagNoise:    "noise above its prediction",
	flagOverflow: "larger than its modulus holds: all slots may be lost",
	flagInterval: "arguments outside their interval",
	flagTime:     "slower than predicted, beside the others",
}

// detail is the operator of a layer, what its noise is made of, and what is outside its prediction.
func (r *traceRow) detail() string {
	text := clip(r.Op, 14) + ": " + r.shares()
	if r.FitError != nil {
		text += fmt.Sprintf("; fit %.1e", *r.FitError)
	}
	for _, f := range r.Flags {
		text += "\n   ! " + flagText[f]
	}
	return text
}

// shownTerms is how many terms of the noise text has.
const shownTerms = 3

// shares are those of the largest terms in the variance of the predicted noise, down to a percent.
func (r *traceRow) shares() string {
	total := 0.0
	for _, d := range r.Terms {
		total += d * d
	}
	if total == 0 {
		return "no noise"
	}
	order := slices.SortedFunc(maps.Keys(r.Terms), func(a, b audit.Term) int {
		return cmp.Or(cmp.Compare(r.Terms[b], r.Terms[a]), cmp.Compare(a, b))
	})
	var out []string
	for _, term := range order[:min(shownTerms, len(order))] {
		if share := 100 * r.Terms[term] * r.Terms[term] / total; share >= 1 {
			out = append(out, fmt.Sprintf("%s %.0f %%", term, share))
		}
	}
	return strings.Join(out, ", ")
}

func (t *trace) writeSummary(to *strings.Builder, width int) {
	b := &screen{width: width, names: 9}
	b.gap()
	b.line("output", "noise %.1e, predicted %.1e; fit %.1e, predicted %.1e", t.Output.Noise, t.Output.PredictedNoise, t.Output.Fit, t.Output.PredictedFit)
	b.line("output", "of %s", t.Output.Of)
	b.line("time", "%.1f ms, predicted %.1f ms", t.MeasuredMs, t.PredictedMs)
	verdict := "no operation's noise is outside its prediction"
	if n := len(t.Outside); n > 0 {
		verdict = fmt.Sprintf("of %d operations it is outside its prediction: %s", n, listText(t.Outside))
	}
	b.line("noise", "%s", verdict)
	if a := t.Above; a != nil {
		b.line("noise", "predicted over measured 2^%.1f in the median, from 2^%.1f to 2^%.1f", a.Median, a.Least, a.Most)
	}
	for _, l := range t.Ranges {
		shown := slices.ContainsFunc(t.Layers, func(r traceRow) bool { return r.Source == l.Source })
		if l.outside > 0 || !shown { // functions that became lines have no layer of their own
			b.line("interval", "%s of %s: up to %s of it, %s of %d samples outside", l.Of, l.Source, timesText(l.LargestT), countText(l.outside), l.samples)
		}
	}
	to.WriteString(b.String())
}
