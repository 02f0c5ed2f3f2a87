package hecc_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"

	"hecc/backend/lattigo/encoding"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

const (
	vectorTolerance = 1e-8 // of numbers that were decrypted: floating-point transforms differ
	vectorShown     = 8    // numbers that are shown of each vector
)

// manifest says what the files hold, and what is met on the way: enough to find out which step of another client is wrong.
type manifest struct {
	PlanID    string           `json:"plan_id"`
	KeyID     string           `json:"key_id"`
	Tolerance float64          `json:"tolerance"` // of slots and outputs
	Secret    []int8           `json:"secret"`    // first coefficients
	Rings     []ringVector     `json:"rings"`
	Uniform   []uniformVector  `json:"uniform"`
	Galois    []galoisVector   `json:"galois"`
	Request   []float64        `json:"request_slots"`  // first slots that were encrypted
	Response  []float64        `json:"response_slots"` // first slots that are decrypted
	Samples   []sampleVector   `json:"samples"`
	Encodings []encodingVector `json:"encodings"`
}

// ringVector shows the transform of the polynomial X, or X + 1/X in the conjugate-invariant ring.
type ringVector struct {
	Ring    params.Ring `json:"ring"`
	LogN    int         `json:"log_n"`
	Modulus uint64      `json:"modulus"`
	Root    uint64      `json:"root"`
	NTT     []uint64    `json:"ntt_of_x"`
}

// uniformVector shows the first coefficients of every limb of an expanded polynomial.
type uniformVector struct {
	File  string     `json:"file"`
	Item  int        `json:"item"`
	Digit int        `json:"digit"`
	Limbs [][]uint64 `json:"limbs"`
}

type galoisVector struct {
	By      int    `json:"by"`
	Element uint64 `json:"element"`
}

// encodingVector shows the first coefficients of the polynomial whose slots are 1, 1/2, 1/3, …
type encodingVector struct {
	Ring   params.Ring `json:"ring"`
	LogN   int         `json:"log_n"`
	Scale  float64     `json:"scale"`
	Coeffs []int64     `json:"coefficients"`
}

type sampleVector struct {
	Sample   []float64 `json:"sample"`
	Released []float64 `json:"released"` // decrypted and rounded: what the epilogue takes
	Outputs  []float64 `json:"outputs"`
}

func (m *manifest) encode(t *testing.T) []byte {
	t.Helper()
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func readManifest(t *testing.T) *manifest {
	t.Helper()
	m := new(manifest)
	if err := json.Unmarshal(vectorFile(t, "manifest.json"), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (v *vectorSet) manifest(t *testing.T, p *plan.Plan) *manifest {
	t.Helper()
	i := &p.Interface
	id := i.ID()
	m := &manifest{
		PlanID: hex.EncodeToString(id[:]), KeyID: v.secret.Wire().Key.String(), Tolerance: vectorTolerance,
		Secret:  v.secret.Wire().Coeffs[:vectorShown],
		Request: v.packed[0].Slots[0][:8*vectorShown],
	}
	rings, err := lattigo.New(&i.Params)
	if err != nil {
		t.Fatal(err)
	}
	last := len(wire.KeyLevels(i)) - 1
	m.Uniform = []uniformVector{
		uniformOf(rings, "x.ct", v.request.Seed, 0, []int{i.Input.Level, -1}, 0),
		uniformOf(rings, "public.key", v.public.Seed, 0, []int{i.Input.Level, 0}, 0),
		uniformOf(rings, "eval.keys", v.keys.Seed, last, []int{wire.KeyLevels(i)[last], rings.LevelP()}, 1),
	}
	for _, k := range i.Keys.Rotations {
		m.Galois = append(m.Galois, galoisVector{k.By, lattigo.GaloisElement(k.By, i.Params.NthRoot())})
	}
	standard := params.Params{LogN: 10, Ring: params.Standard, Q: []uint64{0xffffff7801}, P: []uint64{40961}} // the plan has the other ring
	for _, ring := range []params.Params{i.Params, standard} {
		r, e := ringVectors(t, &ring)
		m.Rings, m.Encodings = append(m.Rings, r...), append(m.Encodings, e)
	}
	v.results(t, i, m)
	return m
}

// uniformOf expands the given digit, the levels of whose polynomials are given.
func uniformOf(rings *lattigo.Rings, file string, seed wire.Seed, item int, levels []int, digit int) uniformVector {
	out := uniformVector{File: file, Item: item, Digit: digit}
	stream := rings.Uniform(seed, item)
	a := rings.AtLevel(levels[0], levels[1]).NewPoly()
	for range digit + 1 {
		stream.Read(levels[0], levels[1], a)
	}
	for _, limb := range append(a.Q.Coeffs, a.P.Coeffs...) {
		out.Limbs = append(out.Limbs, limb[:vectorShown])
	}
	return out
}

func ringVectors(t *testing.T, p *params.Params) ([]ringVector, encodingVector) {
	t.Helper()
	rings, err := lattigo.New(p)
	if err != nil {
		t.Fatal(err)
	}
	x := rings.RingQ.NewPoly()
	var out []ringVector
	for k, s := range rings.RingQ.SubRings {
		x.Coeffs[k][1] = 1
		s.NTT(x.Coeffs[k], x.Coeffs[k])
		q := new(big.Int).SetUint64(s.Modulus)
		root := new(big.Int).Exp(new(big.Int).SetUint64(s.PrimitiveRoot), new(big.Int).SetUint64((s.Modulus-1)/p.NthRoot()), q)
		out = append(out, ringVector{p.Ring, p.LogN, s.Modulus, root.Uint64(), x.Coeffs[k][:vectorShown]})
	}
	slots := make([]float64, p.Slots())
	for k := range slots {
		slots[k] = 1 / float64(k+1)
	}
	s, scale := rings.RingQ.SubRings[:1], 0x1p30
	limbs := [][]uint64{make([]uint64, p.N())}
	encoding.New(p).Encode(slots, scale, s, limbs)
	s[0].INTT(limbs[0], limbs[0])
	e := encodingVector{Ring: p.Ring, LogN: p.LogN, Scale: scale}
	for _, c := range limbs[0][:vectorShown] {
		if c > p.Q[0]/2 {
			c -= p.Q[0] // wraps around to a negative number
		}
		e.Coeffs = append(e.Coeffs, int64(c))
	}
	return out, e
}

// results decrypts.
func (v *vectorSet) results(t *testing.T, i *plan.Interface, m *manifest) {
	t.Helper()
	runs, err := v.secret.Decryptor().Decrypt(v.response)
	if err != nil {
		t.Fatal(err)
	}
	m.Response = rounded(runs[0].Slots[0][:8*vectorShown])
	c, err := codec.NewCodec(i)
	if err != nil {
		t.Fatal(err)
	}
	results, err := c.Results(runs)
	if err != nil {
		t.Fatal(err)
	}
	first, err := i.Output.Layout.Find()
	if err != nil {
		t.Fatal(err)
	}
	for lane, s := range runs[0].Samples {
		sample := sampleVector{Sample: vectorSamples[s], Outputs: rounded(results[s].Primary)}
		for _, place := range first {
			sample.Released = append(sample.Released, i.Rounded(runs[0].Slots[0][place*i.Lanes+lane]))
		}
		m.Samples = append(m.Samples, sample)
	}
}

// rounded leaves away digits that depend on the machine.
func rounded(x []float64) []float64 {
	out := make([]float64, len(x))
	for k, v := range x {
		out[k] = math.Round(v*1e9) / 1e9
	}
	return out
}

// TestFormatsPage names the versions that are written.
func TestFormatsPage(t *testing.T) {
	page, err := os.ReadFile("docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("plans and client files: version %d", plan.Version),
		fmt.Sprintf("keys, requests and responses: version %d", wire.Version),
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("docs/formats.md does not say %q", want)
		}
	}
}
