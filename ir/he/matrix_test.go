package he_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/he"
)

// drawMatrix draws a matrix between random layouts with all its weights on diagonals, which were tried in a
// random order; nil if they do not all find a place.
func drawMatrix(t *rapid.T) *he.Matrix {
	in := layouts().Draw(t, "in")
	collect := layouts().Filter(func(l he.Layout) bool { return in.Slots%l.Slots == 0 }).Draw(t, "collect")
	m := &he.Matrix{Collect: collect, Period: collect.Slots, Ct: rapid.IntRange(0, collect.Cts()-1).Draw(t, "ct")}
	held := slices.DeleteFunc(collect.Elements(m.Ct), func(e int) bool { return e == he.Empty })
	if len(held) == 0 {
		return nil
	}
	if collect.Slots == in.Slots && rapid.Bool().Draw(t, "repeats early") {
		m.Period = rapid.IntRange(1, in.Slots).Draw(t, "period")
	}
	m.First = rapid.SampledFrom(held).Draw(t, "first")
	rows := 1
	for slices.Contains(held, m.First+rows) {
		rows++
	}
	rng := graphtest.Rand(t)
	share := rapid.SampledFrom([]float64{0, 0.2, 1}).Draw(t, "share of entries")
	for range rapid.IntRange(1, 2).Draw(t, "parts") {
		weights := drawSparse(rng, rows, in.Size, share)
		if rapid.Bool().Draw(t, "filter") {
			weights = drawFilter(rng, rows, in.Size)
		}
		m.Parts = append(m.Parts, he.Part{Weights: weights, In: in})
	}
	fill := m.Fill()
	for _, by := range rng.Perm(in.Slots) {
		for part := range m.Parts {
			for ct := range in.Cts() {
				fill.Try(he.RotatedOperand{Part: part, Ct: ct, Rotation: by})
			}
		}
	}
	if fill.Unplaced() > 0 || len(m.Diagonals) == 0 {
		return nil
	}
	return m
}

func drawSparse(rng *rand.Rand, rows, cols int, share float64) he.Sparse {
	s := he.Sparse{Rows: rows, Cols: cols, RowPtr: []int{0}, Col: []int{}}
	for range rows {
		for j := range cols {
			if rng.Float64() < share {
				s.Col, s.Val = append(s.Col, j), append(s.Val, rng.NormFloat64())
			}
		}
		s.RowPtr = append(s.RowPtr, len(s.Val))
	}
	if len(s.Val) == rows*cols {
		s.RowPtr, s.Col = nil, nil
	}
	return s
}

// drawFilter draws a matrix whose inner rows are the same weights, moved along.
func drawFilter(rng *rand.Rand, rows, cols int) he.Sparse {
	weights, at := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}, rng.IntN(cols)
	rowPtr, col, val := []int{0}, []int{}, []float64{}
	for i := range rows {
		for tap, w := range weights {
			if j := i + at + 2*tap - 2; j >= 0 && j < cols {
				col, val = append(col, j), append(val, w)
			}
		}
		rowPtr = append(rowPtr, len(val))
	}
	if len(val) == rows*cols {
		return he.Sparse{Rows: rows, Cols: cols, Val: val}
	}
	return he.NewSparse(cols, rowPtr, col, val)
}

// circuitOf applies a matrix to one value in the layout of each part, with giant steps here and there.
func circuitOf(m *he.Matrix, rng *rand.Rand) *he.Circuit {
	in := m.Parts[0].In
	c := he.New("m.onnx", in.Slots)
	c.Input, c.Output = in, he.Periodic(in.Slots, in.Slots)
	var inputs, args []*he.Value
	for ct := range in.Cts() {
		inputs = append(inputs, c.Add(diag.Pos{}, he.Input{Index: ct}))
	}
	var op he.Linear
	index := map[[2]int]int{}
	for k, d := range m.Diagonals {
		key := [2]int{d.Part, d.Ct}
		if _, ok := index[key]; !ok {
			index[key] = len(args)
			args = append(args, inputs[d.Ct])
		}
		giant := rng.IntN(2) * rng.IntN(in.Slots)
		op.Terms = append(op.Terms, he.Term{Arg: index[key], Baby: (d.Rotation - giant + in.Slots) % in.Slots, Giant: giant,
			Diag: he.Diagonal{Of: m, Index: k, Shift: giant}})
	}
	c.Outputs = []*he.Value{c.Add(diag.Pos{}, op, args...)}
	return c
}

// TestMatrixIsItsMap: what the slots collect for a row in one period adds up to the map's row times the
// input, for random maps between random layouts, whatever the order in which rotations were tried; diagonals
// repeat where the input does, and only there; and the circuit survives being printed.
func TestMatrixIsItsMap(t *testing.T) {
	tested := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawMatrix(t)
		if m == nil {
			return
		}
		c := circuitOf(m, graphtest.Rand(t))
		c.Input.Dirty, c.Output.Dirty = false, true
		if err := c.Verify(); err != nil {
			t.Fatalf("%v in\n%s", err, c.Print())
		}
		tested++
		x := graphtest.Vector(graphtest.Rand(t), c.Input.Size, 1)
		out, err := c.Eval(c.Input.Pack(x), nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := m.Parts[0].Weights.Rows
		got, want := make([]float64, rows), make([]float64, rows)
		for slot, i := range m.Collect.Elements(m.Ct)[:m.Period] {
			if i -= m.First; i >= 0 && i < rows {
				got[i] += out[0][slot]
			} else if out[0][slot] != 0 {
				t.Fatalf("slot %d collects for no row and holds %v", slot, out[0][slot])
			}
		}
		for _, p := range m.Parts {
			for i := range want {
				p.Weights.Each(i, func(column int, weight float64) { want[i] += weight * x[column] })
			}
		}
		if gap := graphtest.Gap(got, want); gap > 1e-9 {
			t.Fatalf("off by %v in\n%s", gap, c.Print())
		}
		for slot := m.Period; slot < c.Slots; slot++ {
			first := slot % m.Period
			alike := readsAlike(m, first, slot)
			if alike == len(m.Diagonals) && math.Abs(out[0][slot]-out[0][first]) > 1e-9 || alike == 0 && out[0][slot] != 0 {
				t.Fatalf("slot %d has %v, slot %d has %v, of %d diagonals %d read the same, in\n%s",
					first, out[0][first], slot, out[0][slot], len(m.Diagonals), alike, c.Print())
			}
		}
		again, err := he.Parse(c.Print())
		if err != nil || again.Print() != c.Print() {
			t.Fatalf("comes back as another circuit: %v", err)
		}
		parsed, err := again.Eval(c.Input.Pack(x), nil)
		if err != nil || !slices.Equal(parsed[0], out[0]) {
			t.Fatalf("comes back as a circuit that gives another result: %v", err)
		}
	})
	if tested < 30 {
		t.Errorf("only %d matrices were tested", tested)
	}
}

// readsAlike counts the diagonals on which two slots read the same element.
func readsAlike(m *he.Matrix, a, b int) int {
	n := 0
	for _, d := range m.Diagonals {
		in := m.Parts[d.Part].In
		if in.Element(d.Ct, (a+d.Rotation)%in.Slots) == in.Element(d.Ct, (b+d.Rotation)%in.Slots) {
			n++
		}
	}
	return n
}

// TestSpreadIsWhereElementsAre: the numbers of a spread plaintext stand where its layout has their elements.
func TestSpreadIsWhereElementsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := layouts().Draw(t, "layout")
		s := he.Spread{Layout: l, Ct: rapid.IntRange(0, l.Cts()-1).Draw(t, "ct"), First: rapid.IntRange(0, l.Size-1).Draw(t, "first")}
		s.Values = graphtest.Vector(graphtest.Rand(t), rapid.IntRange(1, l.Size-s.First).Draw(t, "count"), 1)
		buf := graphtest.Vector(graphtest.Rand(t), l.Slots, 1)
		for slot, got := range s.Dense(buf) {
			want := 0.0
			if e := defined(l, s.Ct, slot) - s.First; e >= 0 && e < len(s.Values) {
				want = s.Values[e]
			}
			if got != want {
				t.Fatalf("slot %d holds %v, want %v", slot, got, want)
			}
		}
		c := he.New("", l.Slots)
		c.Input, c.Output = he.Periodic(l.Slots, l.Slots), he.Periodic(l.Slots, l.Slots)
		x := c.Add(diag.Pos{}, he.Input{})
		x = c.Add(diag.Pos{}, he.Linear{Terms: []he.Term{{Diag: s}, {Baby: 1 % l.Slots, Diag: s}}}, x)
		c.Outputs = []*he.Value{c.Add(diag.Pos{}, he.AddPlain{Plain: s}, c.Add(diag.Pos{}, he.MulPlain{Plain: s}, x))}
		sameCircuit(t, c)
	})
}

// smallMatrix is a dense map of 4 numbers to 4 on 8 slots, as a circuit.
func smallMatrix() (*he.Circuit, *he.Matrix) {
	rng := rand.New(rand.NewPCG(1, 1))
	l := he.Periodic(4, 8)
	m := &he.Matrix{Collect: he.Periodic(4, 4), Period: 4, Parts: []he.Part{{Weights: drawSparse(rng, 4, 4, 1), In: l}}}
	fill := m.Fill()
	for by := range 4 {
		fill.Try(he.RotatedOperand{Rotation: by})
	}
	c := circuitOf(m, rng)
	c.Output = l
	return c, m
}

func TestMatrixCheckRejects(t *testing.T) {
	if c, _ := smallMatrix(); c.Verify() != nil {
		t.Fatal(c.Verify())
	}
	for name, change := range map[string]func(m *he.Matrix, terms []he.Term){
		"another map":           func(m *he.Matrix, _ []he.Term) { m.Parts[0].Weights.Val = m.Parts[0].Weights.Val[1:] },
		"no rows":               func(m *he.Matrix, _ []he.Term) { m.Parts[0].Weights.Rows = 0 },
		"other columns":         func(m *he.Matrix, _ []he.Term) { m.Parts[0].In = he.Periodic(3, 8) },
		"other slots":           func(m *he.Matrix, _ []he.Term) { m.Parts[0].In = he.Periodic(4, 4) },
		"a longer period":       func(m *he.Matrix, _ []he.Term) { m.Collect = he.Periodic(4, 16) },
		"no period":             func(m *he.Matrix, _ []he.Term) { m.Period = 0 },
		"a period beyond":       func(m *he.Matrix, _ []he.Term) { m.Period = 5 },
		"part of a period":      func(m *he.Matrix, _ []he.Term) { m.Period = 3 },
		"rows beyond":           func(m *he.Matrix, _ []he.Term) { m.First = 1 },
		"a row before":          func(m *he.Matrix, _ []he.Term) { m.First = -1 },
		"another ciphertext":    func(m *he.Matrix, _ []he.Term) { m.Ct = 1 },
		"no parts":              func(m *he.Matrix, _ []he.Term) { m.Parts = nil },
		"a diagonal less":       func(m *he.Matrix, _ []he.Term) { m.Diagonals = m.Diagonals[:3] },
		"a diagonal twice":      func(m *he.Matrix, terms []he.Term) { terms[1] = terms[0] },
		"another baby step":     func(m *he.Matrix, terms []he.Term) { terms[1].Baby ^= 1 },
		"another shift":         func(m *he.Matrix, terms []he.Term) { terms[1].Diag = he.Diagonal{Of: m, Index: 1, Shift: 5} },
		"a diagonal of no one":  func(m *he.Matrix, terms []he.Term) { terms[1].Diag = he.Diagonal{} },
		"no diagonal":           func(m *he.Matrix, terms []he.Term) { terms[1].Diag = nil },
		"one written out":       func(m *he.Matrix, terms []he.Term) { terms[1].Diag = he.Plain(make([]float64, 8)) },
		"another operand":       func(m *he.Matrix, _ []he.Term) { m.Diagonals[1].Part = 1 },
		"operand's ciphertext":  func(m *he.Matrix, _ []he.Term) { m.Diagonals[1].Ct = -1 },
		"an unknown rotation":   func(m *he.Matrix, _ []he.Term) { m.Diagonals[1].Rotation = 8 },
		"lists for all entries": func(m *he.Matrix, _ []he.Term) { listed(&m.Parts[0].Weights, 16) },
		"rows that overlap":     func(m *he.Matrix, _ []he.Term) { listed(&m.Parts[0].Weights, 15).RowPtr[1] = 9 },
		"rows that run back":    func(m *he.Matrix, _ []he.Term) { listed(&m.Parts[0].Weights, 15).RowPtr[1] = -1 },
		"columns that run back": func(m *he.Matrix, _ []he.Term) { listed(&m.Parts[0].Weights, 15).Col[1] = 0 },
		"a column beyond":       func(m *he.Matrix, _ []he.Term) { listed(&m.Parts[0].Weights, 15).Col[3] = 4 },
		"fewer columns":         func(m *he.Matrix, _ []he.Term) { s := listed(&m.Parts[0].Weights, 15); s.Col = s.Col[1:] },
	} {
		c, m := smallMatrix()
		change(m, c.Outputs[0].Op.(he.Linear).Terms)
		if err := c.Verify(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	c, m := smallMatrix()
	_, err := he.Parse(strings.Replace(c.Print(), "babies=["+fmt.Sprint(c.Outputs[0].Op.(he.Linear).Terms[0].Baby)+",", "babies=[5,", 1))
	if err == nil || !strings.Contains(err.Error(), "weights of the matrix stand in no diagonal") {
		t.Errorf("a rotation less in %v: error %v", m.Diagonals, err)
	}
}

// listed writes a full 4×4 matrix with lists of its first entries.
func listed(s *he.Sparse, entries int) *he.Sparse {
	s.Val, s.Col, s.RowPtr = s.Val[:entries], nil, []int{0, 4, 8, 12, entries}
	for k := range entries {
		s.Col = append(s.Col, k%4)
	}
	return s
}

// TestHostileMatrices: a short text may not take long to refuse, nor much memory.
func TestHostileMatrices(t *testing.T) {
	const big = `"131072, i<131072: [131072:i]"`
	head := "circuit stage=\"packed\" file=\"\" slots=131072 lanes=1\ninputlayout layout=" + big + "\noutputlayout layout=" + big + "\n%0 = input index=0\n"
	zeros := strings.TrimSuffix(strings.Repeat("0,", 4000), ",")
	var many, blobs strings.Builder
	for k := range 8 { // each of a row without weights
		fmt.Fprintf(&many, "%%%d = linear %%0 args=[%s] babies=[%s] giants=[%s] collect=%s ct=0 first=0 rows=1 parts=[0] cts=[0] in=%s val=@%d rowptr=@%d col=@%d\n",
			k+1, zeros, zeros, zeros, big, big, 3*k, 3*k+1, 3*k+2)
		fmt.Fprintf(&blobs, "@%d = \n@%d = AAAAAAAAAAAAAAAAAAAAAA==\n@%d = \n", 3*k, 3*k+1, 3*k+2)
	}
	wide := "%1 = linear %0 args=[0] babies=[0] giants=[0] collect=" + big + " ct=0 first=0 rows=4194304 parts=[0] cts=[0] in=" + big + " val=@0\noutput %1\n@0 = AAAAAAAA8D8=\n"
	for name, c := range map[string]struct{ text, want string }{
		"many diagonals":       {head + many.String() + "output %8\n" + blobs.String(), "slots to go through"},
		"a large empty matrix": {head + wide, `attribute "rowptr" is missing`},
	} {
		start := time.Now()
		if _, err := he.Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected %q", name, err, c.want)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
