package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
)

// errDiffer ends hecc diff where the plans differ: the answer is printed, the exit code is exitDiffer.
var errDiffer = errors.New("the plans differ")

func newDiff() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff PLAN|CLIENT PLAN|CLIENT",
		Short: "Show in what two plans differ",
		Long: `Show in what two plans differ: parameters, layers with their levels, degrees and
layouts, counts of operations, keys and sizes, predicted error and agreement,
predicted time, and memory on this machine's processor. What is equal is left out;
a change is relative to the first. Of client files, and of a plan and a client
file, what the client has is compared.

Exit codes: 0 the plans are the same, byte for byte; 3 they differ, if only in
their weights; 1 a file could not be read; 2 wrong usage.`,
		Example: `  hecc diff old.hecc new.hecc
  git show main:mlp.hecc > old.hecc; hecc diff old.hecc mlp.hecc --json`,
		Args: exactArgs("PLAN|CLIENT", "PLAN|CLIENT"),
		RunE: func(_ *cobra.Command, args []string) error { return runDiff(args[0], args[1], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the differences as JSON (docs/json.md)")
	return cmd
}

// planDiff is what diff prints.
type planDiff struct {
	Schema      string       `json:"schema"`
	Before      string       `json:"before"`      // the files
	After       string       `json:"after"`       // the second file
	Compared    string       `json:"compared"`    // plans, or clients: what the client has of each
	Same        bool         `json:"same"`        // byte for byte
	Differences []difference `json:"differences"` // in the order of the table
}

// difference is one figure or property that two plans do not share.
type difference struct {
	Section string   `json:"section"`         // parameters, layouts, layer, counts, keys, promise, cost, client or contents
	Layer   string   `json:"layer,omitempty"` // the node of the model, in section layer
	Name    string   `json:"name"`            // of the figure
	Before  any      `json:"before"`          // a number or a string; null: there is none
	After   any      `json:"after"`           // the same of the second file
	Change  *float64 `json:"change"`          // after/before - 1; null where that is no number

	before, after fact
}

func runDiff(before, after string, asJSON bool) error {
	a, err := readSide(before)
	if err != nil {
		return err
	}
	b, err := readSide(after)
	if err != nil {
		return err
	}
	c := compareSides(before, after, a, b)
	if asJSON {
		err = printJSON(os.Stdout, c)
	} else {
		err = printText(c.text(columns(os.Stdout)))
	}
	if err == nil && !c.Same {
		err = errDiffer
	}
	return err
}

// side is one of the two files: a plan, or of a client file the interface alone.
type side struct {
	plan *plan.Plan // or nil
	of   *plan.Interface
}

func readSide(path string) (side, error) {
	head, err := os.ReadFile(path)
	if err != nil {
		return side{}, err
	}
	if bytes.HasPrefix(head, []byte(plan.Magic)) {
		p, err := readPlan(path)
		if err != nil {
			return side{}, err
		}
		return side{p, &p.Interface}, nil
	}
	i, err := readInterface(path)
	return side{nil, i}, err
}

// compareSides lists what differs. Plans with one ID are the same byte for byte: it names the bytes of the
// client's part, and they the hash of the server's.
func compareSides(before, after string, a, b side) *planDiff {
	c := &planDiff{Schema: diffSchema, Before: before, After: after, Compared: "plans", Same: a.of.ID() == b.of.ID(), Differences: []difference{}}
	if a.plan == nil || b.plan == nil {
		c.Compared = "clients"
		a.plan, b.plan = nil, nil
	}
	if !c.Same {
		c.Differences = differences(a.facts(b.of), b.facts(a.of))
	}
	return c
}

// differences merges two lists of facts: those of the first in their order, each followed by what only the
// second has there.
func differences(a, b []fact) []difference {
	out := []difference{}
	inB := map[factKey]int{}
	for k, f := range b {
		inB[f.factKey] = k
	}
	inA := map[factKey]bool{}
	for _, f := range a {
		inA[f.factKey] = true
	}
	next := 0
	added := func(end int) {
		for ; next < end; next++ {
			if !inA[b[next].factKey] {
				out = append(out, differenceOf(fact{factKey: b[next].factKey}, b[next]))
			}
		}
	}
	for _, f := range a {
		k, both := inB[f.factKey]
		switch {
		case !both:
			out = append(out, differenceOf(f, fact{factKey: f.factKey}))
		case f.value != b[k].value:
			added(k)
			out = append(out, differenceOf(f, b[k]))
		}
	}
	added(len(b))
	return out
}

func differenceOf(a, b fact) difference {
	d := difference{Section: a.section, Layer: a.layer, Name: a.name, Before: a.value, After: b.value, before: a, after: b}
	x, isNumber := a.value.(float64)
	y, too := b.value.(float64)
	if isNumber && too && x != 0 {
		change := y/x - 1
		d.Change = &change
	}
	return d
}

// title is how text calls a difference.
func (d *difference) title() string {
	if d.before.value == nil {
		return d.after.title
	}
	return d.before.title
}

// texts are both values, with more digits where the usual ones do not tell them apart.
func (d *difference) texts() (before, after string) {
	before, after = d.before.text(), d.after.text()
	if before == after {
		before, after = fmt.Sprint(d.Before), fmt.Sprint(d.After)
	}
	return before, after
}
