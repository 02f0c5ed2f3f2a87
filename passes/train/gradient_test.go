package train

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

// lossOf is the loss that distillation makes small, without gradients.
func (d *distiller) lossOf(samples []int) float64 {
	got := sampled.Values{}
	for n, v := range d.given {
		got[n] = v.Pick(samples)
	}
	total := 0.0
	for _, n := range d.live {
		got[n] = evalSerial(n, got.Of(n.In))
		p, ok := n.Op.(tensor.Poly)
		if _, given := d.given[n.In[0]]; !ok || given {
			continue
		}
		for s := range samples {
			for i, x := range got[n.In[0]].Row(s) {
				total += rangePenalty * math.Pow(max(0, math.Abs(p.Unit(p.At(i), x))-1), 2)
			}
		}
	}
	want, y := d.want.Pick(samples), got[d.net.Outputs[0].Node]
	for s := range samples {
		p, q := softmax(y.Row(s), d.inverseTemperature), softmax(want.Row(s), d.inverseTemperature)
		for i, w := range want.Row(s) {
			total += d.squared*math.Pow(y.Row(s)[i]-w, 2) - d.crossEntropy*q[i]*math.Log(p[i])
		}
	}
	return total / float64(len(samples))
}

// TestGradient compares gradients with differences of the loss, on networks with skips, gates
// and sparse maps, on samples of which some leave their intervals.
func TestGradient(t *testing.T) {
	trained := 0
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 4)
		rng := graphtest.Rand(t)
		in := sampled.Matrix{Cols: g.Input().Size(), Data: graphtest.Vector(rng, 8*g.Input().Size(), 1.3)}
		got := sampled.Run(g, in)
		var teacher []sampled.Matrix
		for _, n := range g.Nodes {
			teacher = append(teacher, got[n])
		}
		last := g.Outputs[0].Node
		teacher[last.ID] = sampled.Matrix{Cols: last.Size(), Data: graphtest.Vector(rng, 8*last.Size(), 1)}
		d := newDistiller(g, teacher, nil, rapid.Bool().Draw(t, "argmax"))
		if !slices.Contains(d.live, d.net.Outputs[0].Node) {
			return // no polynomial leads to the output
		}
		samples := []int{0, 3, 5, 7}
		grad := d.gradient(samples, len(samples))
		for _, p := range d.params {
			trained++
			for i := range p.x {
				const step = 1e-5
				x := p.x[i]
				p.x[i] = x + step
				up := d.lossOf(samples)
				p.x[i] = x - step
				slope := (up - d.lossOf(samples)) / (2 * step)
				p.x[i] = x
				if math.Abs(slope-grad[p][i]) > 1e-4*(1+math.Abs(slope)) {
					t.Fatalf("gradient %v, difference %v in\n%s", grad[p][i], slope, graphtest.Listing(d.net))
				}
			}
		}
	})
	if trained == 0 {
		t.Error("nothing was trained")
	}
}
