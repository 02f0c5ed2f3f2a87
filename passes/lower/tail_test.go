package lower

import (
	"math/rand/v2"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// TestKeepTail: functions whose arguments tell more than their values stay with the server if it is asked to
// keep them.
func TestKeepTail(t *testing.T) {
	left := func(fn string, keep bool) (n int) {
		g := graphtest.Ending(fn)
		client, err := newEpilogueSplit(g, keep).nodes()
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range g.Nodes {
			if _, ok := node.Op.(tensor.Func); ok && !client[node.ID] {
				n++
			}
		}
		return n
	}
	for _, fn := range []string{"relu", "sin", "tanh"} { // Tanh is followed by a scale, which does more than shift
		if got := [2]int{left(fn, false), left(fn, true)}; got != [2]int{0, 1} {
			t.Errorf("%s: %v functions are the server's, want 0 and, kept, 1", fn, got)
		}
	}
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	g := b.Output(b.Add(tensor.Func{Fn: "tanh"}, b.Dense(b.Input(4), 3)))
	if client, err := newEpilogueSplit(g, true).nodes(); err != nil || !client[len(g.Nodes)-1] {
		t.Errorf("a last Tanh tells its argument, and is kept: %v", err)
	}
}
