package tensor

import "hecc/ir/span"

// jet encloses the values and the slopes of a function on an interval.
type jet struct{ value, slope span.Span }

func (a jet) add(b jet) jet { return jet{a.value.Add(b.value), a.slope.Add(b.slope)} }
func (a jet) sub(b jet) jet { return jet{a.value.Sub(b.value), a.slope.Sub(b.slope)} }

func (a jet) mul(b jet) jet {
	return jet{a.value.Mul(b.value), a.slope.Mul(b.value).Add(a.value.Mul(b.slope))}
}

func (a jet) square() jet {
	return jet{a.value.Square(), a.value.Mul(a.slope).Mul(span.Point(2))}
}

// div is a/b = a·(1/b), whose slope is (a' - (a/b)·b')/b.
func (a jet) div(b jet) jet {
	inverse := b.value.Inverse()
	value := a.value.Mul(inverse)
	return jet{value, a.slope.Sub(value.Mul(b.slope)).Mul(inverse)}
}

func (a jet) min(b jet) jet {
	value := span.Span{Lo: min(a.value.Lo, b.value.Lo), Hi: min(a.value.Hi, b.value.Hi)}
	switch {
	case a.value.Hi < b.value.Lo:
		return jet{value, a.slope}
	case b.value.Hi < a.value.Lo:
		return jet{value, b.slope}
	}
	return jet{value, a.slope.Join(b.slope)}
}

func (a jet) max(b jet) jet {
	value := span.Span{Lo: max(a.value.Lo, b.value.Lo), Hi: max(a.value.Hi, b.value.Hi)}
	switch {
	case a.value.Lo > b.value.Hi:
		return jet{value, a.slope}
	case b.value.Lo > a.value.Hi:
		return jet{value, b.slope}
	}
	return jet{value, a.slope.Join(b.slope)}
}
