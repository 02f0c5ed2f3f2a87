package passes

import (
	"context"
	"fmt"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/lower"
)

// pass is one step of the compiler.
type pass struct {
	name  string
	doc   string
	from  string
	to    string
	share float64 // of the time of compiling, about, for progress
	run   func(context.Context, *compilation) error
}

// pipeline is the whole compiler, in order.
var pipeline = []pass{
	{"fold-constants", "evaluate what does not depend on the input", "imported", "imported", 0.01, graphPass(lower.FoldConstants)},
	{"simplify", "write |x|² as x², and what makes a Softmax as one", "imported", "imported", 0.01, graphPass(infallible(lower.Simplify))},
	{"split-prologue", "move what needs no weights before the first map to the client", "imported", "imported", 0.01, takePrologue},
	{"split-epilogue", "move what needs no weights, from the first inexact operation on, to the client", "imported", "imported", 0.01, takeEpilogue},
	{"merge-functions", "make one function of each elementwise subgraph of one variable", "imported", "imported", 0.01, graphPass(infallible(lower.MergeFunctions))},
	{"fuse-linear", "turn everything linear into affine maps, multiply neighbours", "imported", "lowering", 0.03, graphPass(lower.FuseLinear)},
	{"approximate", "replace each nonlinearity by fitted polynomials", "lowering", "lowering", 0.62, approximate},
	{"complete-squares", "turn quadratics into squares between affine maps", "lowering", "lowering", 0.01, graphPass(infallible(lower.CompleteSquares))},
	{"unit-intervals", "scale the arguments of polynomials to [-1, 1]", "lowering", "polynomial", 0.01, graphPass(infallible(lower.UnitIntervals))},
	{"unit-sums", "move the factors of means into the maps behind them", "polynomial", "polynomial", 0, graphPass(infallible(lower.UnitSums))},
	{"pack", "choose layouts and diagonals, for each ring degree", "polynomial", "packed", 0.13, packCircuits},
	{"plan", "choose parameters, levels and scales", "packed", "planned", 0.15, planCircuit},
}

// constraint says which pass must precede which, and why.
type constraint struct{ first, second, reason string }

var before = []constraint{
	{"fold-constants", "split-epilogue", "constants must not look like values that the client needs"},
	{"fold-constants", "split-prologue", "constants must not look like what the client computes"},
	{"split-prologue", "split-epilogue", "what the client has computed before it need not compute after"},
	{"split-prologue", "merge-functions", "a function that the client computes must not be merged with others"},
	{"simplify", "split-epilogue", "|x|² is exact for the server, |x| is not"},
	{"simplify", "split-prologue", "|x|² is exact for the server, |x| is not"},
	{"split-epilogue", "fuse-linear", "Softmax and label logic cannot be lowered"},
	{"split-epilogue", "merge-functions", "a function that the client computes must not be merged with what is before it"},
	{"merge-functions", "fuse-linear", "a map that is multiplied into others no longer shows that it was elementwise"},
	{"fuse-linear", "approximate", "ranges are taken at the arguments that fusing leaves"},
	{"approximate", "complete-squares", "there are no quadratics before"},
	{"complete-squares", "unit-intervals", "a completed square needs no interval"},
	{"unit-intervals", "unit-sums", "scaling to intervals gives sums their factors"},
	{"unit-sums", "pack", "packing adds up without products where the weights are 1"},
	{"unit-intervals", "pack", "packing evaluates polynomials on [-1, 1]"},
	{"pack", "plan", "levels are assigned to the operations of a circuit"},
}

// graphPass is a pass that replaces the current graph.
func graphPass(f func(*tensor.Graph) (*tensor.Graph, error)) func(context.Context, *compilation) error {
	return func(_ context.Context, c *compilation) error {
		g, err := f(c.graph)
		if err == nil {
			c.graph = g
		}
		return err
	}
}

// infallible wraps a function that cannot fail.
func infallible(f func(*tensor.Graph) *tensor.Graph) func(*tensor.Graph) (*tensor.Graph, error) {
	return func(g *tensor.Graph) (*tensor.Graph, error) { return f(g), nil }
}

func takePrologue(_ context.Context, c *compilation) error {
	c.prologue, c.graph = lower.SplitPrologue(c.graph)
	return c.encodeInputs()
}

func takeEpilogue(_ context.Context, c *compilation) error {
	rest, epilogue, err := lower.SplitEpilogue(c.graph, c.opts.KeepTail)
	if err == nil {
		c.graph, c.epilogue = rest, epilogue
	}
	return err
}

func init() {
	if err := checkOrder(pipeline, before); err != nil {
		panic(err)
	}
}

// checkOrder rejects a pipeline whose stages do not follow each other, or that breaks a constraint.
func checkOrder(passes []pass, constraints []constraint) error {
	at := map[string]int{}
	for i, p := range passes {
		at[p.name] = i + 1
		if i > 0 && passes[i-1].to != p.from {
			return fmt.Errorf("pass %s follows stage %s, takes %s", p.name, passes[i-1].to, p.from)
		}
	}
	for _, b := range constraints {
		if at[b.first] == 0 || at[b.first] >= at[b.second] {
			return fmt.Errorf("pass %s must precede %s: %s", b.first, b.second, b.reason)
		}
	}
	return nil
}

// run executes the pipeline with a verifier after every pass.
func (c *compilation) run(ctx context.Context) error {
	until := 0.0
	for i, p := range pipeline {
		until += p.share
		c.meter.Part(p.name, until)
		before := measureNow()
		if err := c.runPass(ctx, p); err != nil {
			return err
		}
		c.reports = append(c.reports, PassReport{p.name, before.since(), c.size(p.to)})
		if c.opts.Dump != nil {
			if err := c.opts.Dump(i+1, p.name, c.print(p.to)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *compilation) runPass(ctx context.Context, p pass) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := protected(func() error { return p.run(ctx, c) }); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return diag.InPass(p.name, err)
	}
	if err := protected(func() error { return c.verify(p.to) }); err != nil {
		return &diag.Internal{Pass: p.name, Err: err}
	}
	return nil
}

// protected runs one step and turns a panic into an error.
func protected(step func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return step()
}

// verify runs the verifier of the stage that a pass has reached.
func (c *compilation) verify(stage string) error {
	switch stage {
	case "packed":
		return parallel.For(context.Background(), len(c.packed), func(k int) error { return c.packed[k].Circuit.Verify() })
	case "planned":
		return c.circuit.Verify()
	}
	if string(c.graph.Stage) != stage {
		return fmt.Errorf("graph at stage %s, expected %s", c.graph.Stage, stage)
	}
	if c.prologue != nil {
		if err := c.prologue.Verify(); err != nil {
			return err
		}
	}
	if c.epilogue != nil {
		if err := c.epilogue.Verify(); err != nil {
			return err
		}
	}
	return c.graph.Verify()
}

func (c *compilation) print(stage string) string {
	switch stage {
	case "packed":
		return c.packed[0].Circuit.Print()
	case "planned":
		return c.circuit.Print()
	}
	return c.graph.Print()
}

// Supports says why a graph cannot be compiled whatever its inputs are, as a *diag.Error that names the node;
// nil if it can. It runs the passes that do not depend on inputs.
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
