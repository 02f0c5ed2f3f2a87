package he

import (
	"fmt"
	"sync"
)

// Matrix is a linear map from values to some rows of a result, for one ciphertext of it: Σ_k Part_k · x_k. It
// holds each weight once. Taken apart into generalised diagonals,
//
//	Σ_d D_d · rot(x_d, r_d),
//
// each weight goes to one slot of one of them, by this rule:
//
//	Diagonals are filled in their order, each from slot 0 upwards. Slot t collects for row i if Collect has
//	i there, and reads column j if the operand's layout has j in slot t+r. If the map has a weight for
//	(i, j) that has no place yet, its place is this slot.
//
// Only the slots of the first Period are filled in this way. Diagonals repeat with that period, in every slot
// whose operand holds the weight's column there, too. Where several slots of a period collect for one row, each
// gets a part of the sum, and folds add these up.
type Matrix struct {
	Parts     []Part
	Collect   Layout // of the operands' slots, or of Period slots
	Period    int    // any number of slots up to those of Collect
	Ct        int    // which ciphertext of Collect
	First     int    // the row of Collect that is row 0 of the parts
	Diagonals []RotatedOperand

	once     sync.Once
	runs     []run            // of slots with one weight, by diagonals: kept once they are found
	ends     []int            // where in runs each diagonal ends
	unplaced int              // weights without a place
	columns  map[[2]int][]int // by part and ciphertext, if some operand does not repeat with Period
}

// Part is what the map does to one operand.
type Part struct {
	Weights Sparse
	In      Layout
}

// RotatedOperand says what a diagonal is multiplied by: ciphertext Ct of an operand, rotated.
type RotatedOperand struct {
	Part, Ct int
	Rotation int // slot t reads slot t+Rotation
}

// check rejects parts, layouts and diagonals that do not fit together. Only complete checks that every weight
// has a place, since that takes as long as to evaluate the diagonals.
func (m *Matrix) check(slots int) error {
	if err := m.Collect.checkForm(); err != nil {
		return err
	}
	if m.Period < 1 || m.Period > m.Collect.Slots || m.Period < m.Collect.Slots && m.Collect.Slots < slots {
		return fmt.Errorf("repeats after %d slots, collects in %d of %d", m.Period, m.Collect.Slots, slots)
	}
	if slots%m.Collect.Slots != 0 || m.Ct < 0 || m.Ct >= m.Collect.Cts() || m.First < 0 || len(m.Parts) == 0 {
		return fmt.Errorf("collects ciphertext %d of %v from row %d on, on %d slots", m.Ct, m.Collect, m.First, slots)
	}
	for k := range m.Parts {
		p := &m.Parts[k]
		if err := p.Weights.check(); err != nil {
			return err
		}
		if err := p.In.checkForm(); err != nil {
			return err
		}
		if p.In.Slots != slots || p.In.Size != p.Weights.Cols || p.Weights.Rows != m.Parts[0].Weights.Rows || m.First+p.Weights.Rows > m.Collect.Size {
			return fmt.Errorf("operand in %v for a matrix of %d×%d whose result is in %v", p.In, p.Weights.Rows, p.Weights.Cols, m.Collect)
		}
	}
	for _, d := range m.Diagonals {
		if d.Part < 0 || d.Part >= len(m.Parts) || d.Ct < 0 || d.Ct >= m.Parts[d.Part].In.Cts() || !inRange(d.Rotation, slots) {
			return fmt.Errorf("diagonal %+v out of range", d)
		}
	}
	return nil
}
