package wire

import (
	"errors"
	"fmt"

	"hecc/ir/plan"
)

// SecretKey is a ternary polynomial.
type SecretKey struct {
	Binding
	Coeffs []int8 // N numbers of -1, 0, 1
}

// Check says whether the key has the shape that the plan asks for.
func (k *SecretKey) Check(i *plan.Interface) error {
	if k == nil || i == nil {
		return errors.New("no key or no plan")
	}
	if len(k.Coeffs) != i.Params.N() {
		return fmt.Errorf("%d coefficients, the plan asks for %d", len(k.Coeffs), i.Params.N())
	}
	for j, c := range k.Coeffs {
		if c < -1 || c > 1 {
			return fmt.Errorf("coefficient %d is %d, must be -1, 0 or 1", j, c)
		}
	}
	return nil
}

// ternary decodes two bits; 3 is no coefficient.
var ternary = [...]int8{0, 1, -1}

// Encode writes the file. Whoever reads it can decrypt: give it mode 0600.
func (k *SecretKey) Encode() []byte {
	b := header{kind: secretKey, bind: k.Binding}.start(len(k.Coeffs) / 4)
	for i := 0; i < len(k.Coeffs); i += 4 {
		var packed byte
		for j, c := range k.Coeffs[i : i+4] {
			packed |= byte((c+3)%3) << (2 * j) // 0, 1, and 2 for -1
		}
		b = append(b, packed)
	}
	return seal(b)
}

// DecodeSecretKey reads the file.
func DecodeSecretKey(file []byte, i *plan.Interface) (*SecretKey, error) {
	k, err := decodeSecretKey(file, i)
	if err != nil {
		return nil, refused("secret key: the file %w", err)
	}
	return k, nil
}

func decodeSecretKey(file []byte, i *plan.Interface) (*SecretKey, error) {
	h, body, err := open(file, secretKey, i)
	if err != nil {
		return nil, err
	}
	if err := checkLength(body, i.Params.N()/4); err != nil {
		return nil, err
	}
	k := &SecretKey{Binding: h.bind, Coeffs: make([]int8, 0, i.Params.N())}
	for _, packed := range body {
		for range 4 {
			c := packed & 3
			if int(c) >= len(ternary) {
				return nil, fmt.Errorf("has a coefficient that is not ternary")
			}
			k.Coeffs = append(k.Coeffs, ternary[c])
			packed >>= 2
		}
	}
	return k, nil
}
