package train

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/internal/parallel"
	"hecc/passes/internal/sampled"
	"hecc/passes/lower"
	"hecc/passes/rewrite"
	"hecc/passes/windows"
)

// Distillation: where refitting layer by layer does not reach the goal, all weights and coefficients behind
// the first polynomials are trained together, without labels, so that the polynomial network's outputs
// approach the exact network's (Hinton, Vinyals and Dean, 2015). Batches are drawn by a fixed pseudorandom
// sequence and the number of steps follows from the size of the network, so that equal input gives equal
// plans.

const (
	maxMultiplications = 1e10 // in all steps: seconds on two cores
	maxSteps           = 2000
	batchSamples       = 64
	chunkSamples       = 32  // of a batch: chunks are computed in parallel and added up in order
	progressReports    = 10  // reports of progress in all
	warmUp             = 0.1 // share of the steps in which the learning rate rises: full first steps upset deep networks
)

// distiller trains a copy of a polynomial network.
type distiller struct {
	loss
	net       *tensor.Graph
	given     sampled.Values // values that training reads and does not change
	want      sampled.Matrix // the exact network's encrypted outputs
	live      []*tensor.Node // nodes that are trained or depend on trained ones
	params    []*param
	functions int // polynomials: each multiplies what the maps before it change
	of        map[*tensor.Node][]*param
}

// Distill trains a copy of a polynomial network, the student. The teacher has, for each node of the student
// in order, the exact network's values, with a row for each training sample. Ties are those of the student's affine
// operations: weights that are one stay so. With argmax the largest output has to stay the largest. The only error is the context's.
func Distill(ctx context.Context, student *tensor.Graph, teacher []sampled.Matrix, ties map[*tensor.Node]*windows.Tie, argmax bool,
	progress func(step, steps int)) (*tensor.Graph, error) {
	d := newDistiller(student, teacher, ties, argmax)
	steps := d.steps()
	order := newShuffle(d.want.Rows())
	for step := range steps {
		if step%(steps/progressReports+1) == 0 {
			progress(step, steps)
		}
		if err := d.step(ctx, order.next(batchSamples), step, steps); err != nil {
			return nil, err
		}
	}
	return d.net, nil
}

func newDistiller(student *tensor.Graph, teacher []sampled.Matrix, ties map[*tensor.Node]*windows.Tie, argmax bool) *distiller {
	d := &distiller{given: sampled.Values{}, of: map[*tensor.Node][]*param{}}
	r, users := rewrite.New(student, tensor.Lowering), student.Users()
	live := map[*tensor.Node]bool{}
	for i, n := range student.Nodes {
		depends := slices.ContainsFunc(n.In, func(a *tensor.Node) bool { return live[a] })
		op := n.Op
		var params []*param
		switch old := n.Op.(type) {
		case tensor.Affine:
			if depends && !OnlyMapped(users[n.ID]) {
				op, params = trainedAffine(old, ties[n])
			}
		case tensor.Poly:
			op, params = trainedPoly(old, classesOf(ties[n.In[0]]))
			d.functions++
			depends = true
		}
		at := r.Out.MustAdd(n.Pos, op, r.Operands(n)...)
		r.To[n], live[n], d.of[at] = at, depends, params
		d.params = append(d.params, params...)
		if depends {
			d.live = append(d.live, at)
		} else {
			d.given[at] = teacher[i]
		}
	}
	d.net = r.Finish()
	d.want = teacher[student.Outputs[0].Node.ID]
	d.loss = newLoss(d.want, argmax)
	d.dropUnread()
	return d
}

// dropUnread keeps only the given values that training reads.
func (d *distiller) dropUnread() {
	read := sampled.Values{}
	for _, n := range d.live {
		for _, a := range n.In {
			if v, ok := d.given[a]; ok {
				read[a] = v
			}
		}
	}
	d.given = read
}

// steps is the number of steps that the multiplications allow.
func (d *distiller) steps() int {
	numbers := 0
	for _, p := range d.params {
		numbers += len(p.x)
	}
	perStep := float64(3 * batchSamples * numbers) // forward, and backward to values and to weights
	return max(min(maxSteps, int(maxMultiplications/perStep)), 1)
}

// step updates all parameters along the gradient on the given samples.
func (d *distiller) step(ctx context.Context, samples []int, step, steps int) error {
	chunks := slices.Collect(slices.Chunk(samples, chunkSamples))
	grads := make([]gradient, len(chunks))
	err := parallel.For(ctx, len(chunks), func(k int) error {
		grads[k] = d.gradient(chunks[k], len(samples))
		return nil
	})
	if err != nil {
		return err
	}
	decay := (1 + math.Cos(math.Pi*float64(step)/float64(steps))) / 2 * min(1, float64(step+1)/(warmUp*float64(steps)))
	decay /= math.Sqrt(float64(d.functions))
	for _, p := range d.params {
		g := grads[0][p]
		for _, other := range grads[1:] {
			for i, v := range other[p] {
				g[i] += v
			}
		}
		p.adamStep(g, step, decay)
	}
	d.boundVertices()
	return nil
}

// boundVertices keeps the vertices of quadratics within what completed squares can represent.
func (d *distiller) boundVertices() {
	for _, n := range d.live {
		if p, ok := n.Op.(tensor.Poly); ok {
			for _, c := range p.Coeffs {
				copy(c, lower.BoundVertex(c))
			}
		}
	}
}

// shuffle draws samples without repetition until all were drawn, then anew.
type shuffle struct {
	rng  *rand.Rand
	all  []int
	left []int
}

func newShuffle(n int) *shuffle {
	s := &shuffle{rng: rand.New(rand.NewPCG(3, 4)), all: make([]int, n)}
	for i := range s.all {
		s.all[i] = i
	}
	return s
}

func (s *shuffle) next(n int) []int {
	if len(s.left) == 0 {
		s.left = slices.Clone(s.all)
		s.rng.Shuffle(len(s.left), func(i, j int) { s.left[i], s.left[j] = s.left[j], s.left[i] })
	}
	n = min(n, len(s.left))
	out := s.left[:n]
	s.left = s.left[n:]
	return out
}
