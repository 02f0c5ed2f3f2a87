package params

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/ir/params"
)

func toy() *params.Params {
	return &params.Params{LogN: 10, Ring: params.Standard, Q: []uint64{40961, 61441}, P: []uint64{65537}}
}

// TestUniform pins the expansion of seeds: files hold seeds in place of polynomials, so
// a change here makes every file unreadable and needs a new format version.
func TestUniform(t *testing.T) {
	r, err := New(toy())
	if err != nil {
		t.Fatal(err)
	}
	u := r.Uniform(Seed{1, 2, 3}, 7)
	h := sha256.New()
	for _, levels := range [][2]int{{1, 0}, {0, -1}, {1, 0}} {
		p := r.AtLevel(levels[0], levels[1]).NewPoly()
		u.Read(levels[0], levels[1], p)
		for _, limb := range append(p.Q.Coeffs, p.P.Coeffs...) {
			for _, c := range limb {
				h.Write(binary.LittleEndian.AppendUint64(nil, c))
			}
		}
	}
	const want = "b3fd42bcce6fd16b05a436b229a04723aca7548d5ab41c63c1a91d19b629cfe4"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("seeds expand to %s, files are written for %s", got, want)
	}
}

// TestUniformItems expands two items and two seeds to different polynomials.
func TestUniformItems(t *testing.T) {
	r, err := New(toy())
	if err != nil {
		t.Fatal(err)
	}
	first := func(seed Seed, index int) [4]uint64 {
		p := r.AtLevel(1, -1).NewPoly()
		r.Uniform(seed, index).Read(1, -1, p)
		return [4]uint64(p.Q.Coeffs[0])
	}
	a := first(Seed{1}, 0)
	if a == first(Seed{1}, 1) || a == first(Seed{2}, 0) || a != first(Seed{1}, 0) {
		t.Error("items of a file must differ, and repeat exactly")
	}
}

// TestPermutation moves slots as a left rotation does: rotations add up.
func TestPermutation(t *testing.T) {
	r, err := New(toy())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := r.Permutation(3)
	b, _ := r.Permutation(r.Params.Slots() - 3)
	for j := range a {
		if b[a[j]] != uint64(j) {
			t.Fatalf("rotating by 3 and back moves coefficient %d to %d", j, b[a[j]])
		}
	}
}

func TestErrors(t *testing.T) {
	p := toy()
	p.Q[1] = 61443
	if _, err := New(p); err == nil || !strings.Contains(err.Error(), "61443") {
		t.Errorf("error %v for a bad modulus", err)
	}
	p = toy()
	p.P = make([]uint64, 33)
	if _, err := New(p); err == nil || !strings.Contains(err.Error(), "33 special primes") {
		t.Errorf("error %v for too many special primes", err)
	}
}

// TestUniformLikeLattigo compares with Lattigo's sampler, for moduli that reject few and many numbers.
func TestUniformLikeLattigo(t *testing.T) {
	p := toy()
	p.Q = []uint64{40961, 61441, 0x7fffd801}
	r, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	u := r.Uniform(Seed{5}, 3)
	want := ringqp.NewUniformSampler(Stream(Seed{5}, 3), r.Ring)
	for _, levels := range [][2]int{{2, 0}, {0, -1}, {1, 0}} {
		a, b := r.AtLevel(levels[0], levels[1]).NewPoly(), r.AtLevel(levels[0], levels[1]).NewPoly()
		u.Read(levels[0], levels[1], a)
		want.AtLevel(levels[0], levels[1]).Read(b)
		if !a.Equal(&b) {
			t.Errorf("levels %v differ", levels)
		}
	}
}
