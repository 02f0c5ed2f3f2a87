package dense

import "testing"

// TestOrderWithoutVectors is TestOrder in Go on a processor with vectors.
func TestOrderWithoutVectors(t *testing.T) {
	if !hasVectors {
		t.Skip("TestOrder runs in Go")
	}
	hasVectors = false
	defer func() { hasVectors = true }()
	TestOrder(t)
}
