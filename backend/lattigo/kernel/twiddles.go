package kernel

// lanes is the number of coefficients in a vector, block that of the last pass of a transform.
const (
	lanes = 8
	block = lanes * lanes
)

// twiddles are the constants of one direction of a transform, in the order in which the passes read them.
type twiddles struct {
	radices []int      // of the passes before the last, largest strides first
	passes  [][]uint64 // constants of these
	last    []uint64
}

// newTwiddles takes root(k), the constant of group g in the level of h groups for k = h + g.
func newTwiddles(n int, c *code, root func(k int) shoup) *twiddles {
	t := &twiddles{radices: radices(n / block)}
	groups := 1
	for _, radix := range t.radices {
		t.passes = append(t.passes, passTwiddles(groups, radix, c, root))
		groups *= radix
	}
	for b := range groups {
		t.last = appendShared(t.last, b, groups, lanes, c, root)
		for len(t.last)%lanes != 0 {
			t.last = append(t.last, 0)
		}
		t.last = appendEach(t.last, b, n/lanes, root)
	}
	return t
}

// radices splits the levels that a number of groups takes into passes of three and of two.
func radices(groups int) (list []int) {
	for ; groups > 1 && groups != 4 && groups != 16; groups /= 8 {
		list = append(list, 8)
	}
	for ; groups > 1; groups /= 4 {
		list = append(list, 4)
	}
	return list
}

func passTwiddles(groups, radix int, c *code, root func(k int) shoup) (out []uint64) {
	for g := range groups {
		out = appendShared(out, g, groups, radix, c, root)
	}
	return out
}

// appendShared appends the constants of group g, one of groups, for the levels of one pass.
func appendShared(out []uint64, g, groups, radix int, c *code, root func(k int) shoup) []uint64 {
	for parts := 1; parts < radix; parts *= 2 {
		for part := range parts {
			s := root((groups+g)*parts + part)
			out = append(out, s.spread[:c.spread]...)
		}
	}
	return out
}

// appendEach appends the constants of the last three levels: lane r of block b has group b·lanes + r, one of
// groups.
func appendEach(out []uint64, b, groups int, root func(k int) shoup) []uint64 {
	for parts := 1; parts < lanes; parts *= 2 {
		for part := range parts {
			for word := range 2 {
				for r := range lanes {
					out = append(out, root((groups+b*lanes+r)*parts + part).each[word])
				}
			}
		}
	}
	return out
}
