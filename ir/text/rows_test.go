package text

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// rows draws a matrix in compressed rows with few kinds of rows, or many.
func rows(t *rapid.T) (rowPtr, col []int, val []float64) {
	kinds := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 0, 6, rapid.ID), 1, 3).Draw(t, "kinds")
	rowPtr = []int{0}
	for range rapid.IntRange(0, 40).Draw(t, "rows") {
		k := rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")
		first := rapid.IntRange(0, 50).Draw(t, "first")
		for _, j := range slices.Sorted(slices.Values(kinds[k])) {
			col, val = append(col, first+j), append(val, float64(k)+float64(rapid.IntRange(0, 1).Draw(t, "weight")))
		}
		rowPtr = append(rowPtr, len(col))
	}
	return rowPtr, col, val
}

// TestRows: what is printed of a matrix reads back as the matrix, and is not longer than its entries.
func TestRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rowPtr, col, val := rows(t)
		drawn := RowsOf(rowPtr, col, val)
		line := Line{Attrs: drawn.Attrs()}
		numbers := 0
		for _, a := range line.Attrs {
			numbers += len(a.Value.(Blob))
		}
		if numbers > len(rowPtr)+2*len(val) {
			t.Errorf("%d numbers for %d entries in %d rows", numbers, len(val), len(rowPtr)-1)
		}
		a := line.Read().Within(NewRoom())
		got, err := a.Rows()
		if err != nil || a.Done() != nil {
			t.Fatal(err, a.Done())
		}
		gotPtr, gotCol, gotVal := got.Entries()
		if !slices.Equal(gotPtr, rowPtr) || !slices.Equal(gotCol, col) || !slices.Equal(gotVal, val) {
			t.Errorf("%v %v %v became %v %v %v", rowPtr, col, val, gotPtr, gotCol, gotVal)
		}
	})
}

// TestConvolutionRows: a filter of 5×5 at 24×24 places is printed once.
func TestConvolutionRows(t *testing.T) {
	rowPtr, col, val := []int{0}, []int{}, []float64{}
	for place := range 24 * 24 {
		for tap := range 25 {
			col, val = append(col, place/24*28+place%24+tap/5*28+tap%5), append(val, float64(tap))
		}
		rowPtr = append(rowPtr, len(col))
	}
	if r := RowsOf(rowPtr, col, val); len(r.Val) != 25 || len(r.Kind) != 24*24 {
		t.Errorf("%d weights in %d rows", len(r.Val), len(r.Kind))
	}
}

// TestHostileRows: rows that do not fit together, or stand for more than there is room for, are refused before anything is
// written out.
func TestHostileRows(t *testing.T) {
	big := slices.Repeat([]float64{0}, 1<<14)
	for name, attrs := range map[string][]Attr{
		"a kind that is not there": shared([]float64{1}, []float64{0}, []float64{0, 1}, []float64{0}),
		"pointers that descend":    shared([]float64{0}, []float64{0}, []float64{0, 2, 1}, []float64{0}),
		"pointers past the end":    shared([]float64{0}, []float64{0}, []float64{0, 2}, []float64{0}),
		"no pointers":              shared([]float64{0}, []float64{0}, nil, nil),
		"a row without a place":    shared([]float64{0, 0}, []float64{0}, []float64{0, 1}, []float64{0}),
		"no whole number":          shared([]float64{0.5}, []float64{0}, []float64{0, 1}, []float64{0}),
		"too large":                shared(big, big, []float64{0, 1 << 14}, big),
	} {
		line := Line{Attrs: attrs}
		if r, err := line.Read().Within(NewRoom()).Rows(); err == nil {
			t.Errorf("%s: %d entries", name, len(r.Val))
		}
	}
	line := Line{Attrs: shared([]float64{0}, []float64{0}, []float64{0, 1}, []float64{0})}
	if _, err := line.Read().Rows(); err == nil {
		t.Error("entries without room for them")
	}
}

func shared(kind, first, rowPtr, col []float64) []Attr {
	return []Attr{{Key: "kind", Value: Blob(kind)}, {Key: "first", Value: Blob(first)}, {Key: "rowptr", Value: Blob(rowPtr)},
		{Key: "col", Value: Blob(col)}, {Key: "val", Value: Blob(slices.Clone(col))}}
}
