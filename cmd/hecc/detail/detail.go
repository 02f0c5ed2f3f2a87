// Package detail looks closer at a plan than the summary of `hecc inspect` does: each operation with its noise, the
// way from nodes of the model to operations, keys, functions and their polynomials, layouts. The page of
// `hecc inspect --html` shows it, and `--json` beside that prints it.
package detail

import (
	"context"

	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/passes"
)

// Schema is the version of the JSON: fields are added under the same number, and changed or removed under the next.
const Schema = "hecc.detail/1"

// Detail is what a page shows beyond the summary. Noise and errors are in the units of the values, times in milliseconds.
type Detail struct {
	Schema     string      `json:"schema"`
	Nodes      []Node      `json:"nodes"`      // of the model, in its order
	Operations []Operation `json:"operations"` // of the planned circuit, by id
	NoiseOf    string      `json:"noise_of"`   // the input that noise is predicted for; "": see missing
	Budget     Budget      `json:"budget"`     // the promised error, taken apart
	Choice     plan.Choice `json:"choice"`     // why the plan is as it is
	Keys       []Key       `json:"keys"`       // evaluation keys
	Functions  []Function  `json:"functions"`  // and the polynomials that stand for them
	Layouts    []Layout    `json:"layouts"`    // where numbers stand in slots
	Missing    []Missing   `json:"missing"`    // what is not known of the plan
}

// Missing says what is not there, and why.
type Missing struct {
	What string `json:"what"` // noise, packed, functions, histograms
	Why  string `json:"why"`  // it is not known
}

// Source is what a detail is made of. A plan alone is enough; what compiling it has known besides tells more.
type Source struct {
	Plan      *plan.Plan
	Packed    *he.Circuit     // nil: not known
	Fitted    []passes.Fitted // nil: not known
	Samples   [][]float64     // flattened, as the model takes them; nil: none
	SamplesOf string          // what they are: calibration samples, samples of --data
	Asked     float64         // --target-error; 0: none was given
}

// Of looks at a plan.
func Of(ctx context.Context, s Source) (*Detail, error) {
	d := &Detail{Schema: Schema, Choice: s.Plan.Choice, Missing: []Missing{}}
	d.addNodes(&s)
	d.addOperations(s.Plan)
	d.Budget = budgetOf(&s)
	d.Keys = keysOf(s.Plan, d.Operations)
	d.Layouts = layoutsOf(s.Plan, d)
	if err := d.addFunctions(ctx, &s); err != nil {
		return nil, err
	}
	return d, d.addNoise(ctx, &s)
}

func (d *Detail) miss(what, why string) { d.Missing = append(d.Missing, Missing{what, why}) }

// Budget takes the promised error apart.
type Budget struct {
	Asked     *float64 `json:"asked"`     // by --target-error; null: nothing, or it is not known
	Predicted float64  `json:"predicted"` // what the plan promises
	Fit       float64  `json:"fit"`       // of that by polynomials
	Noise     float64  `json:"noise"`     // of that by noise, with rounding and flooding
}

func budgetOf(s *Source) Budget {
	i := &s.Plan.Interface
	b := Budget{Predicted: i.PredictedError, Fit: s.Plan.Fit.Error, Noise: i.PredictedError - s.Plan.Fit.Error}
	if s.Asked > 0 {
		b.Asked = &s.Asked
	}
	return b
}
