package he

import "slices"

// Keys are the evaluation keys that a circuit needs, each at the highest level it is used at.
type Keys struct {
	Relin     int           `json:"relin"` // level of the relinearisation key, or NoKey
	Rotations []RotationKey `json:"rotations"`
}

// RotationKey asks for the Galois key of one rotation.
type RotationKey struct {
	By    int `json:"by"` // slot t+By of the ciphertext moves to slot t
	Level int `json:"level"`
}

// NoKey is the level of a key that is not needed.
const NoKey = -1

// KeysNeeded recomputes the keys from the operations, rotations ascending.
func (c *Circuit) KeysNeeded() Keys {
	k := Keys{Relin: NoKey}
	level := map[int]int{}
	for _, v := range c.Values {
		switches := v.Op.KeySwitches()
		if switches.Relins > 0 {
			k.Relin = max(k.Relin, v.Level)
		}
		for _, by := range switches.Rotations {
			level[by*c.Lanes] = max(level[by*c.Lanes], v.Level)
		}
	}
	for by, l := range level {
		k.Rotations = append(k.Rotations, RotationKey{by, l})
	}
	slices.SortFunc(k.Rotations, func(a, b RotationKey) int { return a.By - b.By })
	return k
}

// Counts are the operations of a circuit: equal on every machine.
type Counts struct {
	Rotations   int `json:"rotations"`    // rotations of a ciphertext
	KeySwitches int `json:"key_switches"` // rotations and relinearisations
	PlainMults  int `json:"plain_mults"`  // products of a ciphertext and a plaintext
	CtMults     int `json:"ct_mults"`     // products of two ciphertexts
	Rescales    int `json:"rescales"`     // divisions of a ciphertext by a modulus
}

// Count counts.
func (c *Circuit) Count() Counts {
	var n Counts
	for _, v := range c.Values {
		switches := v.Op.KeySwitches()
		n.Rotations += len(switches.Rotations)
		n.KeySwitches += len(switches.Rotations) + switches.Relins
		switch v.Op.Rule().Scale {
		case ScaleByPlain:
			n.PlainMults += len(v.Op.Meaning().Terms)
		case ScaleMultiplied:
			n.CtMults++
		case ScaleDivided:
			n.Rescales++
		case ScaleFree, ScaleKept:
		}
	}
	return n
}
