package crypt

import (
	"crypto/rand"
	"math"
	"reflect"
	"strings"
	"testing"

	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// TestTernary checks that single coefficients and pairs of neighbours are uniform. Lattigo's own sampler
// fails the second.
func TestTernary(t *testing.T) {
	const n = 300_000
	c, err := sampleTernary(rand.Reader, n)
	if err != nil {
		t.Fatal(err)
	}
	var pairs [9]float64
	for i := 0; i+1 < n; i++ {
		pairs[3*(c[i]+1)+c[i+1]+1]++
	}
	for k, count := range pairs {
		want := float64(n-1) / 9
		if math.Abs(count-want) > 6*math.Sqrt(want) {
			t.Errorf("pair (%d, %d) occurs %v times, expected about %v", k/3-1, k%3-1, count, want)
		}
	}
}

// echo is a plan that returns its input.
func echo(r params.Ring) *plan.Plan {
	b := plantest.New(plantest.Params(r, 12, []float64{37, 28}, []float64{40}), 2)
	x, y := b.Input(0, 1, 1<<28), b.Input(1, 1, 1<<28)
	return b.Plan(x, y)
}

func newKey(t *testing.T, i *plan.Interface) *SecretKey {
	t.Helper()
	key, err := GenerateSecretKey(i)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestFresh makes sure that no seed and no ciphertext half is used twice.
func TestFresh(t *testing.T) {
	i := &echo(params.Standard).Interface
	key := newKey(t, i)
	slots := [][]float64{make([]float64, i.Params.Slots()), make([]float64, i.Params.Slots())}
	seen := map[wire.Seed]bool{}
	halves := map[[4]uint64]bool{}
	for range 3 {
		request, err := key.Encryptor().Encrypt(plantest.Runs(slots, slots))
		if err != nil {
			t.Fatal(err)
		}
		if seen[request.Seed] {
			t.Error("a seed occurs twice")
		}
		seen[request.Seed] = true
		for _, run := range request.Runs {
			for _, ct := range run.Cts {
				if h := [4]uint64(ct.C0[0]); halves[h] {
					t.Error("a ciphertext occurs twice")
				} else {
					halves[h] = true
				}
			}
		}
	}
	a, _ := key.EvaluationKeys()
	b, _ := key.PublicKey()
	if seen[a.Seed] || seen[b.Seed] || a.Seed == b.Seed {
		t.Error("files share a seed")
	}
	if other := newKey(t, i); other.Wire().Key == key.Wire().Key || reflect.DeepEqual(other.Wire().Coeffs, key.Wire().Coeffs) {
		t.Error("two keys are equal")
	}
}

func TestWrongShapes(t *testing.T) {
	i := &echo(params.Standard).Interface
	key := newKey(t, i)
	_, err := key.Encryptor().Encrypt(plantest.Runs([][]float64{make([]float64, i.Params.Slots())}))
	if err == nil || !strings.Contains(err.Error(), "slots of 1 ciphertexts, the plan takes 2") {
		t.Errorf("error %v", err)
	}
	_, err = key.Decryptor().Decrypt(&wire.Response{Binding: key.Wire().Binding, Runs: []wire.Run{{Samples: []int{0}}}})
	if err == nil || !strings.Contains(err.Error(), "has 0 ciphertexts, the plan has 2") {
		t.Errorf("error %v", err)
	}
}

// TestMisuse gives the client what no decoder lets through: each is an error, none a panic.
func TestMisuse(t *testing.T) {
	i := &echo(params.Standard).Interface
	key := newKey(t, i)
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, misuse := range map[string]func() error{
		"generate without a plan": func() error { _, err := GenerateSecretKey(nil); return err },
		"generate for an empty plan": func() error {
			_, err := GenerateSecretKey(&plan.Interface{})
			return err
		},
		"no secret":          func() error { _, err := NewSecretKey(i, nil); return err },
		"a short secret":     func() error { _, err := NewSecretKey(i, &wire.SecretKey{Coeffs: []int8{1}}); return err },
		"no public key":      func() error { _, err := NewPublicEncryptor(i, nil); return err },
		"no plan":            func() error { _, err := NewPublicEncryptor(nil, public); return err },
		"a short public key": func() error { _, err := NewPublicEncryptor(i, &wire.PublicKey{}); return err },
		"encrypt nothing":    func() error { _, err := key.Encryptor().Encrypt(nil); return err },
		"encrypt too few slots": func() error {
			_, err := key.Encryptor().Encrypt(plantest.Runs([][]float64{{1}, {2}}))
			return err
		},
		"decrypt nothing": func() error { _, err := key.Decryptor().Decrypt(nil); return err },
		"decrypt no runs": func() error {
			_, err := key.Decryptor().Decrypt(&wire.Response{Binding: key.Wire().Binding})
			return err
		},
		"decrypt empty ciphertexts": func() error {
			_, err := key.Decryptor().Decrypt(&wire.Response{Binding: key.Wire().Binding, Runs: []wire.Run{{Samples: []int{0}, Cts: make([]wire.Ciphertext, 2)}}})
			return err
		},
	} {
		if misuse() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
