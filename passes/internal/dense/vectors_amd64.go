package dense

import "golang.org/x/sys/cpu"

var hasVectors = cpu.X86.HasAVX2 && cpu.X86.HasFMA

func tile(c []float64, stride int, a, b []float64, depth int) {
	if hasVectors {
		tileVector(&c[0], stride, &a[0], &b[0], depth)
	} else {
		tileGo(c, stride, a, b, depth)
	}
}
