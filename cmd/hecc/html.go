package main

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"hecc/cmd/hecc/detail"
	"hecc/cmd/hecc/page"
	"hecc/ir/plan"
	"hecc/passes"
)

// report is what --html shows, and what inspect --json prints beside it.
type report struct {
	*summary
	Detail *detail.Detail `json:"detail"`
	Front  []sweepRow     `json:"front"` // null: --sweep was not given
	Trace  *trace         `json:"trace"` // null: none was made
}

// compiledSource is what compiling tells beyond the plan.
func compiledSource(r *passes.Result, opts passes.Options) detail.Source {
	return detail.Source{Plan: r.Plan, Packed: r.Packed, Fitted: r.Report.Fitted, Samples: opts.Calibration, SamplesOf: "calibration samples", Asked: opts.TargetError}
}

// pageOf is what a page is made of, beside the summary.
type pageOf struct {
	of    detail.Source
	front []sweepRow
	trace *trace
}

// sweepTable is silent where the report is printed as JSON, which has the front too.
func (o *inspectOptions) sweepTable() *sweepTable {
	if o.json && o.html != "" {
		return &sweepTable{out: io.Discard, width: columns(os.Stdout)}
	}
	return &sweepTable{out: os.Stdout, json: o.json, width: columns(os.Stdout)}
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
	return printText(s.text(columns(os.Stdout)))
}

func (p *pageOf) report(ctx context.Context, s *summary) (*report, error) {
	r := &report{summary: s, Front: p.front, Trace: p.trace}
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
