package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/eval"
	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/ir/plan"
)

// byteSize is a flag for a size in bytes: a number with a unit.
type byteSize int64

var byteUnits = []struct {
	name  string
	bytes float64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return bytesText(int(*b))
}

func (b *byteSize) Type() string { return "size" }

func (b *byteSize) Set(text string) error {
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(x > 0) || x*u.bytes > math.MaxInt64/2 {
			break
		}
		*b = byteSize(x * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is no size: give a number with a unit, as 512MiB or 2GiB", text)
}

// plenty is what a command gives the keys of its one client where that saves time; a server of many clients gives them less.
const plenty = 1 << 30

// memoryFlag bounds what the server holds of a client.
func memoryFlag(cmd *cobra.Command, b *byteSize) {
	cmd.Flags().Var(b, "memory", "memory for one client's keys on the server, as 512MiB: with less, runs may take more time (default: 1 GiB, or what they need)")
}

// checkMemory says how much memory this machine has left beside the server of a plan, what was read for it, and
// more bytes. It is an error if there is none.
func checkMemory(p *plan.Plan, more int64) (memory.Usage, int64, error) {
	has, u := machineMemory(), memory.Of(p.Circuit, eval.Processor())
	files := heldMemory() + more
	left := has - files - u.Server()
	if left >= 0 {
		return u, left, nil
	}
	return u, 0, diag.In(p.Interface.Model, "this plan takes %s of memory on the server (model %s, one client's keys %s, a run %s) beside %s for files, and this machine allows %s",
		memory.Text(u.Server()), memory.Text(u.Model), memory.Text(u.Session), memory.Text(u.Run), memory.Text(files), memory.Text(has)).
		Cure("run it on a larger machine, or compile the model with --max-memory, a larger --target-error or a lower --target-agreement")
}

// loadModel prepares a plan for the server, unless this machine has too little memory. With memory for few runs
// at a time, further ones wait.
func loadModel(ctx context.Context, p *plan.Plan, threads int, limit byteSize) (*eval.Model, error) {
	usage, left, err := checkMemory(p, 0)
	if err != nil {
		return nil, err
	}
	budget := int64(limit)
	if limit == 0 {
		budget = max(plenty, usage.Session)
	}
	budget = min(budget, usage.Session+left)
	runs := min(int64(threads), 1+(usage.Session+left-budget)/usage.Run)
	model, err := eval.Load(ctx, p, eval.Threads(threads), eval.Runs(int(runs)), eval.Memory(budget))
	tight := (*eval.MemoryError)(nil)
	if errors.As(err, &tight) {
		return nil, diag.In(p.Interface.Model, "--memory %s is too little: this plan takes %s for one client", bytesText(int(tight.Budget)), bytesText(int(tight.Least))).
			Cure("give at least %dKiB, or leave the flag out", (tight.Least+1023)/1024)
	}
	return model, err
}
