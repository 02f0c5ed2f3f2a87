// Command constants compiles models of a set and writes what came of each, one JSON object a line.
// The experiment of docs/constants.md builds it once for every changed constant, and runs it in the module's root:
//
//	constants set [before.json]
//
// Of plans that are the same as before, the measurements of before are repeated.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"syscall"
	"time"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/planning"
)

// outcome is what became of a model.
type outcome struct {
	Model     string  `json:"model"`
	Plan      string  `json:"plan"` // hash of the plan
	Refused   string  `json:"refused,omitempty"`
	Compile   float64 `json:"compile_ms"` // CPU time of compiling: other work on the machine counts less than in elapsed time
	Run       float64 `json:"run_ms"`     // predicted time of a run on one core
	Predicted float64 `json:"predicted"`  // error that the plan promises
	Error     float64 `json:"error"`      // largest error on unseen samples but for one in 50, simulated with noise
	Unseen    int     `json:"unseen"`     // samples in the plan's box
	Beyond    int     `json:"beyond"`     // those whose error is beyond the prediction
}

func main() {
	before := map[string]outcome{}
	if len(os.Args) > 2 {
		file, err := os.Open(os.Args[2])
		check(err)
		for in := json.NewDecoder(file); in.More(); {
			var o outcome
			check(in.Decode(&o))
			before[o.Model] = o
		}
	}
	out := json.NewEncoder(os.Stdout)
	for _, m := range models(os.Args[1]) {
		o, err := measure(m, before[m.name])
		if err == nil {
			err = out.Encode(o)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// measure compiles a model, and runs it unless its plan is the one before.
func measure(m model, before outcome) (o outcome, err error) {
	o.Model = m.name
	from := processorTime()
	r, err := passes.Compile(context.Background(), m.graph, m.options)
	o.Compile = float64(processorTime()-from) / 1e6
	if err != nil {
		o.Refused = err.Error()
		return o, nil
	}
	o.Plan = fmt.Sprintf("%x", sha256.Sum256(r.Plan.Encode()))
	if o.Plan == before.Plan {
		before.Compile = o.Compile
		return before, nil
	}
	o.Run, o.Predicted = r.Report.Noise.Cost/1e6, r.Plan.Interface.PredictedError
	errs, err := errors(r.Plan, m)
	if err != nil || len(errs) == 0 {
		return o, err
	}
	slices.Sort(errs)
	o.Unseen, o.Error = len(errs), errs[(len(errs)-1)*49/50]
	for _, e := range errs {
		if !(e <= o.Predicted) {
			o.Beyond++
		}
	}
	return o, nil
}

// errors are the largest of each unseen sample that the plan takes.
func errors(p *plan.Plan, m model) (errs []float64, err error) {
	epilogue, err := p.Interface.EpilogueGraph()
	if err != nil {
		return nil, err
	}
	simulator := planning.NewSimulator(p.Circuit, 1)
	exact, client := tensor.NewEvaluator(m.graph), tensor.NewEvaluator(epilogue)
	for _, x := range m.unseen {
		if p.Interface.Box.Outside(x) >= 0 {
			continue
		}
		want, err := exact.Run(x)
		if err != nil {
			return nil, err
		}
		encrypted, err := simulator.Run(x)
		if err != nil {
			return nil, err
		}
		got, err := client.Run(encrypted)
		if err != nil {
			return nil, err
		}
		errs = append(errs, farthest(got.Of(epilogue.Primary().Node), want.Of(m.graph.Primary().Node)))
	}
	return errs, nil
}

func farthest(got, want []float64) (most float64) {
	for i, w := range want {
		most = max(most, math.Abs(got[i]-w)) // not a number stays one
	}
	return most
}

// processorTime is what all threads of the process have used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
