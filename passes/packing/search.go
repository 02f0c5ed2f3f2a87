package packing

import (
	"fmt"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/tensor"
	"hecc/passes/polyeval"
	"hecc/passes/windows"
)

// Packed is a circuit for one ring degree.
type Packed struct {
	Circuit *he.Circuit
	LogN    int
	Cost    float64 // estimate, in nanoseconds: parameters are not known yet
	limbs   int     // estimate for the input
}

// PlaintextBytes estimates what the encoded plaintexts take.
func (p *Packed) PlaintextBytes() float64 {
	vectors := 0
	for _, v := range p.Circuit.Values {
		if op, ok := v.Op.(he.Linear); ok && !op.HasNumbers() {
			vectors += len(op.Terms)
		}
	}
	return float64(vectors) * math.Exp2(float64(p.LogN)) * 8 * float64(p.limbs+1)
}

// How many partial choices of layouts are kept at each node: without skewed layouts, so that no graph is left
// without any, and with them.
const (
	beamWidth   = 6
	skewedWidth = 4
)

// skewedGain is the share of the cost without skewed layouts that a packing with them must stay below: costs
// are estimates, and other layouts need fewer keys.
const skewedGain = 0.97

// state is a choice of layouts for the nodes so far.
type state struct {
	layouts []he.Layout // by node ID
	choices []choice    // by node ID, of affine nodes
	cost    float64
	skewed  bool // some family is skewed
}

// extend copies the state with the layout of one more node.
func (s *state) extend(l he.Layout, c choice, cost float64) *state {
	return &state{append(slices.Clip(s.layouts), l), append(slices.Clip(s.choices), c), s.cost + cost, s.skewed || c.family.skewed > 0}
}

// treesOf takes the polynomials of a graph apart.
func treesOf(g *tensor.Graph) []*polyeval.Tree {
	out := make([]*polyeval.Tree, len(g.Nodes))
	for i, n := range g.Nodes {
		if op, ok := n.Op.(tensor.Poly); ok {
			out[i] = polyeval.Of(polyeval.Terms(op.Coeffs))
		}
	}
	return out
}

// Pack chooses layouts for a polynomial graph and writes it as a circuit for so many samples side by side. Where
// copies might pay, that depends on parameters, and it gives a second circuit, with them: see withCopies.
func Pack(g *tensor.Graph, r Ring, lanes int) ([]Packed, error) {
	s := newSearch(g, r, 1<<r.LogN/lanes)
	best, err := s.run()
	if err != nil { // layouts of images do not fit together: those of vectors always do
		s.vectorsOnly = true
		best, err = s.run()
	}
	if err != nil {
		return nil, err
	}
	packed := []Packed{s.packed(best, lanes)}
	if t, ok := s.withCopies(); ok {
		if copied, err := t.run(); err == nil && copied.cost < copiesWorth*best.cost {
			packed = append(packed, t.packed(copied, lanes))
		}
	}
	return packed, nil
}

// copiesWorth is the estimated cost with copies, relative to that without, up to which they might pay.
const copiesWorth = 1.3

// packed writes the chosen state as a circuit.
func (s *search) packed(best *state, lanes int) Packed {
	c := emit(s.g, s.slots, best, s.trees)
	c.Lanes = lanes
	return Packed{c, s.ring.LogN, best.cost, estimatedLimbs(s.remaining[s.g.Input().ID])}
}

func newSearch(g *tensor.Graph, r Ring, slots int) *search {
	trees := treesOf(g)
	return &search{g: g, ring: r, slots: slots, trees: trees, remaining: remainingDepth(g, trees), last: lastUse(g), clean: needClean(g),
		matched: map[string][][]he.RotatedOperand{}, patterns: windows.NewPatterns(), windows: map[string][]windows.Follow{}}
}

// run finds the cheapest layouts.
func (s *search) run() (*state, error) {
	if s.slots == 1 {
		return s.elementPerCiphertext(), nil
	}
	beam := []*state{{}}
	for _, n := range s.g.Nodes {
		next := s.expandAll(beam, n)
		if len(next) == 0 {
			return nil, fmt.Errorf("no layout for %%%d %s on %d slots", n.ID, n.Op.Name(), s.slots)
		}
		if beam = next; n != s.g.Input() { // what layouts of the input are good for shows later
			beam = s.keepBest(next, n.ID)
		}
	}
	best := beam[0]
	for _, st := range beam {
		if !st.skewed && best.skewed && st.cost*skewedGain <= best.cost {
			best = st
		}
	}
	return best, s.complete(best)
}

// expandAll lists the layouts of a node for all states. Where a map's windows move over an image in some of them, the others are
// left: matching a vector's layout to windows takes long, and comes to far more rotations.
func (s *search) expandAll(beam []*state, n *tensor.Node) []*state {
	over := func(st *state) bool { return s.movesOverImage(st, n) }
	if images := slices.DeleteFunc(slices.Clone(beam), func(st *state) bool { return !over(st) }); len(images) > 0 {
		if next := s.expandEach(images, n); len(next) > 0 {
			return next
		}
		beam = slices.DeleteFunc(slices.Clone(beam), over)
	}
	return s.expandEach(beam, n)
}

// expandEach lists the clean layouts, where they must be, of a node for all states.
func (s *search) expandEach(beam []*state, n *tensor.Node) (next []*state) {
	for _, st := range beam {
		next = append(next, s.expand(st, n)...)
	}
	return slices.DeleteFunc(next, func(st *state) bool { return s.clean[n.ID] && st.layouts[n.ID].Dirty })
}

type search struct {
	g         *tensor.Graph
	ring      Ring
	slots     int
	trees     []*polyeval.Tree // by node ID, of polynomials
	remaining []int            // multiplicative depth behind each node
	last      []int            // the last node that reads each node
	clean     []bool           // nodes whose layouts may not be dirty
	matched   map[string][][]he.RotatedOperand
	patterns  *windows.Patterns
	windows   map[string][]windows.Follow // see windowsOf

	vectorsOnly bool // no layouts of images
}

// keepBest keeps the cheapest states, one for each choice of the layouts that are still read.
func (s *search) keepBest(states []*state, done int) []*state {
	slices.SortStableFunc(states, byCost)
	seen := map[string]bool{}
	var kept []*state
	room := map[bool]int{false: beamWidth, true: skewedWidth}
	for _, st := range states {
		key := fmt.Sprintln(st.skewed)
		for id := range done + 1 {
			if s.last[id] > done {
				key += fmt.Sprintln(id, st.layouts[id])
			}
		}
		if !seen[key] && room[st.skewed] > 0 {
			seen[key] = true
			room[st.skewed]--
			kept = append(kept, st)
		}
	}
	return kept
}

// expand lists the ways to lay out one more node.
func (s *search) expand(st *state, n *tensor.Node) []*state {
	switch op := n.Op.(type) {
	case tensor.Input:
		var out []*state
		for _, l := range s.inputLayouts(n) {
			out = append(out, st.extend(l, choice{}, float64(l.Cts())*s.inputCost(n)))
		}
		return out
	case tensor.Affine:
		return s.expandAffine(st, n)
	case tensor.Mul:
		a, b := st.layouts[n.In[0].ID], st.layouts[n.In[1].ID]
		a.Dirty = a.Dirty || b.Dirty
		if b.Dirty = a.Dirty; !a.Equal(b) {
			return nil
		}
		return []*state{st.extend(a, choice{}, float64(a.Cts())*s.productCost(n))}
	case tensor.Poly:
		l := st.layouts[n.In[0].ID]
		cost := float64(l.Cts()) * s.polyCost(n)
		l.Dirty = l.Dirty || len(op.Coeffs) == 1 && !polyeval.IsOdd(polyeval.Terms(op.Coeffs)) && !l.Full() // see poly.go
		return []*state{st.extend(l, choice{}, cost)}
	}
	panic("packing: " + n.Op.Name())
}

// estimatedLimbs estimates the limbs of a ciphertext from the depth that remains: one prime is about twice as
// large as what one multiplication uses up.
func estimatedLimbs(depth int) int { return min(1+(depth+1)/2, params.MaxPrimes-1) }

// EstimatedLevel estimates the level of a graph's input.
func EstimatedLevel(g *tensor.Graph) int { return estimatedLimbs(Depth(g)) - 1 }

// inputCost is the cost of a ciphertext that the client sends.
func (s *search) inputCost(n *tensor.Node) float64 {
	return s.ring.Op(&he.Value{Op: he.Input{}, Degree: 1}, estimatedLimbs(s.remaining[n.ID]))
}

func (s *search) productCost(n *tensor.Node) float64 {
	l := estimatedLimbs(s.remaining[n.ID])
	v := &he.Value{Degree: 2}
	v.Op = he.Mul{}
	cost := s.ring.Op(v, l)
	v.Op = he.Relin{}
	return cost + s.ring.Op(v, l)
}

// polyCost estimates the cost of a polynomial on one ciphertext from its products.
func (s *search) polyCost(n *tensor.Node) float64 {
	return float64(s.trees[n.ID].Products) * s.productCost(n)
}

// inputLayouts lists the layouts that the client may use for the input: repeated, or, for each affine map
// that reads it, repeated with every copy shifted by as many elements as the map then has diagonals.
func (s *search) inputLayouts(n *tensor.Node) []he.Layout {
	size := n.Size()
	out := []he.Layout{he.Periodic(size, s.slots)}
	cts := (size + s.slots - 1) / s.slots
	perCt := (size + cts - 1) / cts
	for _, u := range s.g.Nodes {
		if _, ok := u.Op.(tensor.Affine); !ok || !slices.Contains(u.In, n) {
			continue
		}
		h := he.CeilPow2(u.Size())
		if h >= s.slots {
			continue
		}
		copies := s.slots / h
		exact := (perCt + copies - 1) / copies
		for _, k := range []int{exact, he.CeilPow2(exact)} {
			l := he.Vector(size, s.slots, perCt, k*copies, he.Move(copies, 1, k, 2), he.Move(h, 1, 1, 2))
			if l.Check() == nil && !slices.ContainsFunc(out, l.Equal) {
				out = append(out, l)
			}
		}
	}
	if s.vectorsOnly {
		return out
	}
	return append(out, s.imageInputs(n)...)
}

func lastUse(g *tensor.Graph) []int {
	last := make([]int, len(g.Nodes))
	for i, n := range g.Nodes {
		for _, in := range n.In {
			last[in.ID] = i
		}
	}
	last[g.Outputs[0].Node.ID] = len(g.Nodes)
	return last
}
