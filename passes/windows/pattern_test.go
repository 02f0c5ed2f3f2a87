package windows_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/passes/windows"
)

// TestPatterns: maps are told apart by where their entries stand, not by what these are.
func TestPatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	a, _ := graphtest.Conv(rng, []int{2, 6, 6}, 3, 3, 1, 1)
	b, _ := graphtest.Conv(rng, []int{2, 6, 6}, 3, 3, 1, 1)
	moved := *a
	moved.Col = slices.Clone(a.Col)
	moved.Col[0]++
	p := windows.NewPatterns()
	if p.Of(a) != p.Of(b) || p.Of(a) == p.Of(&moved) {
		t.Errorf("numbers %d, %d and %d", p.Of(a), p.Of(b), p.Of(&moved))
	}
}
