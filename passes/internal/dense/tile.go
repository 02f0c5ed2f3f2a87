package dense

import "math"

// A tile of the result has 4 rows of 12, as many as fit into the 16 registers of AVX2: Low, Igual, Smith and
// Quintana-Ortí, "Analytical modeling is enough for high-performance BLIS", 2016.
const (
	tileRows = 4
	tileCols = 12
)

// tileGo adds to a tile of c, whose rows are stride numbers apart, the product of a panel of depth columns of a and one
// of as many rows of b, at least one.
func tileGo(c []float64, stride int, a, b []float64, depth int) {
	for i := range tileRows {
		for j := 0; j < tileCols; j += 4 {
			sums := c[i*stride+j:][:4]
			s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
			for k := range depth {
				x, y := a[k*tileRows+i], b[k*tileCols+j:][:4]
				s0, s1 = math.FMA(x, y[0], s0), math.FMA(x, y[1], s1)
				s2, s3 = math.FMA(x, y[2], s2), math.FMA(x, y[3], s3)
			}
			sums[0], sums[1], sums[2], sums[3] = s0, s1, s2, s3
		}
	}
}

// edge adds to a tile that is cut off after so many rows and columns.
func edge(c []float64, stride, rows, cols int, a, b []float64, depth int) {
	var whole [tileRows * tileCols]float64
	for i := range rows {
		copy(whole[i*tileCols:], c[i*stride:][:cols])
	}
	tile(whole[:], tileCols, a, b, depth)
	for i := range rows {
		copy(c[i*stride:][:cols], whole[i*tileCols:])
	}
}
