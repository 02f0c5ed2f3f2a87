package passes

import (
	"context"

	"hecc/ir/tensor"
)

// Supports says why a graph cannot be compiled whatever its inputs are, as a *diag.Error that
// names the node; nil if it can. It runs the passes that need to know nothing of the inputs.
func Supports(g *tensor.Graph) error {
	c := &compilation{imported: g, graph: g}
	for _, p := range pipeline {
		if p.from != string(tensor.Imported) {
			return nil
		}
		if err := c.runPass(context.Background(), p); err != nil {
			return err
		}
	}
	return nil
}
