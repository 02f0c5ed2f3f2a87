package plan

import (
	"fmt"
	"math"

	"hecc/ir/he"
	"hecc/ir/tensor"
)

// Budgets bound what a file can make its reader do. They are far above what models need; without them a few
// lines ask for any amount of memory or time.
const (
	maxInterfaceBytes = 16 << 20 // of the JSON
	maxPrimeCoeffs    = 1 << 22  // coefficients of a polynomial modulo all primes
	maxSampleSlots    = 1 << 21  // slots of one sample in all ciphertexts of a port
	maxRunSlots       = 1 << 25  // slots of a run
	maxRunBytes       = 2 << 30  // ciphertexts of a run
	maxKeyBytes       = 16 << 30 // evaluation keys: deep networks need up to half of it
	maxElements       = 1 << 22  // values of a graph on one sample, and four times as many as it has weights
	maxGraphWork      = 1 << 31  // operations on numbers for one sample
	maxClientWork     = 1 << 29  // of the client, for all samples of a run
	wordBytes         = 8        // of a coefficient, about
	perWeight         = 4        // see maxElements
	perSlot           = 16       // elements that the client computes for each slot
)

// CheckGraph bounds what evaluating a graph on a sample takes.
func CheckGraph(g *tensor.Graph) error {
	c := g.Cost()
	if c.Elements > maxElements+perWeight*c.Weights {
		return fmt.Errorf("its values have %.3g elements in all, too many for a graph with %.3g weights", c.Elements, c.Weights)
	}
	if c.Work > maxGraphWork {
		return fmt.Errorf("it takes %.3g operations for a sample, at most %.3g are allowed", c.Work, float64(maxGraphWork))
	}
	return nil
}

// CheckBudget bounds what keys and ciphertexts take.
func (i *Interface) CheckBudget() error {
	primes := len(i.Params.Q) + len(i.Params.P)
	if n := primes * i.Params.N(); n > maxPrimeCoeffs {
		return fmt.Errorf("%d primes at N=2^%d are too many", primes, i.Params.LogN)
	}
	if err := i.checkPortBudget(i.Input, 1); err != nil {
		return fmt.Errorf("port %q: %w", i.Input.Name, err)
	}
	if err := i.checkPortBudget(i.Output, i.Params.ResultDegree()); err != nil {
		return fmt.Errorf("port %q: %w", i.Output.Name, err)
	}
	if size := i.keyBytes(); size > maxKeyBytes {
		return fmt.Errorf("evaluation keys of %.3g GiB, at most %d GiB are allowed", size/(1<<30), maxKeyBytes>>30)
	}
	return nil
}

// checkPortBudget bounds the ciphertexts of a port, which have the given degree.
func (i *Interface) checkPortBudget(p Port, degree int) error {
	cts := p.Layout.Cts()
	if n := cts * p.Layout.Slots; n > maxSampleSlots {
		return fmt.Errorf("a sample takes %d slots, at most %d are allowed", n, maxSampleSlots)
	}
	if n := cts * i.Params.Slots(); n > maxRunSlots {
		return fmt.Errorf("a run takes %d slots, at most %d are allowed", n, maxRunSlots)
	}
	return CheckRun(cts, degree, p.Level, i.Params.LogN)
}

// CheckRun bounds what so many ciphertexts of some degree and level take, as those of a run.
func CheckRun(cts, degree, level, logN int) error {
	if size := math.Ldexp(float64(cts*(degree+1)*(level+1)*wordBytes), logN); size > maxRunBytes {
		return fmt.Errorf("the ciphertexts of a run take %.3g GiB, at most %d GiB are allowed", size/(1<<30), maxRunBytes>>30)
	}
	return nil
}

// keyBytes is about the size of the evaluation keys: of one half, since the other is expanded from a seed.
func (i *Interface) keyBytes() (size float64) {
	add := func(level int) {
		size += float64(i.Params.Digits(level)) * float64(level+1+len(i.Params.P)) * float64(i.Params.N()) * wordBytes
	}
	if i.Keys.Relin != he.NoKey {
		add(i.Keys.Relin)
	}
	for _, k := range i.Keys.Rotations {
		add(k.Level)
	}
	return size
}

// checkClientGraph bounds what the client computes for the samples of a run, before or behind the given port.
func (i *Interface) checkClientGraph(g *tensor.Graph, p Port) error {
	c, lanes := g.Cost(), float64(i.Lanes)
	slots := float64(p.Layout.Cts() * i.Params.Slots())
	if c.Elements*lanes > maxElements+perSlot*slots {
		return fmt.Errorf("%s: its values have %.3g elements for %d samples in %.3g slots", g.Stage, c.Elements*lanes, i.Lanes, slots)
	}
	if c.Work*lanes > maxClientWork {
		return fmt.Errorf("%s: it takes %.3g operations for the %d samples of a run, at most %.3g are allowed", g.Stage, c.Work*lanes, i.Lanes, float64(maxClientWork))
	}
	return nil
}
