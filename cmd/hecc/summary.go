package main

import (
	"fmt"
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
	Schema         string        `json:"schema"`
	Model          string        `json:"model"`                      // the model's file
	LogN           int           `json:"log_n"`                      // log2 of the ring degree N
	Ring           params.Ring   `json:"ring"`                       // standard, or conjugate-invariant, which has N real slots
	Slots          int           `json:"slots"`                      // numbers in a ciphertext
	Lanes          int           `json:"samples_a_run"`              // samples side by side in a ciphertext
	LogQP          float64       `json:"log_qp"`                     // the product of all moduli
	LogQPBound     float64       `json:"log_qp_bound"`               // the most that the security asked for allows at this N
	SecurityBits   int           `json:"security_bits"`              // by the 2024 guidelines: 128, 192 or 256
	Levels         int           `json:"levels"`                     // rescales that a fresh ciphertext has left
	QBits          []float64     `json:"q_bits"`                     // of the moduli, from that of level 0 on
	PBits          []float64     `json:"p_bits"`                     // of the special primes of key switches
	Counts         he.Counts     `json:"counts"`                     // operations of a run
	Nodes          []nodeSummary `json:"nodes"`                      // of the model that ciphertexts are computed of, in order
	RotationKeys   int           `json:"rotation_keys"`              // keys for rotations
	EvalKeyBytes   int           `json:"eval_key_bytes"`             // the client's file of evaluation keys
	InputBytes     int           `json:"input_ciphertext_bytes"`     // a request of one sample
	OutputBytes    int           `json:"output_ciphertext_bytes"`    // the answer to it
	Memory         memory.Usage  `json:"memory_bytes"`               // on this machine's processor
	InputLayout    string        `json:"input_layout"`               // how a sample stands in slots (docs/formats.md)
	OutputLayout   string        `json:"output_layout"`              // how an answer does
	Activations    []layerFit    `json:"activations"`                // functions with their polynomials and intervals
	PredictedError float64       `json:"predicted_error"`            // largest that is expected, for inputs encrypted with the secret key
	PublicError    float64       `json:"predicted_error_public_key"` // the same for the public key
	Rounding       float64       `json:"rounding"`                   // answers are multiples of this when decrypted
	Flooding       plan.Flooding `json:"flooding"`                   // noise that hides the key, with --share-results
	Agreement      *float64      `json:"predicted_agreement"`        // null: not known
	ErrorOf        string        `json:"error_of"`                   // what the errors are of
	ClientGets     int           `json:"client_gets"`                // numbers, of which the client computes the outputs
	ClientComputes []string      `json:"client_computes"`            // by these operators
	PredictedMs    float64       `json:"predicted_ms"`               // of a run
	HeldOut        int           `json:"held_out"`                   // samples that the predictions come from; 0: they are bounds, or nothing was fitted
	Costs          string        `json:"costs"`                      // the cost model that times follow
	AllowedNoise   float64       `json:"allowed_noise"`              // that the circuit's outputs were allowed
	FitError       float64       `json:"fit_error"`                  // the part of predicted_error that polynomials make
	Rings          []ringSummary `json:"rings"`                      // ring degrees that were planned for
	NoiseShares    []shareOf     `json:"noise_shares"`               // what the predicted noise is made of, by node and term, the largest first
	FitShares      []shareOf     `json:"fit_shares"`                 // the functions' parts in the error of the polynomials, the largest first; empty: not known
	Cheaper        *option       `json:"cheaper"`                    // the next cheaper plan; null: none was found
	Better         *option       `json:"better"`                     // the next better plan; null: none was found
	Loss           *loss         `json:"loss,omitempty"`             // with --labels

	promises   []string
	hasSamples bool    // polynomials were fitted on
	baseBits   float64 // of the moduli that hold the result
}

// nodeSummary adds up the operations that come from one node of the model.
type nodeSummary struct {
	Op          string   `json:"op"`            // its operator
	Source      string   `json:"source"`        // its name, or node and its number
	FromLevel   int      `json:"from_level"`    // of its first operand
	ToLevel     int      `json:"to_level"`      // of its last result
	Rotations   int      `json:"rotations"`     // of ciphertexts
	CtMults     int      `json:"ct_mults"`      // products of two ciphertexts
	Ms          float64  `json:"predicted_ms"`  // its part of a run
	Keys        int      `json:"keys"`          // evaluation keys that it uses
	KeyBytes    int      `json:"key_bytes"`     // what these take
	OwnKeyBytes int      `json:"own_key_bytes"` // of them, what no other node uses
	NoiseShare  float64  `json:"noise_share"`   // its part in the predicted noise
	FitShare    *float64 `json:"fit_share"`     // its part in the polynomials' error; null: it has none, or it is not known
}

func summarise(p *plan.Plan) *summary {
	i := &p.Interface
	s := &summary{
		Schema: inspectSchema, Model: i.Model, LogN: i.Params.LogN, Ring: i.Params.Ring, Slots: i.Params.Slots(), Lanes: i.Lanes,
		LogQP: i.Params.LogQP(), LogQPBound: params.MaxLogQP(i.Params.LogN, i.Security), SecurityBits: i.Params.Security(),
		Levels: i.Params.MaxLevel(), Counts: p.Circuit.Count(), RotationKeys: len(i.Keys.Rotations),
		EvalKeyBytes: wire.EvaluationKeysSize(i), InputBytes: wire.RequestSize(i, 1, true), OutputBytes: wire.ResponseSize(i, 1),
		Memory:      memory.Of(p.Circuit, eval.Processor()),
		InputLayout: i.Input.Layout.String(), OutputLayout: i.Output.Layout.String(),
		PredictedError: i.PredictedError, PublicError: i.PublicError, Rounding: i.Rounding, Flooding: i.Flooding, Agreement: knownAgreement(p), Costs: p.Costs.Name, HeldOut: p.Fit.HeldOut, promises: promises(p),
		Activations: layerFits(p), QBits: bitSizes(i.Params.Q), PBits: bitSizes(i.Params.P),
	}
	s.ErrorOf = i.ErrorOf()
	s.AllowedNoise, s.FitError, s.Rings = p.Choice.Noise, p.Fit.Error, ringsOf(p)
	s.NoiseShares, s.FitShares, s.Cheaper, s.Better = noiseShares(p), fitShares(p), optionOf(p.Choice.Cheaper), optionOf(p.Choice.Better)
	s.hasSamples = p.Fit.HeldOut > 0
	for _, bits := range s.QBits[:i.Output.Level+1] {
		s.baseBits += bits
	}
	s.ClientGets, s.ClientComputes = i.ClientPart()
	ring := packing.NewRing(&i.Params, p.Costs)
	index, used := map[diag.Pos]int{}, keysUsed(p.Circuit)
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
			used.addTo(&s.Nodes[k], v.Pos, i)
			s.addShares(&s.Nodes[k])
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

// addShares says what part of the noise and of the polynomials' error is a node's.
func (s *summary) addShares(n *nodeSummary) {
	for _, x := range s.NoiseShares {
		if x.Source == n.Source && x.Op == n.Op {
			n.NoiseShare += x.Share
		}
	}
	for _, x := range s.FitShares {
		if x.Source == n.Source {
			share := x.Share
			if n.FitShare != nil {
				share += *n.FitShare
			}
			n.FitShare = &share
		}
	}
}

func sourceOf(p diag.Pos) string {
	if p.Name != "" {
		return p.Name
	}
	return fmt.Sprintf("node %d", p.Node)
}

// publicText says what is predicted for inputs that are encrypted with the public key.
func (s *summary) publicText() string {
	if len(s.PBits) == 0 {
		return "there is no public key: inputs are encrypted with the secret key"
	}
	return fmt.Sprintf("error up to %.1e if inputs are encrypted with the public key", s.PublicError)
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
