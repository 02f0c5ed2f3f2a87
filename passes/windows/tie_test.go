package windows_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/windows"
)

// TestTieOf: the weights of a convolution are as many as it has, wherever they stand; a channel is a class; and each
// entry's weight is that of the convolution.
func TestTieOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ channels, size, maps, kernel, stride, pad int }{
		{1, 9, 3, 3, 1, 1}, {2, 8, 4, 3, 2, 0}, {3, 12, 2, 5, 1, 2}, {2, 11, 3, 4, 3, 1},
	} {
		in := []int{c.channels, c.size, c.size}
		m, out := graphtest.Conv(rng, in, c.maps, c.kernel, c.stride, c.pad)
		tie, ok := windows.TieOf(tensor.Affine{Shape: out, Maps: []*tensor.Map{m}}, [][]int{tensor.ProperAxes(in)}, tensor.ProperAxes(out))
		if !ok || tie.Classes != c.maps || tie.Weights != c.channels*c.kernel*c.kernel {
			t.Fatalf("%+v: %v, %+v", c, ok, tie)
		}
		value := map[[2]int]float64{}
		for i, class := range tie.Class {
			for l := m.RowPtr[i]; l < m.RowPtr[i+1]; l++ {
				key := [2]int{class, int(tie.Weight[0][l])}
				if v, ok := value[key]; ok && v != m.Val[l] {
					t.Fatalf("%+v: one weight is %v and %v", c, v, m.Val[l])
				}
				value[key] = m.Val[l]
			}
		}
	}
}

// TestTieOfChannels: maps that treat each channel with weights of its own, as depthwise convolutions, have a class for
// each; poolings, which treat all alike, have one; and dense layers have no ties.
func TestTieOfChannels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	in := []int{3, 8, 8}
	m, out := graphtest.Pool(in, 2)
	tie := func(m *tensor.Map, out []int) *windows.Tie {
		tie, _ := windows.TieOf(tensor.Affine{Shape: out, Maps: []*tensor.Map{m}}, [][]int{in}, out)
		return tie
	}
	if got := tie(m, out); got == nil || got.Classes != 1 || got.Weights != 4 {
		t.Errorf("pooling: %+v", got)
	}
	depthwise := *m
	depthwise.Val = slices.Clone(m.Val)
	for i := range depthwise.Rows {
		for k := range 4 {
			depthwise.Val[4*i+k] = float64(i/16*4 + k + 1)
		}
	}
	if got := tie(&depthwise, out); got == nil || got.Classes != 3 || got.Weights != 12 {
		t.Errorf("depthwise: %+v", got)
	}
	all := tensor.MatMulMap(tensor.Const{Shape: []int{5, 192}, Data: graphtest.Vector(rng, 5*192, 1)}, []int{192}, false)
	if got := tie(all, []int{5}); got != nil {
		t.Errorf("dense: %+v", got)
	}
}
