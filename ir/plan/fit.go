package plan

import (
	"fmt"
	"math"

	"hecc/ir/tensor"
)

// Fit says how well the polynomial graph stands for the model, and where it may be evaluated.
// It is part of the server's file: intervals tell about weights.
type Fit struct {
	Error       float64      `json:"error"`     // predicted largest error of the judged output, before any noise
	Agreement   float64      `json:"agreement"` // what the share of samples whose argmax stays will hardly fall below, noise included, for inputs that are encrypted with the secret key; 0: not known
	Samples     int          `json:"samples"`   // distinct calibration samples
	HeldOut     int          `json:"held_out"`  // samples that both were measured on; 0: Error is a bound for all inputs of the box, and Agreement was measured on Samples
	Activations []Activation `json:"activations"`

	// Lines are the functions that became lines or constants, of which the polynomial graph has no arguments:
	// those of the imported graph stand for them.
	Lines []Activation `json:"lines"`
}

// Confidence of what held-out samples say of unseen ones.
const Confidence = 0.99

// Exceeding is the share of unseen samples that may be further off than any of so many held-out ones, with
// Confidence, whatever their distribution: if more were, it would be unlikely that none of these is. 1
// without held-out samples.
func Exceeding(heldOut int) float64 { return 1 - math.Pow(1-Confidence, 1/float64(heldOut)) }

// Square and Product stand in Activation.Of for products of ciphertexts, which are exact: their
// intervals say where room and noise were planned for, with calibration data.
const (
	Square  = "x·x"
	Product = "x·y"
)

// Activation is one nonlinearity of the model and the intervals that its polynomials were
// fitted on: one for each element, or one for all.
type Activation struct {
	Of     string    `json:"of"` // the function, Square or Product
	Degree int       `json:"degree"`
	Lo     []float64 `json:"lo"`
	Hi     []float64 `json:"hi"`
	Err    []float64 `json:"err"` // largest |polynomial - function| there

	// Node is the value of the graph that holds the arguments, perhaps scaled and
	// shifted: in its units the intervals are [NodeLo, NodeHi].
	Node   int       `json:"node"`
	NodeLo []float64 `json:"node_lo"`
	NodeHi []float64 `json:"node_hi"`
}

// Exact says whether it is right outside its intervals too.
func (a *Activation) Exact() bool { return a.Of == Square || a.Of == Product }

// Unit is where in its interval the argument of an element lies: within [-1, 1] if inside.
func (a *Activation) Unit(element int, x float64) float64 {
	if len(a.NodeLo) == 1 {
		element = 0
	}
	lo, hi := a.NodeLo[element], a.NodeHi[element]
	return (2*x - lo - hi) / (hi - lo)
}

// LargestT is the largest |Unit| of an activation's arguments in an evaluation of its graph.
func (a *Activation) LargestT(g *tensor.Graph, v tensor.Values) float64 {
	worst := 0.0
	for i, x := range v.Of(g.Nodes[a.Node]) {
		if t := math.Abs(a.Unit(i, x)); !(t <= worst) {
			worst = t
		}
	}
	return worst
}

// check holds a fit against the polynomial and the imported graph.
func (f *Fit) check(polynomial, imported *tensor.Graph) error {
	if !(f.Agreement >= 0 && f.Agreement <= 1) {
		return fmt.Errorf("predicted agreement %v", f.Agreement)
	}
	if !(f.Error >= 0) || math.IsInf(f.Error, 1) || f.HeldOut < 0 || f.Samples < f.HeldOut {
		return fmt.Errorf("fit error %v on %d held-out samples of %d", f.Error, f.HeldOut, f.Samples)
	}
	if err := checkActivations(f.Activations, polynomial); err != nil {
		return err
	}
	return checkActivations(f.Lines, imported)
}

func checkActivations(list []Activation, g *tensor.Graph) error {
	for k, a := range list {
		if a.Node < 0 || a.Node >= len(g.Nodes) {
			return fmt.Errorf("activation %d: no value %%%d", k, a.Node)
		}
		if err := a.check(g.Nodes[a.Node].Size()); err != nil {
			return fmt.Errorf("activation %d: %w", k, err)
		}
	}
	return nil
}

func (a *Activation) check(size int) error {
	n := len(a.Lo)
	if n != 1 && n != size {
		return fmt.Errorf("%d intervals for %d elements", n, size)
	}
	if len(a.Hi) != n || len(a.Err) != n || len(a.NodeLo) != n || len(a.NodeHi) != n {
		return fmt.Errorf("%d, %d, %d, %d, %d bounds", n, len(a.Hi), len(a.Err), len(a.NodeLo), len(a.NodeHi))
	}
	for i := range n {
		if !(a.Lo[i] < a.Hi[i]) || !(a.NodeLo[i] < a.NodeHi[i]) {
			return fmt.Errorf("interval %d is [%v, %v], [%v, %v]", i, a.Lo[i], a.Hi[i], a.NodeLo[i], a.NodeHi[i])
		}
	}
	return nil
}

func (f *Fit) encode() []byte {
	c := *f
	c.Activations, c.Lines = list(c.Activations), list(c.Lines)
	return writeJSON(c)
}
