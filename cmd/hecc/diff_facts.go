package main

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/wire"
)

// factKey tells facts of a plan apart.
type factKey struct{ section, layer, name string }

// fact is one figure or property of a plan.
type fact struct {
	factKey
	title string
	value any // float64 or string; nil: the plan has none
	show  func(float64) string
	short string // of a string that is long; "": it is shown as it is
}

func (f *fact) text() string {
	switch x := f.value.(type) {
	case float64:
		return f.show(x)
	case string:
		if f.short != "" {
			return f.short
		}
		return x
	}
	return "–"
}

// facts collects those of a section, and of a layer in it.
type facts struct {
	list           []fact
	section, layer string
}

func (l *facts) number(name, title string, x float64, show func(float64) string) {
	l.list = append(l.list, fact{factKey: factKey{l.section, l.layer, name}, title: title, value: x, show: show})
}

func (l *facts) count(name, title string, n int) { l.number(name, title, float64(n), plainNumber) }

func (l *facts) words(name, title, text string) {
	l.list = append(l.list, fact{factKey: factKey{l.section, l.layer, name}, title: title, value: text})
}

func (l *facts) interval(name, title string, lo, hi float64) {
	l.words(name, title, fmt.Sprintf("[%v, %v]", lo, hi))
	l.list[len(l.list)-1].short = fmt.Sprintf("[%.3g, %.3g]", lo, hi)
}

func plainNumber(x float64) string  { return fmt.Sprintf("%.4g", x) }
func scientific(x float64) string   { return fmt.Sprintf("%.1e", x) }
func percentage(x float64) string   { return fmt.Sprintf("%.2f %%", 100*x) }
func milliseconds(x float64) string { return fmt.Sprintf("%.3g ms", x) }
func sizeText(x float64) string     { return bytesText(int(x)) }
func powerOfTwo(x float64) string   { return fmt.Sprintf("2^%.4g", math.Log2(x)) }
func bits(x float64) string         { return fmt.Sprintf("%.4g bits", x) }

// facts are all of a side, in the order that text has them; of what is too long, what the other has not.
func (s side) facts(other *plan.Interface) []fact {
	l, i := &facts{}, s.of
	l.section = "parameters"
	l.words("model", "model", i.Model)
	l.number("n", "N", float64(i.Params.N()), powerOfTwo)
	l.words("ring", "ring", string(i.Params.Ring))
	l.number("security_bits", "security", float64(i.Params.Security()), bits)
	l.number("log_qp", "modulus PQ", i.Params.LogQP(), bits)
	l.words("q_bits", "moduli Q", joinBits(bitSizes(i.Params.Q)))
	l.words("p_bits", "special primes P", joinBits(bitSizes(i.Params.P)))
	l.count("samples_a_run", "samples side by side", i.Lanes)
	l.interval("input_range", "range of the input", slices.Min(i.Box.Lo), slices.Max(i.Box.Hi))
	l.words("input_box", "range of each element", hashed(fmt.Sprint(i.Box)))
	l.section = "layouts"
	l.words("input_layout", "input", i.Input.Layout.String())
	l.words("output_layout", "output", i.Output.Layout.String())
	if s.plan != nil {
		l.layers(s.plan)
		l.counts(s.plan)
	}
	l.section = "keys"
	l.count("rotation_keys", "rotation keys", len(i.Keys.Rotations))
	l.words("steps", "steps only here", stepsOnlyIn(i.Keys.Rotations, other.Keys.Rotations))
	l.words("relinearisation_key", "relinearisation key", relinText(i.Keys.Relin))
	l.number("eval_key_bytes", "evaluation keys", float64(wire.EvaluationKeysSize(i)), sizeText)
	l.number("input_ciphertext_bytes", "input", float64(wire.RequestSize(i, 1, true)), sizeText)
	l.number("output_ciphertext_bytes", "output", float64(wire.ResponseSize(i, 1)), sizeText)
	l.promises(i, s.plan)
	if s.plan != nil {
		l.costs(s.plan)
	}
	l.client(i)
	l.identity(i, s.plan)
	return l.list
}

func relinText(level int) string {
	if level == he.NoKey {
		return "none"
	}
	return fmt.Sprintf("at level %d", level)
}

// layers are the nodes of the model that ciphertexts are computed of, with the polynomials fitted there.
func (l *facts) layers(p *plan.Plan) {
	l.section = "layer"
	s, reads := summarise(p), layoutsRead(p.Circuit)
	named, fitted := map[string]int{}, map[string]bool{}
	for _, n := range s.Nodes {
		l.layer, fitted[n.Source] = n.Source, true
		if named[n.Source]++; named[n.Source] > 1 { // names need not be unique
			l.layer += fmt.Sprintf(" (%d)", named[n.Source])
		}
		l.words("op", "operator", n.Op)
		l.fits(s, n.Source)
		l.words("levels", "levels", fmt.Sprintf("%d -> %d", n.FromLevel, n.ToLevel))
		l.count("rotations", "rotations", n.Rotations)
		l.count("ct_mults", "ct×ct", n.CtMults)
		l.number("predicted_ms", "predicted time", n.Ms, milliseconds)
		l.words("reads", "layout read", orNone(strings.Join(reads[n.Source], " and ")))
	}
	for _, a := range s.Activations {
		if l.layer = a.Source; !fitted[a.Source] {
			fitted[a.Source] = true
			l.fits(s, a.Source)
		}
	}
	l.layer = ""
}

// fits are the polynomials of a layer.
func (l *facts) fits(s *summary, source string) {
	suffix := ""
	for _, a := range s.Activations {
		if a.Source != source {
			continue
		}
		l.words("function"+suffix, "function", a.Of)
		l.count("degree"+suffix, "degree of "+a.Of, a.Degree)
		l.interval("interval"+suffix, "interval", a.Lo, a.Hi)
		l.number("fit_error"+suffix, "error of the fit", a.Err, scientific)
		suffix += "'"
	}
}

// layoutsRead lists, by source, the layouts that the weights of a node find its operands in.
func layoutsRead(c *he.Circuit) map[string][]string {
	found := map[string][]string{}
	for _, v := range c.Values {
		for _, t := range v.Op.Meaning().Terms {
			d, ok := t.Diag.(he.Diagonal)
			if !ok {
				continue
			}
			for k := range d.Of.Parts {
				source, text := sourceOf(v.Pos), d.Of.Parts[k].In.String()
				if !slices.Contains(found[source], text) {
					found[source] = append(found[source], text)
				}
			}
			break // the others are of the same matrix
		}
	}
	return found
}

func (l *facts) counts(p *plan.Plan) {
	l.section = "counts"
	n := p.Circuit.Count()
	l.count("levels", "levels", p.Interface.Params.MaxLevel())
	l.count("rotations", "rotations", n.Rotations)
	l.count("key_switches", "key switches", n.KeySwitches)
	l.count("ct_mults", "ct×ct", n.CtMults)
	l.count("plain_mults", "ct×plaintext", n.PlainMults)
	l.count("rescales", "rescales", n.Rescales)
	l.count("operations", "operations", len(p.Circuit.Values))
}

func (l *facts) promises(i *plan.Interface, p *plan.Plan) {
	l.section = "promise"
	l.words("error_of", "error of", i.ErrorOf())
	l.number("predicted_error", "predicted error", i.PredictedError, scientific)
	l.number("predicted_error_public_key", "with the public key", i.PublicError, scientific)
	l.number("rounding", "rounded to", i.Rounding, powerOfTwo)
	l.count("shared_results", "results that may be shared", i.Flooding.Queries)
	l.number("flooding", "flooding, deviation", i.Flooding.Deviation, scientific)
	if p == nil {
		return
	}
	l.number("fit_error", "error of the polynomials", p.Fit.Error, scientific)
	if a := knownAgreement(p); a != nil {
		l.number("predicted_agreement", "predicted agreement", *a, percentage)
	}
	l.count("samples", "calibration samples", p.Fit.Samples)
	l.count("held_out", "of them held out", p.Fit.HeldOut)
}

func (l *facts) costs(p *plan.Plan) {
	s := summarise(p)
	l.section = "cost"
	l.number("predicted_ms", "predicted time of a run", s.PredictedMs, milliseconds)
	l.words("costs", "for the costs of", s.Costs)
	l.number("model_bytes", "server: model", float64(s.Memory.Model), sizeText)
	l.number("session_bytes", "server: a client's keys", float64(s.Memory.Session), sizeText)
	l.number("run_bytes", "server: a run", float64(s.Memory.Run), sizeText)
	l.number("client_bytes", "client", float64(s.Memory.Client), sizeText)
}

// client is what stands in clear before encryption and after decryption.
func (l *facts) client(i *plan.Interface) {
	l.section = "client"
	n, operators := i.ClientPart()
	l.count("client_gets", "numbers decrypted", n)
	l.words("client_computes", "computes", orNone(strings.Join(operators, ", ")))
	l.words("prologue", "before encryption", hashed(i.Prologue))
	l.words("epilogue", "after decryption", hashed(i.Epilogue))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// identity is what tells plans of equal figures apart.
func (l *facts) identity(i *plan.Interface, p *plan.Plan) {
	l.section = "contents"
	if p != nil {
		l.words("imported", "the model's weights", graphHash(p.Imported))
		l.words("polynomial", "weights as compiled", graphHash(p.Polynomial))
	}
	l.words("server_part", "server's part", hashText(i.Circuit))
	l.words("plan", "plan", hashText(i.ID().String()))
}

func graphHash(g *tensor.Graph) string { return hashed(g.Document().Print()) }

// hashed stands for what is too long to print.
func hashed(text string) string { return hashText(fmt.Sprintf("%x", sha256.Sum256([]byte(text)))) }

// hashText is enough of a hash to tell two apart.
func hashText(hex string) string { return hex[:min(len(hex), 12)] }

// stepsOnlyIn lists the rotations that one side has keys for and the other not: all would be too long to print
// twice.
func stepsOnlyIn(a, b []he.RotationKey) string {
	var out []string
	for _, k := range a {
		if !slices.ContainsFunc(b, func(x he.RotationKey) bool { return x.By == k.By }) {
			out = append(out, fmt.Sprint(k.By))
		}
	}
	return orNone(strings.Join(out, " "))
}
