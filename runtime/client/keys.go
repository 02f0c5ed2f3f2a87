package client

import (
	"errors"
	"fmt"
	"io"

	"hecc/backend/lattigo/crypt"
	"hecc/ir/plan"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// Keys are the keys of one client for one plan. Safe for concurrent use.
type Keys struct {
	plan   *plan.Interface
	secret *crypt.SecretKey
}

// NewKeys draws a secret key.
func (c *Client) NewKeys() (*Keys, error) {
	secret, err := crypt.GenerateSecretKey(c.plan)
	if err != nil {
		return nil, err
	}
	return &Keys{c.plan, secret}, nil
}

// ReadKeys reads a secret key that WriteSecret has written. It reads to the end and does not close r.
func (c *Client) ReadKeys(r io.Reader) (*Keys, error) {
	file, err := readAll(r)
	if err != nil {
		return nil, err
	}
	k, err := wire.DecodeSecretKey(file, c.plan)
	if err != nil {
		return nil, err
	}
	secret, err := crypt.NewSecretKey(c.plan, k)
	if err != nil {
		return nil, err
	}
	return &Keys{c.plan, secret}, nil
}

// WriteSecret writes the secret key. Whoever reads it can decrypt.
func (k *Keys) WriteSecret(w io.Writer) error {
	_, err := w.Write(k.secret.Wire().Encode())
	return err
}

// WriteEvaluation makes the keys that the server computes with, and writes them as it goes. Each call makes
// new ones; all of them serve.
func (k *Keys) WriteEvaluation(w io.Writer) error { return k.secret.WriteEvaluationKeys(w) }

// WritePublic makes a key with which others can encrypt samples for this key set, and none decrypt.
func (k *Keys) WritePublic(w io.Writer) error {
	public, err := k.secret.PublicKey()
	if err != nil {
		return err
	}
	_, err = w.Write(public.Encode(k.plan))
	return err
}

// Encrypt encrypts samples, each with its numbers in the order of the model's input. The error is a
// *SampleError for a sample that cannot be, or that lies outside the plan's range: nothing is promised for
// the answer to such a one.
func (k *Keys) Encrypt(samples [][]float64) (*Request, error) {
	return encrypt(k.plan, k.secret.Encryptor(), samples, false)
}

// EncryptAny is Encrypt for samples outside the plan's range too. Their answers are not promised, and may be
// wrong without any other sign.
func (k *Keys) EncryptAny(samples [][]float64) (*Request, error) {
	return encrypt(k.plan, k.secret.Encryptor(), samples, true)
}

// Decrypt gives the model's outputs for each sample of the request that was answered, in its order. They are
// rounded to the plan's precision, since digits beyond it tell of the secret key; SECURITY.md says with whom
// they may be shared.
func (k *Keys) Decrypt(r *Response) ([]*Result, error) {
	runs, err := k.secret.Decryptor().Decrypt(r.wire)
	if err != nil {
		return nil, err
	}
	c, err := codec.NewCodec(k.plan)
	if err != nil {
		return nil, err
	}
	return c.Results(runs)
}

// PublicKey encrypts for the holder of the secret key. Safe for concurrent use.
type PublicKey struct {
	plan   *plan.Interface
	public *wire.PublicKey
}

// ReadPublicKey reads a key that WritePublic has written. It reads to the end and does not close r.
func (c *Client) ReadPublicKey(r io.Reader) (*PublicKey, error) {
	file, err := readAll(r)
	if err != nil {
		return nil, err
	}
	k, err := wire.DecodePublicKey(file, c.plan)
	if err != nil {
		return nil, err
	}
	return &PublicKey{c.plan, k}, nil
}

// Encrypt is that of Keys, with ciphertexts twice as large and a little more noise.
func (k *PublicKey) Encrypt(samples [][]float64) (*Request, error) {
	e, err := crypt.NewPublicEncryptor(k.plan, k.public)
	if err != nil {
		return nil, err
	}
	return encrypt(k.plan, e, samples, false)
}

// SampleError says which sample cannot be encrypted, and why.
type SampleError struct {
	Sample int // by its place in the list
	Err    error
}

func (e *SampleError) Error() string { return fmt.Sprintf("sample %d: %v", e.Sample, e.Err) }

// Unwrap gives the reason.
func (e *SampleError) Unwrap() error { return e.Err }

func encrypt(i *plan.Interface, e *crypt.Encryptor, samples [][]float64, outside bool) (*Request, error) {
	c, err := codec.NewCodec(i)
	if err != nil {
		return nil, err
	}
	for s, x := range samples {
		err := c.Check(x)
		if far := (*RangeError)(nil); outside && errors.As(err, &far) {
			continue
		}
		if err != nil {
			return nil, &SampleError{s, err}
		}
	}
	runs, err := c.Runs(samples)
	if err != nil {
		return nil, err
	}
	request, err := e.Encrypt(runs)
	if err != nil {
		return nil, err
	}
	return &Request{request, i}, nil
}
