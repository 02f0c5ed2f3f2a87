package hecc_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/packing"
	"hecc/runtime/wire"
)

const cnnPage = "docs/cnn.md"

// TestConvolutionsPage writes docs/cnn.md: every shipped convolutional network, with 20 samples on ciphertexts.
//
//	go test . -run ConvolutionsPage -full -update -timeout 60m
func TestConvolutionsPage(t *testing.T) {
	text := cnnPageHead + slotPictures() + cnnPageTables
	if !*full {
		page, err := os.ReadFile(cnnPage)
		check(err)
		if !strings.HasPrefix(string(page), text) {
			t.Fatalf("%s does not begin with what this test writes: run with -full -update", cnnPage)
		}
		return
	}
	square := cnn{model: "mnist/square", data: "mnist/"}.measure(t, 20)
	summary, layers := "", ""
	for _, m := range cnns {
		f := m.measure(t, 20)
		summary += summaryRow(m, f, square)
		layers += layerTable(m, f.plan)
	}
	text += summary + cnnPageBatches + batchRow(t, square) + cnnPageLarge + layers
	if *update && !t.Failed() {
		check(os.WriteFile(cnnPage, []byte(text), 0o644))
	}
}

func summaryRow(m cnn, f, square cnnFigures) string {
	i := &f.plan.Interface
	unit := predictedMs(square.plan)
	asked := "default"
	if m.options.TargetAgreement > 0 {
		asked = fmt.Sprintf("%.0f %%", 100*m.options.TargetAgreement)
	}
	return fmt.Sprintf("| `%s` | %s | %d | %d | %.0f MiB | %.0f s | %.0f ms, %.1f | %.1f | %.1e | %.1e | %d of %d |\n", m.model, asked, i.Params.LogN, i.Params.MaxLevel(),
		float64(wire.EvaluationKeysSize(i))/(1<<20), f.compiled.Seconds(), predictedMs(f.plan), predictedMs(f.plan)/unit,
		f.took.Seconds()/square.took.Seconds(), i.PredictedError, f.worst, f.kept, f.samples)
}

// batchRow is the row of a network with a sample in each slot.
func batchRow(t *testing.T, square cnnFigures) string {
	m := cnn{model: "mnist/lola", data: "mnist/", options: passes.Options{Batch: 8192}}
	f := m.measure(t, 20)
	i := &f.plan.Interface
	ms, lanes := predictedMs(f.plan)/float64(i.Lanes), time.Duration(i.Lanes)
	return fmt.Sprintf("| `%s` | %d | %d | %.1f MiB | %.3f ms, %.3f | %.3f | %.1e | %.1e |\n", m.model, i.Lanes, i.Params.LogN,
		float64(wire.EvaluationKeysSize(i))/(1<<20), ms, ms/predictedMs(square.plan), (f.took/lanes).Seconds()/square.took.Seconds(), i.PredictedError, f.worst)
}

func predictedMs(p *plan.Plan) float64 {
	total := 0.0
	for _, n := range layersOf(p) {
		total += n.ms
	}
	return total
}

// cnnLayer adds up the operations that come from one node of a model.
type cnnLayer struct {
	pos               diag.Pos
	rotations, plains int
	weights           int // entries of its maps
	ms                float64
}

func layersOf(p *plan.Plan) []cnnLayer {
	var list []cnnLayer
	ring := packing.NewRing(&p.Interface.Params, p.Costs)
	for _, v := range p.Circuit.Values {
		k := slices.IndexFunc(list, func(l cnnLayer) bool { return l.pos == v.Pos })
		if k < 0 {
			k = len(list)
			list = append(list, cnnLayer{pos: v.Pos})
		}
		one := he.Circuit{Values: []*he.Value{v}}
		list[k].rotations += one.Count().Rotations
		list[k].plains += one.Count().PlainMults
		list[k].ms += ring.Op(v, v.Level+1) / 1e6
		if op, ok := v.Op.(he.Linear); ok {
			if d, ok := op.Terms[0].Diag.(he.Diagonal); ok {
				for _, part := range d.Of.Parts {
					list[k].weights += part.Weights.Entries()
				}
			}
		}
	}
	return list
}

func layerTable(m cnn, p *plan.Plan) string {
	text := fmt.Sprintf("\n### %s\n\nThe client's layout: `%v`\n\n| layer | entries | floor | plaintexts | rotations | predicted |\n|---|---|---|---|---|---|\n", filepath.Base(m.model), p.Interface.Input.Layout)
	slots := p.Interface.Params.Slots()
	for _, l := range layersOf(p) {
		if l.plains+l.rotations == 0 {
			continue
		}
		text += fmt.Sprintf("| %s `%s` | %d | %d | %d | %d | %.1f ms |\n", l.pos.Op, l.pos.Name, l.weights, (l.weights+slots-1)/slots, l.plains, l.rotations, l.ms)
	}
	return text
}

// slotPictures draws the slots of a small convolution and of the pooling behind it.
func slotPictures() string {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Add(tensor.Input{Label: "x", Shape: []int{1, 8, 8}})
	m, shape := graphtest.Conv(b.Rng, []int{1, 8, 8}, 2, 3, 1, 1)
	x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x)
	x = b.Add(tensor.Mul{}, x, x)
	m, shape = graphtest.Pool(shape, 2)
	x = b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x)
	m, shape = graphtest.Conv(b.Rng, shape, 4, 3, 1, 1)
	g := b.Output(b.Add(tensor.Affine{Shape: shape, Maps: []*tensor.Map{m}}, x))
	const logSlots = 7
	bits := slices.Repeat([]float64{params.MaxPrimeBits}, 8)
	packed, err := packing.Pack(g, packing.Ring{LogN: logSlots, Q: bits, P: bits[:1], Costs: plan.DefaultCosts}, 1)
	check(err)
	var text strings.Builder
	draw := func(what string, l he.Layout) {
		fmt.Fprintf(&text, "\n%s: `%v`\n\n```text\n%s```\n", what, l, slotGrid(l))
	}
	c := packed[0].Circuit
	draw("The image, 8 by 8, as the client encrypts it", c.Input)
	var operands []he.Layout
	for _, v := range c.Values {
		if op, ok := v.Op.(he.Linear); ok {
			operands = append(operands, op.Terms[0].Diag.(he.Diagonal).Of.Parts[0].In)
		}
	}
	draw("What the second convolution reads: two maps of 4 by 4, sums of 2 by 2 places each", operands[len(operands)-1])
	draw("Its result, four maps of 4 by 4", c.Output)
	return text.String()
}

// slotGrid shows, 16 slots a line, the element that each slot holds, by its index on each axis.
func slotGrid(l he.Layout) string {
	const columns = 16
	var text strings.Builder
	elements := l.Elements(0)
	for t, e := range elements {
		if t%columns == 0 {
			fmt.Fprintf(&text, "%4d", t)
		}
		fmt.Fprintf(&text, " %*s", len(l.Axes), cell(l, e))
		if t%columns == columns-1 {
			text.WriteString("\n")
		}
	}
	return text.String()
}

func cell(l he.Layout, element int) string {
	if element == he.Empty {
		return strings.Repeat("·", len(l.Axes))
	}
	name := ""
	for k := len(l.Axes) - 1; k >= 0; k-- {
		n := l.Axes[k].Extent
		name = fmt.Sprint(element%n) + name
		element /= n
	}
	return name
}
