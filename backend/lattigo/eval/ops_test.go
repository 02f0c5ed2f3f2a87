package eval_test

import (
	"strings"
	"testing"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/internal/optest"
	"hecc/ir/he"
)

// TestKernels: there is a kernel for every operation, which computes on ciphertexts what the operation means;
// for one that is not known a session is not opened.
func TestKernels(t *testing.T) {
	for _, op := range he.Ops() {
		t.Run(op.Name(), func(t *testing.T) {
			c, v := optest.Circuit(op)
			p := plantest.Builder{Circuit: c}.Plan(c.Outputs...)
			newRig(t, p).compare(t, 1e-4)
			v.Op = optest.Forgotten{Op: op}
			if _, err := eval.Load(t.Context(), p); err == nil || !strings.Contains(err.Error(), "no kernel for "+op.Name()) {
				t.Errorf("opened without a kernel: %v", err)
			}
		})
	}
}
