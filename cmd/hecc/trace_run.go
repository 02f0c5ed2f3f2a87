package main

import (
	"context"
	"fmt"
	"iter"
	"math"
	"time"

	"hecc/ir/audit"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/passes/packing"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

// opTrace collects what was seen of one value of the circuit, on all samples.
type opTrace struct {
	v         *he.Value
	predicted []audit.Prediction // by sample, without the slots
	deviation []float64          // of the noise, by sample; none if the value is never made
	largest   []float64          // noise of any slot, by sample
	magnitude float64            // the largest slot in clear
	ms        []float64          // by run
	predictMs float64
	limit     float64 // of slots: half of the modulus
}

// traceAll runs all samples encrypted and looks at every value with the secret key.
func (m *measurement) traceAll(ctx context.Context, p *plan.Plan, samples *datafile.Samples) ([]*opTrace, []codec.Run, error) {
	b, err := m.prepare(ctx, p, samples)
	if err != nil {
		return nil, nil, err
	}
	ops := newOpTraces(p)
	decrypted := &wire.Response{Binding: b.request.Binding}
	for run := range b.runs {
		if err := b.takeTimes(ctx, ops, run); err != nil {
			return nil, nil, err
		}
		out, err := b.look(ctx, p, ops, run)
		if err != nil {
			return nil, nil, err
		}
		decrypted.Runs = append(decrypted.Runs, wire.Run{Samples: b.runs[run].Samples, Cts: out})
	}
	results, err := b.secret.Decryptor().Decrypt(decrypted)
	return ops, results, err
}

func newOpTraces(p *plan.Plan) (ops []*opTrace) {
	ring := packing.NewRing(&p.Interface.Params, p.Costs)
	for _, v := range p.Circuit.Values {
		ops = append(ops, &opTrace{v: v, predictMs: ring.Op(v, v.Level+1) / 1e6,
			limit: math.Exp2(p.Interface.Params.LogQ(v.Level)-1) / v.Scale})
	}
	return ops
}

// timedRuns is how many runs of each request the times are the median of, without anything beside.
const timedRuns = 3

// takeTimes runs once to warm up, and then for the times.
func (b *bothSides) takeTimes(ctx context.Context, ops []*opTrace, run int) error {
	if run == 0 {
		if _, err := b.session.RunOne(ctx, b.request, run, nil); err != nil {
			return err
		}
	}
	for range timedRuns {
		if _, err := b.session.RunOne(ctx, b.request, run, func(v *he.Value, took time.Duration) {
			ops[v.ID].ms = append(ops[v.ID].ms, ms(took))
		}); err != nil {
			return err
		}
	}
	return nil
}

// look decrypts every value of a run and compares it with each sample's prediction and slots in clear, which
// are computed beside the run, value by value.
func (b *bothSides) look(ctx context.Context, p *plan.Plan, ops []*opTrace, run int) ([]wire.Ciphertext, error) {
	decryptor, lanes := b.secret.Decryptor(), p.Interface.Lanes
	predict := make([]func() (*he.Value, audit.Prediction, bool), len(b.runs[run].Samples))
	for lane := range predict {
		next, stop := iter.Pull2(audit.PredictNoise(p.Circuit, laneOf(b.runs[run].Slots, lane, lanes)))
		defer stop()
		predict[lane] = next
	}
	var failed error
	out, err := b.session.Trace(ctx, b.request, run, func(v *he.Value, _ time.Duration, ct *wire.Ciphertext) {
		var slots []float64
		if ct != nil && failed == nil {
			if slots, failed = decryptor.Value(ct, v.Level, v.Scale); failed != nil {
				failed = fmt.Errorf("%%%d %s: %w", v.ID, v.Op.Name(), failed)
			}
		}
		for lane, next := range predict {
			if _, expected, ok := next(); ok && slots != nil {
				ops[v.ID].add(expected, slots, lane, lanes)
			}
		}
	})
	if err == nil {
		err = failed
	}
	return out, err
}

// laneOf takes one sample out of the slots of ciphertexts.
func laneOf(slots [][]float64, lane, lanes int) [][]float64 {
	out := make([][]float64, len(slots))
	for ct := range slots {
		for t := lane; t < len(slots[ct]); t += lanes {
			out[ct] = append(out[ct], slots[ct][t])
		}
	}
	return out
}

// add holds a sample's slots, which lie in one lane of many, against what was expected.
func (o *opTrace) add(expected audit.Prediction, slots []float64, lane, lanes int) {
	sum, largest := 0.0, 0.0
	for t, want := range expected.Exact {
		e := math.Abs(slots[t*lanes+lane] - want)
		sum += e * e
		if e > largest || math.IsNaN(e) {
			largest = e
		}
		o.magnitude = max(o.magnitude, math.Abs(want))
	}
	o.deviation = append(o.deviation, math.Sqrt(sum/float64(len(expected.Exact))))
	o.largest = append(o.largest, largest)
	expected.Exact = nil
	o.predicted = append(o.predicted, expected)
}
