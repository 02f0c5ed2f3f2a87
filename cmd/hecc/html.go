package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"hecc/cmd/hecc/detail"
	"hecc/cmd/hecc/page"
	"hecc/ir/plan"
	"hecc/passes"
	"hecc/passes/fit"
)

// report is what --html shows, and what inspect --json prints beside it.
type report struct {
	*summary
	Detail       *detail.Detail `json:"detail"`
	Front        []sweepRow     `json:"front"`        // null: --sweep was not given
	Alternatives []alternative  `json:"alternatives"` // null: not known
	Trace        *trace         `json:"trace"`        // null: none was made
}

// alternative is a network that was not chosen, known before it is compiled.
type alternative struct {
	Kind      string  `json:"kind"` // cheaper or better
	Degrees   []int   `json:"degrees"`
	Ms        float64 `json:"about_ms"`
	RMS       float64 `json:"rms"`       // on held-out samples
	Agreement float64 `json:"agreement"` // share of these whose argmax stays
	Ask       string  `json:"ask"`       // the option that asks for it
}

// compiledSource is what compiling tells beyond the plan.
func compiledSource(r *passes.Result, opts passes.Options) detail.Source {
	return detail.Source{Plan: r.Plan, Packed: r.Packed, Fitted: r.Report.Fitted, Samples: opts.Calibration, SamplesOf: "calibration samples", Asked: opts.TargetError}
}

// pageOf is what a page is made of, beside the summary.
type pageOf struct {
	of       detail.Source
	compiled *passes.Result // nil: only the plan is known
	front    []sweepRow
	trace    *trace
}

// sweepTable is silent where the report is printed as JSON, which has the front too.
func (o *inspectOptions) sweepTable() *sweepTable {
	if o.json && o.html != "" {
		return &sweepTable{out: io.Discard}
	}
	return &sweepTable{out: os.Stdout, json: o.json}
}

// write writes the page, and prints what inspect prints.
func (p *pageOf) write(ctx context.Context, s *summary, o *inspectOptions) error {
	r, err := p.report(ctx, s)
	if err != nil {
		return err
	}
	if err := r.writePage(o.html); err != nil {
		return err
	}
	switch {
	case o.json:
		return printJSON(os.Stdout, r)
	case o.sweep || isStdout(o.html):
		return nil
	}
	return printText(s.text())
}

func (p *pageOf) report(ctx context.Context, s *summary) (*report, error) {
	r := &report{summary: s, Front: p.front, Trace: p.trace}
	if p.compiled != nil {
		r.Alternatives = alternativesOf(p.compiled, s.PredictedMs)
	}
	var err error
	r.Detail, err = detail.Of(ctx, p.of)
	return r, err
}

// writePage writes the report as a page for browsers.
func (r *report) writePage(path string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	html, err := page.Build(b)
	if err != nil {
		return err
	}
	return writeNoted(path, html, "the page")
}

// writeTrace writes the page with a trace, and with the traced samples' arguments.
func (o *verifyOptions) writeTrace(ctx context.Context, p *plan.Plan, t *trace, samples [][]float64) error {
	of := pageOf{of: detail.Source{Plan: p, Samples: samples, SamplesOf: "traced samples", Asked: o.compile.targetError}, trace: t}
	r, err := of.report(ctx, summarise(p))
	if err != nil {
		return err
	}
	return r.writePage(o.html)
}

// alternativesOf lists what the compiler saw beside its choice.
func alternativesOf(r *passes.Result, ms float64) []alternative {
	out := []alternative{}
	add := func(kind string, a *fit.Alternative) {
		if a != nil {
			out = append(out, alternative{kind, a.Fit.Degrees, a.Price * ms, a.Fit.RMS, a.Fit.Agreement, fmt.Sprintf("--target-error %.2g", a.TargetError())})
		}
	}
	add("cheaper", r.Report.Fit.Cheaper)
	add("better", r.Report.Fit.Better)
	return out
}
