package promise

import (
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/tails"
)

// How errors of the decrypted values propagate to the judged output, which the client computes from them.

// Lipschitz bounds the error of the judged output over that of the decrypted values, in the maximum norm. It
// is infinite where no bound holds for all values, as for exp, or a root near 0.
func Lipschitz(epilogue *tensor.Graph) float64 {
	bound := make([]float64, len(epilogue.Nodes))
	for i, n := range epilogue.Nodes {
		in := make([]float64, len(n.In))
		for k, a := range n.In {
			in[k] = bound[a.ID]
		}
		if bound[i] = largest(in); bound[i] > 0 {
			bound[i] = lipschitzOf(n, in)
		}
		if _, ok := n.Op.(tensor.Input); ok {
			bound[i] = 1
		}
	}
	return bound[epilogue.Judged().ID]
}

func largest(list []float64) float64 {
	most := 0.0
	for _, x := range list {
		most = max(most, x)
	}
	return most
}

// lipschitzOf bounds the error of one operation's value from those of its operands. A row of Softmax's
// Jacobian has absolute sum 2p(1-p), one of LogSoftmax's 2(1-p), one of logsumexp's 1; Sigmoid's slope is at
// most 1/4.
func lipschitzOf(n *tensor.Node, in []float64) float64 {
	switch op := n.Op.(type) {
	case tensor.Softmax:
		return in[0] / 2
	case tensor.LogSoftmax:
		return in[0] * 2
	case tensor.Normalize: // of σ(s): a row of the Jacobian by s has absolute sum 2 at most
		if f, ok := n.In[0].Op.(tensor.Func); ok && op.Norm == "l1" && f.Body == nil && f.Fn == "sigmoid" {
			return 2 * 4 * in[0]
		}
		return math.Inf(1)
	case tensor.Func:
		if op.Body == nil && op.Fn == "sigmoid" {
			return in[0] / 4
		}
		return in[0] * steepest(op, n.Size())
	case tensor.Add, tensor.Sub:
		return in[0] + in[1]
	case tensor.Mul:
		return factorBound(n, in)
	case tensor.Div:
		if c, ok := n.In[1].Op.(tensor.Const); ok {
			return in[0] / least(c.Data)
		}
		return math.Inf(1)
	case tensor.MatMul:
		return matrixBound(n, in)
	case tensor.Where:
		if in[0] > 0 {
			return math.Inf(1)
		}
	case tensor.Gather:
		if in[1] > 0 {
			return math.Inf(1)
		}
	case tensor.Compare, tensor.ArgMax, tensor.Hardmax, tensor.Label, tensor.ClientFunc:
		return math.Inf(1)
	case tensor.TopK:
		if op.Index {
			return math.Inf(1)
		}
	}
	return largest(in)
}

// steepest is the largest slope of a function anywhere.
func steepest(op tensor.Func, elements int) float64 {
	if op.Uniform() {
		elements = 1
	}
	most := 0.0
	for i := range elements {
		most = max(most, op.Scalar(i).Slope(math.Inf(-1), math.Inf(1)))
	}
	return most
}

// factorBound is the bound for a product with a constant; other products have none.
func factorBound(n *tensor.Node, in []float64) float64 {
	for k, a := range n.In {
		if c, ok := a.Op.(tensor.Const); ok {
			return scaled(in[1-k], size(c.Data))
		}
	}
	return math.Inf(1)
}

// scaled is a·b, and 0 if either factor is 0, even if the other is infinite.
func scaled(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

func size(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

func least(v []float64) float64 {
	low := math.Inf(1)
	for _, x := range v {
		low = min(low, math.Abs(x))
	}
	return low
}

// matrixBound is the bound for a product with a constant matrix: the largest absolute sum of the weights of a
// result.
func matrixBound(n *tensor.Node, in []float64) float64 {
	for k, a := range n.In {
		c, ok := a.Op.(tensor.Const)
		if !ok {
			continue
		}
		m, most := tensor.MatMulMap(c, n.In[1-k].Shape, k == 1), 0.0
		for i := range m.Rows {
			_, weights := m.Row(i)
			sum := 0.0
			for _, w := range weights {
				sum += math.Abs(w)
			}
			most = max(most, sum)
		}
		return most * in[1-k]
	}
	return math.Inf(1)
}

// OutputError is the error of the judged output when the decrypted values have an error of e: a bound, or
// where there is none a measurement on samples. It is never more than the width of the output's range: a
// probability has an error of 1 at most.
func (r *Release) OutputError(e float64) float64 {
	if e == 0 {
		return 0
	}
	off := 0.0
	if lipschitz := Lipschitz(r.Epilogue); !math.IsInf(lipschitz, 1) {
		off = lipschitz * e
	} else {
		off = r.measureOutputError(e)
	}
	return min(off, r.JudgedWidth())
}

// JudgedWidth is the width of the range of the judged output, and so its largest possible error.
func (r *Release) JudgedWidth() float64 {
	return r.Epilogue.Bounds()[r.Epilogue.Judged().ID].Width()
}

const (
	MeasuredSamples = 256 // samples that errors are measured on
	errorDraws      = 8   // random errors for each
)

// measureOutputError adds errors of ±e to decrypted values, and predicts from the errors of the judged output
// what few unseen samples exceed.
func (r *Release) measureOutputError(e float64) float64 {
	eval, at := tensor.NewEvaluator(r.Epilogue), r.Epilogue.Judged()
	rng := rand.New(rand.NewPCG(13, 14))
	var errors []float64
	for _, y := range r.Decrypted() {
		clean := slices.Clone(eval.MustRun(y).Of(at))
		if !allFinite(clean) {
			continue // undefined in clear too, as may be on inputs drawn from the box
		}
		worst := 0.0
		for range errorDraws {
			moved := slices.Clone(y)
			for i := range moved {
				moved[i] += e * float64(1-2*rng.IntN(2))
			}
			worst = max(worst, sampled.MaxAbsDiff(eval.MustRun(moved).Of(at), clean))
		}
		errors = append(errors, worst)
	}
	return tails.PredictedError(errors, slices.Max(errors))
}

// Decrypted is what the client decrypts on the samples, without noise.
func (r *Release) Decrypted() [][]float64 {
	out := make([][]float64, len(r.Samples))
	parallel.Rows(len(out), func(lo, hi int) {
		e := tensor.NewEvaluator(r.Graph)
		for s := lo; s < hi; s++ {
			out[s] = slices.Clone(e.MustRun(r.Samples[s]).Of(r.Graph.Outputs[0].Node))
		}
	})
	return out
}

// AllowedError is the largest error of decrypted values with which the error of the judged output stays
// within target. Where that is measured, only errors up to atMost are tried.
func (r *Release) AllowedError(target, atMost float64) float64 {
	if lipschitz := Lipschitz(r.Epilogue); !math.IsInf(lipschitz, 1) {
		return target / lipschitz
	}
	for e := atMost; e > atMost*minAllowedError; e /= 2 {
		if r.OutputError(e) <= target {
			return e
		}
	}
	return atMost * minAllowedError
}

// minAllowedError is less than any parameters reach, relative to the largest error tried.
const minAllowedError = 1e-12

// Answers are what the client computes from decrypted values: the judged output, and all discrete outputs.
func (r *Release) Answers(decrypted sampled.Matrix) (judged, classes sampled.Matrix) {
	at, steps := r.Epilogue.Judged(), r.Epilogue.Classes()
	judged, classes = sampled.NewMatrix(decrypted.Rows(), at.Size()), sampled.Matrix{}
	for _, n := range steps {
		classes.Cols += n.Size()
	}
	classes = sampled.NewMatrix(decrypted.Rows(), classes.Cols)
	parallel.Rows(judged.Rows(), func(lo, hi int) {
		e := tensor.NewEvaluator(r.Epilogue)
		for s := lo; s < hi; s++ {
			v := e.MustRun(decrypted.Row(s))
			copy(judged.Row(s), v.Of(at))
			to := classes.Row(s)
			for _, n := range steps {
				to = to[copy(to, v.Of(n)):]
			}
		}
	})
	return judged, classes
}

// Judged is the judged output on the samples on which it is defined.
func (r *Release) Judged() (out [][]float64) {
	e := tensor.NewEvaluator(r.Epilogue)
	for _, y := range r.Decrypted() {
		if v := e.MustRun(y).Of(r.Epilogue.Judged()); allFinite(v) {
			out = append(out, slices.Clone(v))
		}
	}
	return out
}

func allFinite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return !span.Finite(x) })
}
