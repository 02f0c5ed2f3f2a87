package server

import (
	"io"

	"hecc/runtime/wire"
)

// CheckKeys says whether a file is evaluation keys that Open takes, with the memory of a few polynomials. It
// reads to the end, or to the first fault, and does not close r. Errors are those of Open.
func (m *Model) CheckKeys(r io.Reader) error {
	keys, err := wire.NewKeyReader(r, m.plan)
	if err != nil {
		return err
	}
	var room wire.Limbs // for the longest digit so far
	for _, level := range wire.KeyLevels(m.plan) {
		limbs := len(wire.SwitchModuli(&m.plan.Params, level))
		for len(room) < limbs {
			room = append(room, make([]uint64, m.plan.Params.N()))
		}
		for range m.plan.Params.Digits(level) {
			if err := keys.Next(room[:limbs]); err != nil {
				return err
			}
		}
	}
	return keys.Close()
}
