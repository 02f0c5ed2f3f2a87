package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"hecc/backend/lattigo/eval"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/passes/packing"
	"hecc/runtime/wire"
)

// summary is what inspect shows of a plan.
type summary struct {
	Model          string        `json:"model"`
	LogN           int           `json:"log_n"`
	Ring           params.Ring   `json:"ring"`
	Slots          int           `json:"slots"`
	Lanes          int           `json:"samples_a_run"`
	LogQP          float64       `json:"log_qp"`
	LogQPBound     float64       `json:"log_qp_bound"`
	SecurityBits   int           `json:"security_bits"`
	Levels         int           `json:"levels"`
	QBits          []float64     `json:"q_bits"`
	PBits          []float64     `json:"p_bits"`
	Counts         he.Counts     `json:"counts"`
	Nodes          []nodeSummary `json:"nodes"`
	RotationKeys   int           `json:"rotation_keys"`
	EvalKeyBytes   int           `json:"eval_key_bytes"`
	InputBytes     int           `json:"input_ciphertext_bytes"`
	OutputBytes    int           `json:"output_ciphertext_bytes"`
	Memory         memory.Usage  `json:"memory_bytes"` // on this machine's processor
	InputLayout    string        `json:"input_layout"`
	OutputLayout   string        `json:"output_layout"`
	Activations    []layerFit    `json:"activations"`
	PredictedError float64       `json:"predicted_error"`
	PublicError    float64       `json:"predicted_error_public_key"`
	Rounding       float64       `json:"rounding"`
	Flooding       plan.Flooding `json:"flooding"`
	Agreement      *float64      `json:"predicted_agreement"` // null: not known
	ErrorOf        string        `json:"error_of"`
	ClientGets     int           `json:"client_gets"`     // numbers, of which the client computes the outputs
	ClientComputes []string      `json:"client_computes"` // by these operators
	PredictedMs    float64       `json:"predicted_ms"`
	HeldOut        int           `json:"held_out"` // samples that the predictions come from; 0: they are bounds, or nothing was fitted
	Costs          string        `json:"costs"`
	Loss           *loss         `json:"loss,omitempty"` // with --labels

	promises []string
}

// nodeSummary adds up the operations that come from one node of the model.
type nodeSummary struct {
	Op        string  `json:"op"`
	Source    string  `json:"source"`
	FromLevel int     `json:"from_level"`
	ToLevel   int     `json:"to_level"`
	Rotations int     `json:"rotations"`
	CtMults   int     `json:"ct_mults"`
	Ms        float64 `json:"predicted_ms"`
}

func summarise(p *plan.Plan) *summary {
	i := &p.Interface
	s := &summary{
		Model: i.Model, LogN: i.Params.LogN, Ring: i.Params.Ring, Slots: i.Params.Slots(), Lanes: i.Lanes,
		LogQP: i.Params.LogQP(), LogQPBound: params.MaxLogQP(i.Params.LogN, i.Security), SecurityBits: i.Params.Security(),
		Levels: i.Params.MaxLevel(), Counts: p.Circuit.Count(), RotationKeys: len(i.Keys.Rotations),
		EvalKeyBytes: wire.EvaluationKeysSize(i), InputBytes: wire.RequestSize(i, 1, true), OutputBytes: wire.ResponseSize(i, 1),
		Memory:      memory.Of(p.Circuit, eval.Processor()),
		InputLayout: i.Input.Layout.String(), OutputLayout: i.Output.Layout.String(),
		PredictedError: i.PredictedError, PublicError: i.PublicError, Rounding: i.Rounding, Flooding: i.Flooding, Agreement: knownAgreement(p), Costs: p.Costs.Name, HeldOut: p.Fit.HeldOut, promises: promises(p),
		Activations: layerFits(p), QBits: bitSizes(i.Params.Q), PBits: bitSizes(i.Params.P),
	}
	s.ErrorOf = i.ErrorOf()
	s.ClientGets, s.ClientComputes = i.ClientPart()
	ring := packing.NewRing(&i.Params, p.Costs)
	index := map[diag.Pos]int{}
	for _, v := range p.Circuit.Values {
		cost := ring.Op(v, v.Level+1) / 1e6
		s.PredictedMs += cost
		if _, ok := v.Op.(he.Input); ok {
			continue
		}
		k, ok := index[v.Pos]
		if !ok {
			k = len(s.Nodes)
			index[v.Pos] = k
			s.Nodes = append(s.Nodes, nodeSummary{Op: v.Pos.Op, Source: sourceOf(v.Pos), FromLevel: v.In[0].Level})
		}
		n := &s.Nodes[k]
		one := he.Circuit{Values: []*he.Value{v}}
		c := one.Count()
		n.ToLevel = v.Level
		n.Rotations += c.Rotations
		n.CtMults += c.CtMults
		n.Ms += cost
	}
	return s
}

func sourceOf(p diag.Pos) string {
	if p.Name != "" {
		return p.Name
	}
	return fmt.Sprintf("node %d", p.Node)
}

func (s *summary) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s   CKKS   %d-bit   logN %d · %d slots · logQP %.0f of %.0f\n\n",
		filepath.Base(s.Model), s.SecurityBits, s.LogN, s.Slots, s.LogQP, s.LogQPBound)
	fmt.Fprintf(&b, " %-20s %-24s %-8s %5s %6s %9s\n", "op", "source", "level", "rot", "ct×ct", "predicted")
	for _, n := range s.Nodes {
		bar := strings.Repeat("█", int(20*n.Ms/s.PredictedMs+0.5))
		fmt.Fprintf(&b, " %-20s %-24s %d -> %-3d %5d %6d %6.1f ms  %s\n",
			clip(n.Op, 20), clip(n.Source, 24), n.FromLevel, n.ToLevel, n.Rotations, n.CtMults, n.Ms, bar)
	}
	lead := "\n fit     "
	for _, a := range s.Activations {
		if !a.Exact {
			fmt.Fprintf(&b, "%s %s of %s: degree %d on [%.3g, %.3g], off by %.1e at most\n", lead, a.Of, a.Source, a.Degree, a.Lo, a.Hi, a.Err)
			lead = "         "
		}
	}
	fmt.Fprintf(&b, "\n moduli   Q %s%s bits\n", joinBits(s.QBits), specialText(s.PBits))
	fmt.Fprintf(&b, " layout   input %s\n          output %s\n", s.InputLayout, s.OutputLayout)
	fmt.Fprintf(&b, " keys     %d rotation keys · %s      input %s      output %s\n",
		s.RotationKeys, bytesText(s.EvalKeyBytes), bytesText(s.InputBytes), bytesText(s.OutputBytes))
	fmt.Fprintf(&b, " memory   %s\n", s.memoryText())
	if len(s.ClientComputes) > 0 {
		fmt.Fprintf(&b, " client   gets %d numbers and computes %s of them\n", s.ClientGets, strings.Join(s.ClientComputes, ", "))
	}
	fmt.Fprintf(&b, " time     predicted %.1f ms (%s costs, one core)", s.PredictedMs, s.Costs)
	if s.Lanes > 1 {
		fmt.Fprintf(&b, " for %d samples side by side: %.3g ms each", s.Lanes, s.PredictedMs/float64(s.Lanes))
	}
	b.WriteString("\n")
	fmt.Fprintf(&b, " error    predicted %.1e of %s, %s\n", s.PredictedError, s.ErrorOf, s.publicText())
	if s.Flooding.Queries > 0 {
		fmt.Fprintf(&b, " shared   up to %d results, flooded with noise of deviation %.1e for %d bits of statistical security\n", s.Flooding.Queries, s.Flooding.Deviation, plan.FloodingSecurity)
	}
	if text := s.agreementText(); text != "" {
		fmt.Fprintf(&b, " argmax   %s\n", text)
	}
	if s.Loss != nil {
		fmt.Fprintf(&b, " labels   %s\n", s.Loss.text())
	}
	for k, line := range s.promises {
		name := ""
		if k == 0 {
			name = "promise"
		}
		fmt.Fprintf(&b, " %-8s %s\n", name, line)
	}
	return b.String()
}

// publicText says what is predicted for inputs that are encrypted with the public key.
func (s *summary) publicText() string {
	if len(s.PBits) == 0 {
		return "to be encrypted with the secret key (there is no public key)"
	}
	return fmt.Sprintf("%.1e if encrypted with the public key", s.PublicError)
}

// agreementText says how often the argmax stays, if there is anything to choose from and to get wrong, and the promises
// do not say it.
func (s *summary) agreementText() string {
	if s.Agreement == nil || len(s.Activations) == 0 || len(s.promises) > 0 {
		return ""
	}
	return fmt.Sprintf("predicted to stay on %.1f %% of samples", 100**s.Agreement)
}

// memoryText says what server and client take.
func (s *summary) memoryText() string {
	m := s.Memory
	return fmt.Sprintf("server: model %s, each client's keys %s, each run %s; client %s",
		memory.Text(m.Model), memory.Text(m.Session), memory.Text(m.Run), memory.Text(m.Client))
}

// degrees are those of the polynomials, layer by layer.
func (s *summary) degrees() []string {
	var out []string
	for _, a := range s.Activations {
		if !a.Exact {
			out = append(out, fmt.Sprint(a.Degree))
		}
	}
	return out
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func joinBits(bits []float64) string {
	parts := make([]string, len(bits))
	for i, b := range bits {
		parts[i] = fmt.Sprintf("%.0f", b)
	}
	return strings.Join(parts, "+")
}

func specialText(bits []float64) string {
	if len(bits) == 0 {
		return ""
	}
	return "   P " + joinBits(bits)
}

func bitSizes(q []uint64) []float64 {
	out := make([]float64, len(q))
	for i, x := range q {
		out[i] = (&params.Params{Q: []uint64{x}}).LogQP()
	}
	return out
}
