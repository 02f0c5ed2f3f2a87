// Package audit checks a plan from the plan alone. It recomputes security, degrees, levels, scales,
// keys, magnitudes and noise by ways of its own and shares no code with the planner: what both say
// has been found twice.
//
// It relies on the structures of ir/*: on what operations mean and on their rules for degrees, levels and
// scales, and evaluates them in clear. Each line of its report names the assumptions that it cannot check:
// above all that arguments stay in the intervals that the polynomials were fitted on, which `hecc verify`
// measures on data.
package audit

import (
	"fmt"
	"maps"
	"math"

	"hecc/ir/plan"
)

// Report is what the checker found, one line for each property that a plan promises.
type Report struct {
	Model  string `json:"model"`  // the model's file
	OK     bool   `json:"ok"`     // whether all checks hold
	Checks []Line `json:"checks"` // in the order in which they are made
}

// Line is one check.
type Line struct {
	Name    string             `json:"name"`              // of the check
	OK      bool               `json:"ok"`                // whether it holds
	Detail  string             `json:"detail"`            // what holds, or what does not
	Assumes string             `json:"assumes,omitempty"` // what the check takes for granted
	Figures map[string]float64 `json:"figures,omitempty"` // numbers that it compared, by name
}

// finding is the result of a check; if the check fails, it returns an error beside it.
type finding struct {
	detail  string
	assumes string
	figures map[string]float64
}

// check is one line of the report. Checks that evaluate the circuit need that the static ones have passed.
type check struct {
	name string
	run  func(*auditor) (finding, error)
}

var static = []check{
	{"security", (*auditor).security},
	{"degrees", (*auditor).degrees},
	{"levels", (*auditor).levels},
	{"scales", (*auditor).scales},
	{"keys", (*auditor).keys},
	{"interface", (*auditor).interfaces},
}

var evaluated = []check{
	{"meaning", (*auditor).meaning},
	{"slots", (*auditor).slots},
	{"fit", (*auditor).fit},
	{"magnitudes", (*auditor).magnitudes},
	{"noise", (*auditor).noise},
}

// auditor holds the plan and the inputs that it is evaluated on.
type auditor struct {
	p      *plan.Plan
	points points
}

// Check audits a plan whose circuit and graphs hold together, as those of plan.Decode do.
func Check(p *plan.Plan) *Report {
	a := &auditor{p: p}
	r := &Report{Model: p.Interface.Model, OK: true}
	r.run(a, static)
	if r.OK {
		a.points = a.choosePoints()
		r.run(a, evaluated)
	}
	return r
}

func (r *Report) run(a *auditor, checks []check) {
	for _, c := range checks {
		f, err := c.run(a)
		maps.DeleteFunc(f.figures, func(_ string, x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }) // JSON has no such numbers
		line := Line{Name: c.name, OK: err == nil, Detail: f.detail, Assumes: f.assumes, Figures: f.figures}
		if err != nil {
			line.Detail, line.Assumes = err.Error(), ""
			r.OK = false
		}
		r.Checks = append(r.Checks, line)
	}
}

// Err names the checks that failed.
func (r *Report) Err() error {
	for _, c := range r.Checks {
		if !c.OK {
			return fmt.Errorf("the plan does not hold: %s: %s", c.Name, c.Detail)
		}
	}
	return nil
}
