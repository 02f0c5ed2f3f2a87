package he

import (
	"fmt"
	"strconv"
	"strings"
)

// axisNames are the names of the axes in text, in order.
const axisNames = "ijklmnop"

// String is the layout as inspect and circuits write it: the number of elements, the axes with their extents
// and wraps, and after a colon the dimensions, outermost first. A bar separates those of ciphertexts from
// those of slots.
//
//	2000, i<4, j<512: [4:i] | [2:rep] [512:j]
func (l Layout) String() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(l.Size))
	for a, x := range l.Axes {
		fmt.Fprintf(&b, ", %s<%d", axisName(a), x.Extent)
		if x.Wrap > 0 {
			fmt.Fprintf(&b, " mod %d", x.Wrap)
		}
	}
	b.WriteByte(':')
	split := l.ciphertextDims()
	for k, d := range l.Dims {
		if k == split && k > 0 {
			b.WriteString(" |")
		}
		b.WriteString(" " + d.String())
	}
	if split > 0 && split == len(l.Dims) {
		b.WriteString(" |")
	}
	if l.Dirty {
		b.WriteString(" dirty")
	}
	return b.String()
}

func axisName(a int) string {
	if a >= len(axisNames) {
		return "?" // Check rejects it
	}
	return axisNames[a : a+1]
}

// String is [size:steps].
func (d Dim) String() string {
	var steps []string
	for a, s := range d.Steps {
		switch {
		case s == 1:
			steps = append(steps, axisName(a))
		case s != 0:
			steps = append(steps, strconv.Itoa(s)+axisName(a))
		}
	}
	switch {
	case d.Gap:
		steps = []string{"gap"}
	case len(steps) == 0:
		steps = []string{"rep"}
	}
	return fmt.Sprintf("[%d:%s]", d.Size, strings.Join(steps, "+"))
}

// ParseLayout reads what String wrote. The layout it returns has not passed Check.
func ParseLayout(s string) (Layout, error) {
	l, err := parseLayout(s)
	if err == nil {
		if err = l.checkNumbers(); err == nil && l.String() != s {
			err = fmt.Errorf("not in its printed form, %s", l)
		}
	}
	if err != nil {
		return Layout{}, fmt.Errorf("layout %q: %w", s, err)
	}
	return l, nil
}

func parseLayout(s string) (Layout, error) {
	l := Layout{Slots: 1, Axes: []Axis{}, Dims: []Dim{}}
	s, l.Dirty = strings.CutSuffix(s, " dirty")
	head, dims, ok := strings.Cut(s, ":")
	if !ok {
		return l, fmt.Errorf("no colon")
	}
	for k, part := range strings.Split(head, ", ") {
		var err error
		if k == 0 {
			l.Size, err = strconv.Atoi(part)
		} else {
			err = l.parseAxis(part)
		}
		if err != nil {
			return l, err
		}
	}
	ciphertexts, slots, several := strings.Cut(dims, " |")
	if !several {
		ciphertexts, slots = "", dims
	}
	for _, word := range strings.Fields(ciphertexts) {
		if err := l.parseDim(word); err != nil {
			return l, err
		}
	}
	for _, word := range strings.Fields(slots) {
		if err := l.parseDim(word); err != nil {
			return l, err
		}
		if l.Slots *= l.Dims[len(l.Dims)-1].Size; l.Slots > maxSlots || l.Slots < 1 {
			return l, fmt.Errorf("more than %d slots", maxSlots)
		}
	}
	return l, nil
}

// parseAxis reads i<784 mod 832.
func (l *Layout) parseAxis(s string) (err error) {
	var x Axis
	name, extent, _ := strings.Cut(s, "<")
	extent, wrap, wraps := strings.Cut(extent, " mod ")
	if len(l.Axes) == maxAxes || name != axisName(len(l.Axes)) {
		return fmt.Errorf("axis %q out of order", s)
	}
	if x.Extent, err = strconv.Atoi(extent); err == nil && wraps {
		x.Wrap, err = strconv.Atoi(wrap)
	}
	l.Axes = append(l.Axes, x)
	return err
}

// parseDim reads [64:13i+j].
func (l *Layout) parseDim(s string) (err error) {
	d := Dim{Steps: make([]int, len(l.Axes))}
	size, steps, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), ":")
	if !ok || len(l.Dims) == maxDims {
		return fmt.Errorf("no dimension %q", s)
	}
	if d.Size, err = strconv.Atoi(size); err != nil {
		return err
	}
	switch steps {
	case "gap":
		d.Gap = true
	case "rep":
	default:
		for _, term := range strings.Split(steps, "+") {
			if err := l.parseStep(&d, term); err != nil {
				return err
			}
		}
	}
	l.Dims = append(l.Dims, d)
	return nil
}

// parseStep reads 13i.
func (l *Layout) parseStep(d *Dim, s string) (err error) {
	if s == "" {
		return fmt.Errorf("a step is missing")
	}
	number, name := s[:len(s)-1], s[len(s)-1:]
	axis := strings.Index(axisNames, name)
	if axis < 0 || axis >= len(l.Axes) {
		return fmt.Errorf("step %q on no axis", s)
	}
	d.Steps[axis] = 1
	if number != "" {
		d.Steps[axis], err = strconv.Atoi(number)
	}
	return err
}
