package crypt

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/tuneinsight/lattigo/v5/core/rlwe"
	"github.com/tuneinsight/lattigo/v5/ring"

	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// SecretKey is a secret key of a plan, ready to make other keys and to decrypt.
// Its methods are safe for concurrent use.
type SecretKey struct {
	plan  *plan.Interface
	rings *lattigo.Rings
	wire  *wire.SecretKey
	rlwe  rlwe.Parameters
	key   *rlwe.SecretKey
}

// errorBound truncates the error distribution at six standard deviations.
const errorBound = 6 * params.Sigma

// errorDistribution is the error distribution.
var errorDistribution = ring.DiscreteGaussian{Sigma: params.Sigma, Bound: errorBound}

// GenerateSecretKey draws a uniform ternary secret and a new key ID.
func GenerateSecretKey(i *plan.Interface) (*SecretKey, error) {
	if i == nil {
		return nil, errors.New("no plan")
	}
	coeffs, err := sampleTernary(rand.Reader, i.Params.N())
	if err != nil {
		return nil, err
	}
	k := &wire.SecretKey{Binding: wire.Binding{Plan: i.ID()}, Coeffs: coeffs}
	if _, err := rand.Read(k.Key[:]); err != nil {
		return nil, err
	}
	return NewSecretKey(i, k)
}

// NewSecretKey prepares a key that was read from a file.
func NewSecretKey(i *plan.Interface, k *wire.SecretKey) (*SecretKey, error) {
	if err := k.Check(i); err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	if err := i.Check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	rings, err := lattigo.New(&i.Params)
	if err != nil {
		return nil, err
	}
	p, err := rlwe.NewParameters(i.Params.LogN, i.Params.Q, i.Params.P, rlwe.DefaultXs, errorDistribution,
		lattigo.RingType(i.Params.Ring), rlwe.NewScale(1), true)
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	key := rlwe.NewSecretKey(p)
	setSigned(k.Coeffs, rings.RingQ.SubRings, key.Value.Q.Coeffs)
	setSigned(k.Coeffs, rings.Special(), key.Value.P.Coeffs)
	rings.NTT(key.Value, key.Value)
	rings.MForm(key.Value, key.Value)
	return &SecretKey{i, rings, k, p, key}, nil
}

// Wire is the key as a file holds it.
func (k *SecretKey) Wire() *wire.SecretKey { return k.wire }

// freshSeed draws the seed of a new file.
func freshSeed() (seed wire.Seed, err error) {
	_, err = rand.Read(seed[:])
	return seed, err
}
