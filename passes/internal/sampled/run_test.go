package sampled

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
)

// TestOutput: dropping values changes no output, and never takes more than all values together.
func TestOutput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Polynomial(t, 6, 4)
		in := NewMatrix(3, g.Input().Size())
		copy(in.Data, graphtest.Vector(graphtest.Rand(t), len(in.Data), 1))
		if got, want := Output(g, in), Run(g, in)[g.Outputs[0].Node]; !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		all, largest := 0, 0
		for _, n := range g.Nodes {
			all += n.Size()
			for _, a := range n.In {
				largest = max(largest, n.Size()+a.Size())
			}
		}
		if w := OutputWidth(g); w < largest || w > all {
			t.Fatalf("%d numbers are held, want between those of an operation, %d, and all, %d", w, largest, all)
		}
	})
}
