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

// loadModel prepares a plan for the server.
func loadModel(ctx context.Context, p *plan.Plan, threads int, memory byteSize) (*eval.Model, error) {
	budget := memory
	if budget == 0 {
		budget = plenty
	}
	model, err := eval.Load(ctx, p, eval.Threads(threads), eval.Memory(int64(budget)))
	tight := (*eval.MemoryError)(nil)
	if errors.As(err, &tight) && memory == 0 {
		return eval.Load(ctx, p, eval.Threads(threads))
	}
	if errors.As(err, &tight) {
		return nil, fmt.Errorf("--memory %s is too little: this plan takes %s for one client\n  note: give at least %dKiB, or leave the flag out",
			bytesText(int(tight.Budget)), bytesText(int(tight.Least)), (tight.Least+1023)/1024)
	}
	return model, err
}
