package fit

import (
	"math"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestKinkEnclosure: on declared ranges no output is further off than is proven, and no argument leaves
// its interval.
func TestKinkEnclosure(t *testing.T) {
	for name, fn := range graphtest.Kinked() {
		g := graphtest.KinkedNetwork(fn, 1)
		p, _, box, drawn := unitProblem(t, g)
		poly, out, err := p.fitMinimax(t.Context(), kinkRung(p.Graph), box, drawn)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range graphtest.Samples(g, 300) {
			v, err := tensor.NewEvaluator(poly).Run(x)
			if err != nil {
				t.Fatal(err)
			}
			for i, y := range v.Of(poly.Outputs[0].Node) {
				if d := math.Abs(y - graphtest.Outputs(p.Graph, x)[0][i]); !(d <= out.ErrorBound(i)) || y < out.Lo[i] || y > out.Hi[i] {
					t.Fatalf("%s: off by %v, bound %v; %v in [%v, %v]", name, d, out.ErrorBound(i), y, out.Lo[i], out.Hi[i])
				}
			}
			for _, n := range poly.Nodes {
				if _, ok := n.Op.(tensor.Poly); ok && maxAbs(v.Of(n.In[0])) > 1+1e-12 {
					t.Fatalf("%s: an argument at %v", name, maxAbs(v.Of(n.In[0])))
				}
			}
		}
	}
}

// kinkRung is the least forms that stand for kinks.
func kinkRung(g *tensor.Graph) []approximation { return schedulesOf(g, nil).at(len(degrees)) }

func maxAbs(v []float64) float64 {
	worst := 0.0
	for _, x := range v {
		worst = max(worst, math.Abs(x))
	}
	return worst
}
