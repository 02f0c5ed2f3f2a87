package hecc_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime/metrics"
	"testing"
	"time"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/internal/graphtest"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/runtime/codec"
	"hecc/runtime/wire"
)

// leaves lists everything in a value that can be set: numbers, strings, booleans, and slices as such.
func leaves(v reflect.Value) (out []reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for k := range v.NumField() {
			if v.Type().Field(k).IsExported() {
				out = append(out, leaves(v.Field(k))...)
			}
		}
	case reflect.Slice:
		out = append(out, v)
		for k := range min(v.Len(), 4) {
			out = append(out, leaves(v.Index(k))...)
		}
	default:
		out = append(out, v)
	}
	return out
}

var (
	oddInts   = []int64{math.MinInt64, -1, 0, 1, 2, 3, 16, 17, 1 << 10, 1 << 17, 1 << 27, 1 << 40, math.MaxInt64}
	oddFloats = []float64{math.Copysign(0, -1), 0, -1, 0.5, 5e-324, 0x1p-40, 0x1p-30, 1e18, 1e300, -math.MaxFloat64}
	oddTails  = []string{"softmax %%%d axis=0", "argmax %%%d axis=0", "concat %%%d %%%[1]d axis=0", "mul %%%d %%%[1]d", "label %%%d strings=[\"a\"]", "zipmap %%%d ints=[1,2]", "normalize %%%d axis=0 norm=\"l1\""}
)

// disturb changes one leaf.
func disturb(rng *rand.Rand, v reflect.Value) {
	pick := func(n int) int { return rng.IntN(n) }
	switch v.Kind() {
	case reflect.Int:
		v.SetInt([]int64{oddInts[pick(len(oddInts))], v.Int() + 1, v.Int() - 1, 2 * v.Int(), v.Int() / 2}[pick(5)])
	case reflect.Uint64:
		v.SetUint([]uint64{uint64(oddInts[pick(len(oddInts))]), v.Uint() + 1, 2 * v.Uint(), v.Uint() ^ 1<<pick(64)}[pick(4)])
	case reflect.Float64:
		v.SetFloat([]float64{oddFloats[pick(len(oddFloats))], 2 * v.Float(), v.Float() / 2, v.Float() * (1 + 1e-12)}[pick(4)])
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(disturbText(rng, v.String()))
	case reflect.Slice:
		if n := v.Len(); n > 0 {
			v.Set([]reflect.Value{v.Slice(0, n-1), v.Slice(0, 0), reflect.Append(v.Slice3(0, n, n), v.Index(pick(n)))}[pick(3)])
		}
	}
}

// disturbText puts another operation at the end of an epilogue, or another character anywhere.
func disturbText(rng *rand.Rand, s string) string {
	if g, err := tensor.Parse(s); err == nil && rng.IntN(2) == 0 {
		g.Outputs = nil
		body := g.Print()
		n := len(g.Nodes)
		for range 1 + rng.IntN(20) {
			body += fmt.Sprintf("%%%d = ", n) + fmt.Sprintf(oddTails[rng.IntN(len(oddTails))], n-1) + "\n"
			n++
		}
		return body + fmt.Sprintf("output %%%d name=\"y\"\n", n-1)
	}
	if s == "" {
		return "\x00"
	}
	k := rng.IntN(len(s))
	return s[:k] + string(rune(rng.IntN(128))) + s[k+1:]
}

// limited runs a reader, which must neither hang nor ask for much memory.
func limited(t *testing.T, what string, size int, read func()) {
	t.Helper()
	asked := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, start := asked(), time.Now()
	read()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%s: took %v", what, took)
	}
	if n := asked() - before; n > uint64(64<<20+8*size) {
		t.Errorf("%s: %d bytes allocated for a file of %d", what, n, size)
	}
}

// victim is a small plan.
func victim() *plan.Plan {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Dense(b.Input(2), 2)
	g := b.Output(b.Add(tensor.Softmax{}, b.Dense(b.Add(tensor.Mul{}, x, x), 2)))
	r, err := passes.Compile(context.Background(), g, passes.Options{InputRange: &plan.Box{Lo: []float64{-1, -1}, Hi: []float64{1, 1}}, TargetError: 0.1, Batch: 4})
	check(err)
	return r.Plan
}

// encodes writes what JSON can hold.
func encodes(write func() []byte) (file []byte) {
	defer func() { recover() }() // infinite numbers
	return write()
}

// TestDisturbedClientFiles changes fields of a client file; whatever is accepted is used from end to end.
func TestDisturbedClientFiles(t *testing.T) {
	p := victim()
	file := p.Interface.Encode()
	rng := rand.New(rand.NewPCG(21, 22))
	accepted, used := 0, 0
	for range 1500 {
		i, err := plan.DecodeInterface(file)
		check(err)
		for range 1 + rng.IntN(2) {
			all := leaves(reflect.ValueOf(i).Elem())
			disturb(rng, all[rng.IntN(len(all))])
		}
		p.Interface = *i
		bad := encodes(func() []byte { p.Seal(); return p.Interface.Encode() })
		if bad == nil {
			continue
		}
		limited(t, "client file", len(bad), func() { i, err = plan.DecodeInterface(bad) })
		if err != nil {
			continue
		}
		accepted++
		if i.Params.LogN <= 13 && wire.EvaluationKeysSize(i) < 8<<20 && rng.IntN(16) == 0 {
			used++
			useClient(t, rng, i)
		}
	}
	if accepted < 50 || used < 10 {
		t.Errorf("of 1500 changed files %d were accepted and %d used: the test tries too little", accepted, used)
	}
	t.Logf("%d accepted, %d used", accepted, used)
}

// useClient does all that a client does. Errors are fine, panics are not.
func useClient(t *testing.T, rng *rand.Rand, i *plan.Interface) {
	secret, err := crypt.GenerateSecretKey(i)
	if err != nil {
		return
	}
	keys, err := secret.EvaluationKeys()
	check(err)
	if _, err := wire.DecodeEvaluationKeys(keys.Encode(i), i); err != nil {
		t.Errorf("own keys are refused: %v", err)
	}
	c, err := codec.NewCodec(i)
	check(err)
	x := make([]float64, i.Input.Layout.Size)
	for k := range x {
		x[k] = i.Box.Lo[k]
	}
	runs, err := c.Runs([][]float64{x})
	check(err)
	request, err := secret.Encryptor().Encrypt(runs)
	check(err)
	if _, err := wire.DecodeRequest(request.Encode(i), i); err != nil {
		t.Errorf("an own request is refused: %v", err)
	}
	response := &wire.Response{Binding: request.Binding, Runs: []wire.Run{{Samples: []int{0}}}}
	for range i.Output.Layout.Cts() {
		var ct wire.Ciphertext
		for _, half := range []*wire.Limbs{&ct.C0, &ct.C1} {
			for _, q := range i.Params.Q[:i.Output.Level+1] {
				limb := make([]uint64, i.Params.N())
				for k := range limb {
					limb[k] = rng.Uint64N(q)
				}
				*half = append(*half, limb)
			}
		}
		response.Runs[0].Cts = append(response.Runs[0].Cts, ct)
	}
	response, err = wire.DecodeResponse(response.Encode(i), i)
	check(err)
	decrypted, err := secret.Decryptor().Decrypt(response)
	check(err)
	_, err = c.Results(decrypted)
	check(err)
}

// TestDisturbedPlans changes a plan's circuit, graphs, fit or interface; whatever is accepted is run.
func TestDisturbedPlans(t *testing.T) {
	file := victim().Encode()
	rng := rand.New(rand.NewPCG(23, 24))
	accepted, ran := 0, 0
	for range 250 {
		p, err := plan.Decode(file)
		check(err)
		disturbPlan(rng, p)
		bad := encodes(func() []byte { p.Seal(); return p.Encode() })
		if bad == nil {
			continue
		}
		limited(t, "plan", len(bad), func() { p, err = plan.Decode(bad) })
		if err != nil {
			continue
		}
		accepted++
		if rng.IntN(4) == 0 {
			ran++
			usePlan(t, p)
		}
	}
	if accepted < 20 || ran < 5 {
		t.Errorf("of 250 changed plans %d were accepted and %d run: the test tries too little", accepted, ran)
	}
	t.Logf("%d accepted, %d run", accepted, ran)
}

func disturbPlan(rng *rand.Rand, p *plan.Plan) {
	defer func() { recover() }() // what cannot be printed cannot be in a file
	c := p.Circuit
	v := c.Values[rng.IntN(len(c.Values))]
	switch rng.IntN(6) {
	case 0:
		all := leaves(reflect.ValueOf(&p.Interface).Elem())
		disturb(rng, all[rng.IntN(len(all))])
	case 1:
		all := leaves(reflect.ValueOf(&p.Fit).Elem())
		disturb(rng, all[rng.IntN(len(all))])
	case 2:
		op := reflect.New(reflect.TypeOf(v.Op)).Elem()
		op.Set(reflect.ValueOf(v.Op))
		if all := leaves(op); len(all) > 0 {
			disturb(rng, all[rng.IntN(len(all))])
		}
		v.Op = op.Interface().(he.Op)
	case 3:
		if len(v.In) > 0 {
			v.In[rng.IntN(len(v.In))] = c.Values[rng.IntN(len(c.Values))]
		}
	case 4:
		v.Op = []he.Op{he.Add{}, he.Sub{}, he.Mul{}, he.Relin{}, he.Rescale{}}[rng.IntN(5)]
	case 5:
		g := []*tensor.Graph{p.Imported, p.Polynomial}[rng.IntN(2)]
		n := g.Nodes[rng.IntN(len(g.Nodes))]
		op := reflect.New(reflect.TypeOf(n.Op)).Elem()
		op.Set(reflect.ValueOf(n.Op))
		if all := leaves(op); len(all) > 0 {
			disturb(rng, all[rng.IntN(len(all))])
		}
		n.Op = op.Interface().(tensor.Op)
	}
}

// usePlan runs a plan. Errors are fine, but for those that were panics.
func usePlan(t *testing.T, p *plan.Plan) {
	i := &p.Interface
	secret, err := crypt.GenerateSecretKey(i)
	check(err)
	keys, err := secret.EvaluationKeys()
	check(err)
	model, err := eval.Load(context.Background(), p)
	check(err)
	session, err := model.Open(context.Background(), keys)
	check(err)
	c, err := codec.NewCodec(i)
	check(err)
	runs, err := c.Runs([][]float64{i.Box.Lo})
	check(err)
	request, err := secret.Encryptor().Encrypt(runs)
	check(err)
	response, err := session.Run(context.Background(), request, nil)
	check(err)
	decrypted, err := secret.Decryptor().Decrypt(response)
	check(err)
	_, err = c.Results(decrypted)
	check(err)
}
