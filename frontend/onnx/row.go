package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hecc/frontend/onnx/onnxpb"
)

// row says how one operator is lowered, in a range of versions of its domain.
type row struct {
	domain, op           string
	since, until         int // operator sets in which the row holds
	minInputs, maxInputs int
	outputs              int // that a node may name; all but the first must not be read
	attrs                attrKinds
	anyType              bool   // the handler checks the operands' types; else all must be floating-point
	ints                 bool   // integers are floating-point numbers to it
	clientOnly           bool   // only the client computes it, so it must not lie between weights
	limits               string // parts of the operator that are not supported, for the documentation
	lower                func(*call) (*value, error)
}

// clientLimits is said of operators that the server cannot compute.
const clientLimits = "only before the first weights or after the last, by the client"

type attrKinds map[string]onnxpb.AttributeProto_AttributeType

// and joins two sets of attributes.
func (a attrKinds) and(b attrKinds) attrKinds {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// newest is the last operator set of ai.onnx whose definitions are known. Since 21 they have
// changed, of the operators below, in the element types alone, none of which hecc reads, and Cast
// got an attribute for one of those.
const newest = 26

// newestML is that of ai.onnx.ml.
const newestML = 5

// variadic is the maxInputs of operators that take any number.
const variadic = -1

// axisAttr is the attribute that most operators along an axis have.
var axisAttr = attrKinds{"axis": kindInt}

// findRow gives the row for an operator, or nil.
func findRow(domain, op string, version int) *row {
	for i := range table {
		r := &table[i]
		if r.domain == domain && r.op == op && r.since <= version && version <= r.until {
			return r
		}
	}
	return nil
}

func (r *row) arity() string {
	switch {
	case r.maxInputs == variadic:
		return fmt.Sprintf("%d or more", r.minInputs)
	case r.minInputs == r.maxInputs:
		return fmt.Sprint(r.minInputs)
	}
	return fmt.Sprintf("%d to %d", r.minInputs, r.maxInputs)
}

func (r *row) attrNames() string {
	if len(r.attrs) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(r.attrs)), ", ")
}
