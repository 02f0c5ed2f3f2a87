package detail

import (
	"math"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/passes/packing"
)

// Operation is an operation of the planned circuit, and the noise of what it makes.
type Operation struct {
	ID        int     `json:"id"`           // in inspect --stage planned
	Op        string  `json:"op"`           // operation on ciphertexts
	Node      int     `json:"node"`         // the number of the model's node; 0: an input
	Level     int     `json:"level"`        // of its result
	ScaleBits float64 `json:"scale_bits"`   // log2 of the scale
	Degree    int     `json:"degree"`       // 1, or 2 for a product that is not yet relinearised
	Reads     []int   `json:"reads"`        // the operations before it
	Diagonals int     `json:"diagonals"`    // products with plaintexts
	Rotations int     `json:"rotations"`    // key switches of rotations
	CtMults   int     `json:"ct_mults"`     // products of two ciphertexts
	Ms        float64 `json:"predicted_ms"` // on one core
	Noise     *Noise  `json:"noise"`        // null: it was not predicted
}

func (d *Detail) addOperations(p *plan.Plan) {
	ring, number := packing.NewRing(&p.Interface.Params, p.Costs), make([]int, len(p.Circuit.Values))
	for _, n := range d.Nodes {
		for _, id := range n.Planned {
			number[id] = n.Number
		}
	}
	for _, v := range p.Circuit.Values {
		one := he.Circuit{Values: []*he.Value{v}}
		c := one.Count()
		d.Operations = append(d.Operations, Operation{ID: v.ID, Op: v.Op.Name(), Node: number[v.ID], Level: v.Level, ScaleBits: math.Log2(v.Scale),
			Degree: v.Degree, Reads: operands(v), Diagonals: c.PlainMults, Rotations: c.Rotations, CtMults: c.CtMults, Ms: ring.Op(v, v.Level+1) / 1e6})
	}
}
