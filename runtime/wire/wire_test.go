package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"hecc/internal/fuzzedit"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/params"
	"hecc/ir/plan"
)

// small is an interface of a toy ring: the formats depend on nothing but these numbers.
func small() *plan.Interface {
	l := he.Periodic(12, 8) // two ciphertexts
	return &plan.Interface{
		Lanes:  2,
		Model:  "m.onnx",
		Params: params.Params{LogN: 4, Ring: params.Standard, Q: []uint64{97, 193, 257}, P: []uint64{353, 449}},
		Input:  plan.Port{Layout: l, Level: 2, Scale: 1},
		Output: plan.Port{Layout: l, Level: 0, Scale: 1},
		Keys:   he.Keys{Relin: 1, Rotations: []he.RotationKey{{By: 1, Level: 2}, {By: 5, Level: 0}}},
	}
}

func bound(i *plan.Interface) Binding {
	return Binding{Plan: i.ID(), Key: KeyID{1, 2, 3}}
}

func randomLimbs(n int, moduli []uint64) Limbs {
	out := make(Limbs, len(moduli))
	for i, q := range moduli {
		for range n {
			out[i] = append(out[i], rand.Uint64N(q))
		}
	}
	return out
}

// file is one kind of file for the tests that all kinds have to pass.
type file struct {
	name   string
	value  any
	bytes  []byte
	decode func(b []byte, i *plan.Interface) (any, error)
}

func files(i *plan.Interface) []file {
	n, bind := i.Params.N(), bound(i)
	sk := &SecretKey{Binding: bind}
	for range n {
		sk.Coeffs = append(sk.Coeffs, int8(rand.IntN(3)-1))
	}
	pk := &PublicKey{Binding: bind, Seed: Seed{7}, B: randomLimbs(n, PublicModuli(i))}
	ek := &EvaluationKeys{Binding: bind, Seed: Seed{8}}
	for _, level := range KeyLevels(i) {
		var key SwitchKey
		for range i.Params.Digits(level) {
			key = append(key, randomLimbs(n, SwitchModuli(&i.Params, level)))
		}
		ek.Keys = append(ek.Keys, key)
	}
	seeded := &Request{bind, true, Seed{9}, someRuns(n, 3, i.Params.Q, true)}
	full := &Request{bind, false, Seed{}, someRuns(n, 2, i.Params.Q, false)}
	result := &Response{bind, someRuns(n, 2, i.Params.Q[:1], false)}
	return []file{
		{"secret key", sk, sk.Encode(), func(b []byte, i *plan.Interface) (any, error) { return DecodeSecretKey(b, i) }},
		{"public key", pk, pk.Encode(i), func(b []byte, i *plan.Interface) (any, error) { return DecodePublicKey(b, i) }},
		{"evaluation keys", ek, ek.Encode(i), func(b []byte, i *plan.Interface) (any, error) { return DecodeEvaluationKeys(b, i) }},
		{"seeded request", seeded, seeded.Encode(i), decodeRequest},
		{"full request", full, full.Encode(i), decodeRequest},
		{"response", result, result.Encode(i), func(b []byte, i *plan.Interface) (any, error) { return DecodeResponse(b, i) }},
		{"evaluation keys as a stream", ek, ek.Encode(i), decodeStream},
	}
}

func decodeRequest(b []byte, i *plan.Interface) (any, error) { return DecodeRequest(b, i) }

// someRuns are runs of two lanes, the samples in an order of their own.
func someRuns(n, runs int, moduli []uint64, seeded bool) []Run {
	order := rand.Perm(2 * runs)
	out := make([]Run, runs)
	for r := range out {
		cts := make([]Ciphertext, 2)
		for k := range cts {
			cts[k].C0 = randomLimbs(n, moduli)
			if !seeded {
				cts[k].C1 = randomLimbs(n, moduli)
			}
		}
		out[r] = Run{order[2*r : 2*r+2], cts}
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	i := small()
	for _, f := range files(i) {
		got, err := f.decode(f.bytes, i)
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
		} else if !reflect.DeepEqual(got, f.value) {
			t.Errorf("%s: differs after a round trip", f.name)
		}
	}
}

func TestSizes(t *testing.T) {
	i := small()
	all := files(i)
	for k, want := range map[int]int{2: EvaluationKeysSize(i), 3: RequestSize(i, 3, true), 4: RequestSize(i, 2, false), 5: ResponseSize(i, 2)} {
		if got := len(all[k].bytes); got != want {
			t.Errorf("%s: %d bytes, announced %d", all[k].name, got, want)
		}
	}
	if got := memory.KeyFileBytes(&i.Params, KeyLevels(i)); got != int64(EvaluationKeysSize(i)) {
		t.Errorf("package memory expects %d bytes of evaluation keys, there are %d", got, EvaluationKeysSize(i))
	}
	if cap(all[2].bytes) != len(all[2].bytes) {
		t.Errorf("evaluation keys: %d bytes allocated for %d", cap(all[2].bytes), len(all[2].bytes))
	}
}

// TestTruncated cuts every file at every length, and appends bytes.
func TestTruncated(t *testing.T) {
	i := small()
	for _, f := range files(i) {
		for n := range f.bytes {
			if _, err := f.decode(f.bytes[:n], i); err == nil {
				t.Fatalf("%s: the first %d of %d bytes are taken", f.name, n, len(f.bytes))
			}
		}
		if _, err := f.decode(append(bytes.Clone(f.bytes), 0), i); err == nil {
			t.Errorf("%s: an extra byte is taken", f.name)
		}
	}
}

// TestFlipped flips one bit of every byte.
func TestFlipped(t *testing.T) {
	i := small()
	for _, f := range files(i) {
		for n := range f.bytes {
			b := bytes.Clone(f.bytes)
			b[n] ^= 1 << rand.IntN(8)
			if _, err := f.decode(b, i); err == nil {
				t.Fatalf("%s: a flipped bit in byte %d goes unnoticed", f.name, n)
			}
		}
	}
}

// reseal makes the hash right again, as an attacker would.
func reseal(b []byte) []byte {
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	copy(b[len(b)-sha256.Size:], sum[:])
	return b
}

// TestForged changes fields behind a valid hash.
func TestForged(t *testing.T) {
	i := small()
	all := files(i)
	secret, request, keys := all[0], all[3], all[2]
	for name, c := range map[string]struct {
		file file
		at   int
		to   uint32
		want string
	}{
		"magic":            {secret, 0, 0, `starts with "\x00\x00\x00\x00DATA", expected "HECCDATA"`},
		"newer version":    {secret, 8, 9, "secret key: the file has format version 9, this hecc reads 2: a newer hecc or another client wrote it; use that one, or make keys and requests again with this one"},
		"older version":    {keys, 8, 1, "evaluation keys: the file has format version 1, this hecc reads 2: an older hecc wrote it; make keys and requests again with this one"},
		"kind":             {secret, 12, 3, "holds evaluation keys, expected a secret key"},
		"unknown kind":     {keys, 12, 99, "holds unknown kind 99, expected evaluation keys"},
		"plan":             {keys, 16, 0, "was made for another plan"},
		"samples of a key": {keys, 64, 1, "names samples, a key has none"},
		"form of a key":    {keys, 72, 1, "has form 1"},
		"no runs":          {request, 64, 0, "names 0 runs"},
		"too many runs":    {request, 64, 4, "names 4 runs"},
		"huge count":       {request, 64, 1<<32 - 1, "names 4294967295 runs"},
		"no samples":       {request, 68, 0, "for 0 samples"},
		"more samples":     {request, 68, 7, "for 7 samples"},
		"empty run":        {request, headBytes + SeedBytes, 0, "2 samples are in no run"},
		"crowded run":      {request, headBytes + SeedBytes, 3, "run 2 names 2 samples, 1 are left"},
		"huge run":         {request, headBytes + SeedBytes, 1<<32 - 1, "run 0 names 4294967295 samples, 6 are left"},
		"sample beyond":    {request, headBytes + SeedBytes + 12, 6, "holds sample 6 of 6, which is out of range or there twice"},
		"sample of all":    {request, headBytes + SeedBytes + 12, 1<<32 - 1, "out of range or there twice"},
		"unknown form":     {request, 72, 2, "has form 2"},
		"wrong form":       {request, 72, 0, "runs of 256 bytes"},
		"high coefficient": {request, headBytes + SeedBytes + 36, 97, "coefficient 0 of limb 0 is 97, its modulus is 97"},
		"high key":         {keys, headBytes + SeedBytes, 0xff, "its modulus is 97"},
		"not ternary":      {secret, headBytes, 0xffffffff, "not ternary"},
	} {
		b := bytes.Clone(c.file.bytes)
		binary.LittleEndian.PutUint32(b[c.at:], c.to)
		_, err := c.file.decode(reseal(b), i)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %q, expected one with %q", name, err, c.want)
		}
	}
}

// TestCheckSamples: each sample is in one run, and no run has more than lanes.
func TestCheckSamples(t *testing.T) {
	for _, c := range []struct {
		runs [][]int
		want string
	}{
		{[][]int{{1, 0}, {2}}, ""},
		{nil, "there are no samples"},
		{[][]int{{}}, "run 0 holds 0 samples"},
		{[][]int{{0, 1, 2}}, "run 0 holds 3 samples, a run of this plan takes 1 to 2"},
		{[][]int{{0, 0}}, "run 0 holds sample 0 of 2"},
		{[][]int{{0}, {2}}, "run 1 holds sample 2 of 2"},
		{[][]int{{-1}}, "run 0 holds sample -1 of 1"},
	} {
		err := CheckSamples(c.runs, 2)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, expected %q", c.runs, err, c.want)
		}
	}
}

// TestRequestForResponse names the likeliest mistake.
func TestRequestForResponse(t *testing.T) {
	i := small()
	_, err := DecodeResponse(files(i)[3].bytes, i)
	if err == nil || !strings.Contains(err.Error(), "holds encrypted inputs, expected encrypted outputs: it is a request that the server has not yet computed") {
		t.Errorf("error %v", err)
	}
}

// TestOtherPlan reads files of one plan with another of the same sizes.
func TestOtherPlan(t *testing.T) {
	i, other := small(), small()
	other.Model = "other.onnx"
	for _, f := range files(i) {
		if _, err := f.decode(f.bytes, other); err == nil || !strings.Contains(err.Error(), "another plan") {
			t.Errorf("%s: error %q for another plan", f.name, err)
		}
	}
}

func TestMatch(t *testing.T) {
	a := bound(small())
	b, c := a, a
	b.Key[0]++
	c.Plan[0]++
	if err := a.Match("the ciphertexts", a, "the keys"); err != nil {
		t.Error(err)
	}
	for _, other := range []Binding{b, c} {
		if err := a.Match("the ciphertexts", other, "the keys"); err == nil || !strings.Contains(err.Error(), "the ciphertexts") {
			t.Errorf("error %v", err)
		}
	}
}

// fuzz feeds a reader with mutations of valid files, resealed so that they reach beyond
// the hash; what it accepts must encode to the same bytes.
func fuzz(f *testing.F, k int, encode func(v any, i *plan.Interface) []byte) {
	i := small()
	one := files(i)[k]
	f.Add([]byte(nil))
	f.Add([]byte("\x4c\x00\xff\x00")) // the body's begin is cut
	f.Fuzz(func(t *testing.T, script []byte) {
		b := fuzzedit.Apply(one.bytes, script)
		if len(b) > sha256.Size {
			b = reseal(b)
		}
		v, err := one.decode(b, i)
		if err == nil && !bytes.Equal(encode(v, i), b) {
			t.Error("the reader takes bytes that the writer does not write")
		}
	})
}

func FuzzSecretKey(f *testing.F) {
	fuzz(f, 0, func(v any, _ *plan.Interface) []byte { return v.(*SecretKey).Encode() })
}

func FuzzPublicKey(f *testing.F) {
	fuzz(f, 1, func(v any, i *plan.Interface) []byte { return v.(*PublicKey).Encode(i) })
}

func FuzzEvaluationKeys(f *testing.F) {
	fuzz(f, 2, func(v any, i *plan.Interface) []byte { return v.(*EvaluationKeys).Encode(i) })
}

func FuzzRequest(f *testing.F) {
	fuzz(f, 3, func(v any, i *plan.Interface) []byte { return v.(*Request).Encode(i) })
}

func FuzzResponse(f *testing.F) {
	fuzz(f, 5, func(v any, i *plan.Interface) []byte { return v.(*Response).Encode(i) })
}
