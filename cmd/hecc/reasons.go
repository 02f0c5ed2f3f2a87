package main

import (
	"fmt"
	"slices"
	"strings"

	"hecc/ir/params"
)

// writeReasons says why N is what it is, what costs most, what limits precision, and what else could be had.
func (s *summary) writeReasons(b *screen) {
	for _, line := range s.ringText() {
		b.line("N", "%s", line)
	}
	if len(s.Nodes) > 0 {
		n := s.Nodes[s.costliest(1)[0]]
		b.line("time", "%s%s; most in %s: %s, %.0f %%", msText(s.PredictedMs), s.lanesText(), layerText(n.Op, n.Source), msText(n.Ms), 100*n.Ms/s.PredictedMs)
		b.line("keys", "%s", s.keysText())
	}
	b.line("error", "up to %.1e of %s: polynomials %s, noise and rounding %.1e", s.PredictedError, s.ErrorOf, fitErrorText(s.FitError), s.PredictedError-s.FitError)
	for _, line := range s.limitText() {
		b.line("limit", "%s", line)
	}
	b.line("cheaper", "%s", s.cheaperText())
	b.line("better", "%s", s.betterText())
}

func fitErrorText(e float64) string {
	if e == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1e", e)
}

func layerText(op, source string) string {
	if op == "" || strings.Contains(strings.ToLower(source), strings.ToLower(op)) {
		return source
	}
	return op + " " + source
}

func (s *summary) lanesText() string {
	if s.Lanes > 1 {
		return fmt.Sprintf(" for %d samples side by side, %s each", s.Lanes, msText(s.PredictedMs/float64(s.Lanes)))
	}
	return ""
}

// ringText says why the ring degree is what it is.
func (s *summary) ringText() []string {
	total := 0.0
	for _, bits := range s.QBits {
		total += bits
	}
	parts := fmt.Sprintf("%.0f hold the result", s.baseBits)
	if s.Levels > 0 && total > s.baseBits {
		parts += fmt.Sprintf(", %.0f are used up by rescales", total-s.baseBits)
	}
	special := 0.0
	for _, bits := range s.PBits {
		special += bits
	}
	if special > 0 {
		parts += fmt.Sprintf(", %.0f are for key switches", special)
	}
	lines := []string{fmt.Sprintf("2^%d: Q and P take %.0f bits (%s); %d-bit security allows %.0f", s.LogN, s.LogQP, parts, s.SecurityBits, s.LogQPBound)}
	tried := false
	for _, r := range s.Rings {
		tried = tried || r.LogN == s.LogN-1
		if text := r.text(s); text != "" {
			lines = append(lines, text)
		}
	}
	if bound := params.MaxLogQP(s.LogN-1, s.SecurityBits); !tried && bound > 0 {
		why := "too few for so many products one after the other"
		if bound >= s.LogQP {
			why = "its slots are too few"
		}
		lines = append(lines, fmt.Sprintf("2^%d was not tried: %.0f bits, %s", s.LogN-1, bound, why))
	}
	return lines
}

func (r *ringSummary) text(s *summary) string {
	lead := fmt.Sprintf("2^%d, %.0f bits: ", r.LogN, r.LogQPBound)
	switch r.Verdict {
	case ringNoisy:
		return lead + fmt.Sprintf("no noise below %.2g was found, %.2g is allowed", *r.LeastNoise, s.AllowedNoise)
	case ringRoom:
		return lead + "no moduli were found that hold the values"
	case ringSize:
		return lead + "more keys or memory than is allowed"
	case ringDecisions:
		return lead + fmt.Sprintf("%s, but its noise changes too many decisions", msText(*r.Ms))
	case ringSlower:
		if r.Ms != nil {
			return lead + fmt.Sprintf("slower, %s", msText(*r.Ms))
		}
		return lead + "nothing faster was found"
	}
	return ""
}

// keysText says what keys there are, and which layer needs most.
func (s *summary) keysText() string {
	text := fmt.Sprintf("%s: %d for rotations", bytesText(s.EvalKeyBytes), s.RotationKeys)
	if s.Counts.KeySwitches > s.Counts.Rotations {
		text += ", 1 for products"
	}
	most := slices.MaxFunc(s.Nodes, func(a, b nodeSummary) int { return a.KeyBytes - b.KeyBytes })
	if most.Keys == 0 {
		return "none are needed"
	}
	return text + fmt.Sprintf("; most in %s: %s, %s of it used nowhere else", layerText(most.Op, most.Source), bytesText(most.KeyBytes), bytesText(most.OwnKeyBytes))
}

// limitText says what the error is made of: the larger part first.
func (s *summary) limitText() []string {
	fit, noise := s.fitLimit(), s.noiseLimit()
	if s.FitError > s.PredictedError-s.FitError {
		fit, noise = noise, fit
	}
	return slices.DeleteFunc([]string{noise, fit}, func(t string) bool { return t == "" })
}

// limitParts is how many parts of an error are named.
const limitParts = 3

func partsText(list []shareOf, text func(shareOf) string) string {
	var parts []string
	for _, x := range list[:min(limitParts, len(list))] {
		if x.Share >= 0.01 {
			parts = append(parts, fmt.Sprintf("%s %s", percentText(x.Share), text(x)))
		}
	}
	return strings.Join(parts, ", ")
}

func (s *summary) noiseLimit() string {
	if len(s.NoiseShares) == 0 {
		return ""
	}
	return "noise: " + partsText(s.NoiseShares, func(x shareOf) string { return x.Term + " in " + layerText(x.Op, x.Source) })
}

func (s *summary) fitLimit() string {
	if s.FitError == 0 {
		return ""
	}
	if len(s.FitShares) > 0 {
		return "polynomials: " + partsText(s.FitShares, func(x shareOf) string { return x.Op + " of " + x.Source + s.polynomialText(x.Source, x.Op) })
	}
	worst := layerFit{}
	for _, a := range s.Activations {
		if !a.Exact && a.Err >= worst.Err {
			worst = a
		}
	}
	return fmt.Sprintf("polynomials: %s of %s is off by up to %.1e%s", worst.Of, worst.Source, worst.Err, s.polynomialText(worst.Source, worst.Of))
}

// polynomialText is the degree and the interval of a function's polynomials.
func (s *summary) polynomialText(source, of string) string {
	for _, a := range s.Activations {
		if a.Source == source && !a.Exact || a.Of == of && !a.Exact && len(s.FitShares) == 1 {
			return fmt.Sprintf(" (degree %d on [%.3g, %.3g])", a.Degree, a.Lo, a.Hi)
		}
	}
	return ""
}

func (s *summary) cheaperText() string {
	switch {
	case s.Cheaper != nil:
		return s.Cheaper.text(s)
	case s.hasSamples:
		return "no network of lower degrees is bounded on the held-out samples and saves a fifth"
	case s.FitError > 0:
		return "by a larger --target-error, or with samples (--calibrate)"
	case s.Agreement != nil:
		return "by a lower --target-agreement"
	}
	return "up to 64 times the noise saves less than a fifth of the time"
}

func (s *summary) betterText() string {
	switch {
	case s.Better != nil:
		return s.Better.text(s)
	case s.hasSamples:
		return "none was tried: hecc inspect MODEL --sweep shows what less error would cost"
	case s.FitError > 0:
		return "by a smaller --target-error"
	case s.Agreement != nil:
		return "by a higher --target-agreement"
	}
	return fmt.Sprintf("not with 2^%d: a sixteenth of the noise takes a larger ring (a smaller --target-error)", s.LogN)
}

// text compares what could be had with the plan.
func (o *option) text(s *summary) string {
	text := fmt.Sprintf("about %s for %s", msText(o.Ms), msText(s.PredictedMs))
	if o.RMS != nil {
		text = "degree " + strings.Trim(strings.ReplaceAll(fmt.Sprint(o.Degrees), " ", ", "), "[]") + ": " + text + fmt.Sprintf("; rms error %.2g for %.2g", *o.RMS, *o.OwnRMS)
	} else {
		text = "other moduli: " + text + fmt.Sprintf("; error %.1e for %.1e", o.Error, s.PredictedError)
	}
	if o.Agreement != nil {
		text += fmt.Sprintf(", argmax kept on %.1f %%", 100**o.Agreement)
	}
	return text + ": " + o.Flag
}
