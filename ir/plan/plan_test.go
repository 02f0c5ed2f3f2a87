package plan_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"

	"hecc/internal/fuzzedit"
	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

// small compiles a network whose plan has few bytes: in a batch, weights are single numbers.
var small = sync.OnceValues(func() ([]byte, error) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Dense(b.Input(2), 2)
	x = b.Add(tensor.Mul{}, x, x)
	g := b.Output(b.Add(tensor.Softmax{}, b.Dense(x, 2)))
	r, err := passes.Compile(context.Background(), g, passes.Options{Throughput: true})
	if err != nil {
		return nil, err
	}
	return r.Plan.Encode(), nil
})

func smallFile(t testing.TB) []byte {
	t.Helper()
	b, err := small()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(b)
}

func smallPlan(t testing.TB) *plan.Plan {
	t.Helper()
	p, err := plan.Decode(smallFile(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEncodeAndDecode(t *testing.T) {
	full, err := passes.Compile(context.Background(), graphtest.Small(), passes.Options{Calibration: graphtest.Samples(graphtest.Small(), 40)})
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"batched": smallFile(t), "one sample": full.Plan.Encode()} {
		p, err := plan.Decode(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again := p.Encode(); !bytes.Equal(again, file) {
			t.Errorf("%s: %d bytes became %d", name, len(file), len(again))
		}
		client := p.Interface.Encode()
		for _, source := range [][]byte{file, client} {
			i, err := plan.DecodeInterface(source)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !bytes.Equal(i.Encode(), client) || i.ID() != p.Interface.ID() {
				t.Errorf("%s: the interface has changed", name)
			}
		}
	}
	p := full.Plan
	decoded, err := plan.Decode(p.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if decoded.Circuit.Print() != p.Circuit.Print() || decoded.Imported.Print() != p.Imported.Print() ||
		decoded.Polynomial.Print() != p.Polynomial.Print() {
		t.Error("the server's part has changed")
	}
}

// TestIDBindsEverything: whatever changes in the plan, weights included, changes the ID.
func TestIDBindsEverything(t *testing.T) {
	p := smallPlan(t)
	before := p.Interface.ID()
	for _, v := range p.Circuit.Values {
		if op, ok := v.Op.(he.AddPlain); ok {
			switch p := op.Plain.(type) {
			case he.Plain:
				p[0] += 1e-9
			case he.Spread:
				p.Values[0] += 1e-9
			}
			break
		}
	}
	p.Seal()
	if p.Interface.ID() == before {
		t.Error("another weight has the same ID")
	}
}

// seal makes a file of a body as Encode does.
func seal(magic string, version uint32, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), version)
	b = append(b, body...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func bodyOf(file []byte) []byte { return file[12 : len(file)-sha256.Size] }

// rebind puts the hash of a changed server's part into the interface, as an attacker would.
func rebind(body []byte, oldHash string) []byte {
	if len(body) < 8 {
		return body
	}
	n := binary.LittleEndian.Uint64(body)
	if n > uint64(len(body)-8) {
		return body
	}
	sum := sha256.Sum256(body[8+n:])
	head := bytes.Replace(body[:8+n], []byte(oldHash), []byte(hex.EncodeToString(sum[:])), 1)
	return append(slices.Clone(head), body[8+n:]...)
}

// allocated counts the bytes that the program has ever asked for.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// decodes reads a file, which must not panic or take much memory, and says whether it is accepted.
func decodes(t *testing.T, file []byte) bool {
	t.Helper()
	before := allocated()
	p, err := plan.Decode(file)
	if n := allocated() - before; n > 1<<24 {
		t.Errorf("%d bytes allocated for a file of %d", n, len(file))
	}
	if err != nil {
		if !strings.HasPrefix(err.Error(), "plan: ") {
			t.Errorf("error %q does not say what was read", err)
		}
		return false
	}
	if err := p.Check(); err != nil {
		t.Errorf("an accepted plan fails its check: %v", err)
	}
	if n := binary.LittleEndian.Uint64(file[12:]); p.Interface.ID() != sha256.Sum256(file[20:20+n]) {
		t.Error("an accepted plan is not identified by its bytes")
	}
	return true
}

func TestEveryTruncationIsAnError(t *testing.T) {
	file := smallFile(t)
	for n := range file {
		if _, err := plan.Decode(file[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", n, len(file))
		}
		if _, err := plan.DecodeInterface(file[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", n, len(file))
		}
	}
	body := bodyOf(file)
	hash := smallPlan(t).Interface.Circuit
	for n := range body {
		if decodes(t, seal(plan.Magic, plan.Version, body[:n])) || decodes(t, seal(plan.Magic, plan.Version, rebind(body[:n], hash))) {
			t.Fatalf("the first %d of %d bytes are accepted with their own hash", n, len(body))
		}
	}
	if decodes(t, seal(plan.Magic, plan.Version, append(slices.Clone(body), 0))) {
		t.Error("one more byte is accepted")
	}
}

func TestEveryFlipIsAnError(t *testing.T) {
	file := smallFile(t)
	hash := smallPlan(t).Interface.Circuit
	accepted := 0
	for i := range file {
		for _, mask := range []byte{1, 0x80} {
			changed := slices.Clone(file)
			changed[i] ^= mask
			if _, err := plan.Decode(changed); err == nil {
				t.Fatalf("byte %d changed by %#x is accepted", i, mask)
			}
			if _, err := plan.DecodeInterface(changed); err == nil {
				t.Fatalf("byte %d changed by %#x is accepted", i, mask)
			}
			if body := bodyOf(changed); i >= 12 && i < 12+len(body) {
				decodes(t, seal(plan.Magic, plan.Version, body))
				if decodes(t, seal(plan.Magic, plan.Version, rebind(body, hash))) {
					accepted++
				}
			}
		}
	}
	t.Logf("%d of %d changes give another valid plan", accepted, 2*len(file))
}

func TestClientFileFlips(t *testing.T) {
	p := smallPlan(t)
	file := p.Interface.Encode()
	for i := range file {
		for _, mask := range []byte{1, 0x20, 0x80} {
			changed := slices.Clone(file)
			changed[i] ^= mask
			if _, err := plan.DecodeInterface(changed); err == nil {
				t.Fatalf("byte %d changed by %#x is accepted", i, mask)
			}
			if i < 12 || i >= len(file)-sha256.Size {
				continue
			}
			sealed := seal("HECCCLNT", plan.Version, bodyOf(changed))
			got, err := plan.DecodeInterface(sealed)
			if err == nil && (got.Check() != nil || !bytes.Equal(got.Encode(), sealed)) { // whatever it means, it is known by these bytes
				t.Errorf("byte %d changed by %#x gives an interface that does not hold together", i, mask)
			}
		}
		if _, err := plan.DecodeInterface(file[:i]); err == nil {
			t.Fatalf("the first %d bytes are accepted", i)
		}
	}
}

func TestFrameErrors(t *testing.T) {
	file := smallFile(t)
	body := bodyOf(file)
	huge := binary.LittleEndian.AppendUint64(nil, math.MaxUint64)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":         {nil, "0 bytes are too few"},
		"magic":         {seal("HECCPLAM", plan.Version, body), `starts with "HECCPLAM", expected "HECCPLAN"`},
		"newer version": {seal(plan.Magic, plan.Version+1, body), "plan: has format version 9, this hecc reads 8: a newer hecc wrote it; use that one, or compile the model again with this one"},
		"older version": {seal(plan.Magic, plan.Version-1, body), "plan: has format version 7, this hecc reads 8: an older hecc wrote it; compile the model again with this one"},
		"no sections":   {seal(plan.Magic, plan.Version, nil), "a section runs past the end"},
		"huge section":  {seal(plan.Magic, plan.Version, huge), "a section runs past the end"},
		"no JSON":       {seal(plan.Magic, plan.Version, binary.LittleEndian.AppendUint64(nil, 0)), "unexpected end of JSON input"},
		"unknown field": {seal(plan.Magic, plan.Version, section(`{"x":1}`)), `unknown field "x"`},
		"no fields":     {seal(plan.Magic, plan.Version, section(`{ }`)), `interface: the JSON lacks the field "box"`},
		"damaged":       {append(slices.Clone(file[:len(file)-1]), file[len(file)-1]^1), "is truncated or damaged: its SHA-256 does not match"},
		"a client file": {func() []byte { p := smallPlan(t); return p.Interface.Encode() }(), `starts with "HECCCLNT"`},
	} {
		if _, err := plan.Decode(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, err := plan.DecodeInterface([]byte("PK")); err == nil || !strings.HasPrefix(err.Error(), "client file ") {
		t.Errorf("got %v", err)
	}
}

func section(content string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(content))), content...)
}

// TestCheckObjects changes one thing that no longer fits the rest; neither Check nor a reader
// of the file may take it.
func TestCheckObjects(t *testing.T) {
	for name, mutate := range map[string]func(p *plan.Plan){
		"ring degree":         func(p *plan.Plan) { p.Interface.Params.LogN++ },
		"negative degree":     func(p *plan.Plan) { p.Interface.Params.LogN = -3 },
		"modulus":             func(p *plan.Plan) { p.Interface.Params.Q = slices.Clone(p.Interface.Params.Q)[:1] },
		"security":            func(p *plan.Plan) { p.Interface.Security = 100 },
		"more security":       func(p *plan.Plan) { p.Interface.Security = 256 },
		"lanes":               func(p *plan.Plan) { p.Interface.Lanes *= 2 },
		"input level":         func(p *plan.Plan) { p.Interface.Input.Level-- },
		"input level, beyond": func(p *plan.Plan) { p.Interface.Input.Level = 60 },
		"input scale":         func(p *plan.Plan) { p.Interface.Input.Scale *= 1 + 1e-12 },
		"input scale, huge":   func(p *plan.Plan) { p.Interface.Input.Scale = math.MaxFloat64 },
		"input shape":         func(p *plan.Plan) { p.Interface.Input.Shape = []int{3} },
		"input shape, wraps":  func(p *plan.Plan) { p.Interface.Input.Shape = []int{1 << 32, 1 << 32, 2} },
		"input layout":        func(p *plan.Plan) { p.Interface.Input.Layout.Dirty = true },
		"input layout, slots": func(p *plan.Plan) { p.Interface.Input.Layout.Slots *= 2 },
		"output level":        func(p *plan.Plan) { p.Interface.Output.Level++ },
		"output scale":        func(p *plan.Plan) { p.Interface.Output.Scale /= 2 },
		"output layout":       func(p *plan.Plan) { p.Interface.Output.Layout.Size-- },
		"output layout, zero": func(p *plan.Plan) { p.Interface.Output.Layout = he.Layout{} },
		"box":                 func(p *plan.Plan) { p.Interface.Box.Lo = p.Interface.Box.Lo[:1] },
		"box upside down":     func(p *plan.Plan) { p.Interface.Box.Lo = []float64{2, 2} },
		"relinearisation key": func(p *plan.Plan) { p.Interface.Keys.Relin++ },
		"no keys":             func(p *plan.Plan) { p.Interface.Keys = he.Keys{Relin: he.NoKey} },
		"another rotation":    func(p *plan.Plan) { p.Interface.Keys.Rotations = []he.RotationKey{{By: 1}} },
		"rotation by zero":    func(p *plan.Plan) { p.Interface.Keys.Rotations = []he.RotationKey{{By: 0}} },
		"negative error":      func(p *plan.Plan) { p.Interface.PredictedError = -1 },
		"public error":        func(p *plan.Plan) { p.Interface.PublicError = 0 },
		"no grid":             func(p *plan.Plan) { p.Interface.Rounding = 0 },
		"a fine grid":         func(p *plan.Plan) { p.Interface.Rounding = 0x1p-50 },
		"subnormal grid":      func(p *plan.Plan) { p.Interface.Rounding = 0x1p-1074 },
		"little flooding":     func(p *plan.Plan) { p.Interface.Flooding = plan.Flooding{Queries: 1, Deviation: 1e-6} },
		"negative grid":       func(p *plan.Plan) { p.Interface.Rounding = -0.5 },
		"decimal grid":        func(p *plan.Plan) { p.Interface.Rounding = 0.1 },
		"flooding of nothing": func(p *plan.Plan) { p.Interface.Flooding.Queries = 1 },
		"flooding for nobody": func(p *plan.Plan) { p.Interface.Flooding.Deviation = 1 },
		"negative flooding":   func(p *plan.Plan) { p.Interface.Flooding = plan.Flooding{Queries: 1, Deviation: -1} },
		"negative queries":    func(p *plan.Plan) { p.Interface.Flooding = plan.Flooding{Queries: -1, Deviation: 1} },
		"epilogue":            func(p *plan.Plan) { p.Interface.Epilogue = "x\n" },
		"epilogue of another stage": func(p *plan.Plan) {
			p.Interface.Epilogue = strings.Replace(p.Interface.Epilogue, "epilogue", "imported", 1)
		},
		"epilogue of another size": func(p *plan.Plan) {
			p.Interface.Epilogue = strings.Replace(p.Interface.Epilogue, "shape=[2]", "shape=[3]", 1)
		},
		"prologue": func(p *plan.Plan) { p.Interface.Prologue = "x\n" },
		"prologue of another stage": func(p *plan.Plan) {
			p.Interface.Prologue = strings.Replace(p.Interface.Prologue, "prologue", "imported", 1)
		},
		"prologue of another size": func(p *plan.Plan) {
			p.Interface.Prologue = strings.Replace(p.Interface.Prologue, "shape=[2]", "shape=[3]", 1)
		},
		"prologue of another model": func(p *plan.Plan) {
			p.Interface.Prologue = strings.Replace(p.Interface.Prologue, "name=\"", "name=\"other ", 1)
		},
		"circuit":    func(p *plan.Plan) { p.Circuit.Stage = he.Packed; p.Circuit.Params = nil },
		"imported":   func(p *plan.Plan) { p.Imported = p.Polynomial },
		"polynomial": func(p *plan.Plan) { p.Polynomial = p.Imported },
	} {
		t.Run(name, func(t *testing.T) {
			p := smallPlan(t)
			mutate(p)
			if p.Interface.Check() == nil && p.Check() == nil {
				t.Error("Check does not object")
			}
			p.Seal()
			if _, err := plan.Decode(p.Encode()); err == nil {
				t.Error("Decode does not object")
			}
		})
	}
	for name, mutate := range map[string]func(i *plan.Interface){ // what JSON cannot hold
		"NaN error":      func(i *plan.Interface) { i.PredictedError = math.NaN() },
		"infinite error": func(i *plan.Interface) { i.PublicError = math.Inf(1) },
		"NaN box":        func(i *plan.Interface) { i.Box.Hi = []float64{math.NaN(), 1} },
		"infinite box":   func(i *plan.Interface) { i.Box.Hi = []float64{math.Inf(1), 1} },
		"NaN scale":      func(i *plan.Interface) { i.Input.Scale = math.NaN() },
		"NaN grid":       func(i *plan.Interface) { i.Rounding = math.NaN() },
		"infinite grid":  func(i *plan.Interface) { i.Rounding = math.Inf(1) },
		"NaN flooding":   func(i *plan.Interface) { i.Flooding = plan.Flooding{Queries: 1, Deviation: math.NaN()} },
		"infinite scale": func(i *plan.Interface) { i.Input.Scale = math.Inf(1) },
	} {
		p := smallPlan(t)
		mutate(&p.Interface)
		if p.Interface.Check() == nil {
			t.Errorf("%s: Check does not object", name)
		}
	}
}

func TestBoxOutside(t *testing.T) {
	b := plan.Box{Lo: []float64{0, -1, 0}, Hi: []float64{1, 1, 1}}
	for _, c := range []struct {
		x    []float64
		want int
	}{
		{[]float64{0, -1, 1}, -1},
		{[]float64{2, -1.5, 1}, 0},
		{[]float64{1.25, -1.5, 1}, 1},
		{[]float64{0, 0, math.Inf(-1)}, 2},
		{[]float64{0, 0, math.NaN()}, 2},
	} {
		if got := b.Outside(c.x); got != c.want {
			t.Errorf("%v: element %d, want %d", c.x, got, c.want)
		}
	}
}

// FuzzDecode changes the body of a plan, perhaps with the hash of the server's part put right, as an attacker
// would.
func FuzzDecode(f *testing.F) {
	body, hash := bodyOf(smallFile(f)), smallPlan(f).Interface.Circuit
	f.Add([]byte(nil), true)
	f.Add([]byte("\x00\x00\x01\x01\xff"), false)
	f.Fuzz(func(t *testing.T, script []byte, bound bool) {
		changed := fuzzedit.Apply(body, script)
		if bound {
			changed = rebind(changed, hash)
		}
		decodes(t, seal(plan.Magic, plan.Version, changed))
		plan.Decode(changed)
		plan.Decode(script)
	})
}

func FuzzDecodeInterface(f *testing.F) {
	body := bodyOf(smallPlan(f).Interface.Encode())
	f.Add([]byte(nil))
	f.Add([]byte("\x00\x00\x01\x01\xff"))
	f.Fuzz(func(t *testing.T, script []byte) {
		changed := fuzzedit.Apply(body, script)
		i, err := plan.DecodeInterface(seal(plan.ClientMagic, plan.Version, changed))
		if err == nil && i.Check() != nil {
			t.Error("an accepted interface fails its check")
		}
		plan.DecodeInterface(changed)
		plan.DecodeInterface(script)
	})
}
