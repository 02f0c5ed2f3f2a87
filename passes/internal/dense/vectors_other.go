//go:build !amd64

package dense

func tile(c []float64, stride int, a, b []float64, depth int) { tileGo(c, stride, a, b, depth) }
