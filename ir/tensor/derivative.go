package tensor

// Derivative is f'(x), exact up to rounding, by forward differentiation. At a kink it is the mean of both
// sides, and at a jump the slope beside it. It is not finite where there is no derivative: at the end of a
// root's domain, and outside.
func (f ScalarFunc) Derivative(x float64) float64 {
	var values [maxInstr + 1]dual
	values[0] = dual{x, 1}
	for k := range f.body.Code {
		values[k+1] = f.body.Code[k].dual(f.element, values[:k+1])
	}
	return values[len(f.body.Code)].slope
}

// dual is a value and its derivative (a dual number).
type dual struct{ value, slope float64 }

func (in *Instr) dual(element int, values []dual) dual {
	var x, y dual
	if len(in.Args) > 0 {
		x = values[in.Args[0]]
	}
	if len(in.Args) > 1 {
		y = values[in.Args[1]]
	}
	value := in.eval(element, x.value, y.value)
	switch in.Op {
	case "const":
		return dual{value, 0}
	case "add":
		return dual{value, x.slope + y.slope}
	case "sub":
		return dual{value, x.slope - y.slope}
	case "mul":
		return dual{value, scaled(x.slope, y.value) + scaled(y.slope, x.value)}
	case "div":
		return dual{value, scaled(x.slope-scaled(y.slope, value), 1/y.value)}
	case "min":
		return dual{value, side(x.slope, y.slope, y.value-x.value)}
	case "max":
		return dual{value, side(x.slope, y.slope, x.value-y.value)}
	case "pow":
		return dual{value, scaled(x.slope, powerSlope(x.value, y.value))}
	}
	p := primitives[in.Op]
	return dual{value, scaled(x.slope, p.derivative(x.value))}
}

// scaled is slope·by, and 0 if the slope is 0, even if by is infinite: a constant's derivative stays 0.
func scaled(slope, by float64) float64 {
	if slope == 0 {
		return 0
	}
	return slope * by
}

// side is a if ahead is positive, b if it is negative, and their mean at 0.
func side(a, b, ahead float64) float64 {
	switch {
	case ahead > 0:
		return a
	case ahead < 0:
		return b
	}
	return a/2 + b/2
}

// derivative is the slope at x, the mean of both sides at a kink.
func (p *primitive) derivative(x float64) float64 {
	for _, k := range p.kinks {
		if x == k.x && !k.jump() {
			return k.left/2 + k.right/2
		}
	}
	return p.slope(x)
}
