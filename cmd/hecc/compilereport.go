package main

import (
	"fmt"
	"strings"
	"time"

	"hecc/ir/plan"
	"hecc/passes"
)

// compileReport is what compile says of a plan that it has written.
type compileReport struct {
	Schema       string          `json:"schema"`
	Files        []writtenFile   `json:"files"`         // what was written
	Ms           float64         `json:"compile_ms"`    // from reading the model to writing the files
	Plan         *summary        `json:"plan"`          // as hecc inspect prints it
	Warnings     []warningReport `json:"warnings"`      // what to know before using the plan
	Notes        []string        `json:"notes"`         // what else could be had
	FloodingBits float64         `json:"flooding_bits"` // of precision that flooding takes, with --share-results
	Passes       []passReport    `json:"passes"`        // of the compiler, in order
}

// writtenFile is a file and whom it is for.
type writtenFile struct {
	Path  string `json:"path"`       // as -o names it
	For   string `json:"for"`        // server or client
	Bytes int    `json:"file_bytes"` // its size
}

// warningReport is a warning with its cure.
type warningReport struct {
	Reason string `json:"reason"` // its kind: few samples, low agreement, target missed, large loss, too large
	Text   string `json:"text"`   // what is to be known
	Cure   string `json:"cure"`   // what helps
}

// passReport is what a pass of the compiler took, and the size of its result.
type passReport struct {
	Name      string  `json:"name"`            // of the pass
	Ms        float64 `json:"pass_ms"`         // that it took
	Allocated uint64  `json:"allocated_bytes"` // freed ones included
	Live      uint64  `json:"heap_bytes"`      // afterwards, garbage included
	Nodes     int     `json:"nodes"`           // of the graph or circuit
	Weights   int     `json:"weights"`         // numbers that it holds
}

func compileReportOf(r *passes.Result, l *loss, files []writtenFile, took time.Duration) *compileReport {
	c := &compileReport{Schema: compileSchema, Files: files, Ms: ms(took), Plan: summarise(r.Plan), Warnings: []warningReport{},
		Notes: r.Report.Notes, Passes: []passReport{}}
	c.Plan.Loss = l
	if r.Plan.Interface.Flooding.Queries > 0 {
		c.FloodingBits = r.Report.FloodingBits
	}
	if c.Notes == nil {
		c.Notes = []string{}
	}
	for _, w := range r.Report.Warnings {
		c.Warnings = append(c.Warnings, warningReport{string(w.Reason), w.Text, w.Cure})
	}
	for _, p := range r.Report.Passes {
		c.Passes = append(c.Passes, passReport{p.Name, ms(p.Time), p.Allocated, p.Live, p.Size.Nodes, p.Size.Weights})
	}
	return c
}

// text says in a few lines what was written and what the compiler chose.
func (c *compileReport) text() string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	wrote := fmt.Sprintf("wrote %s (server, %s)", c.Files[0].Path, bytesText(c.Files[0].Bytes))
	if len(c.Files) > 1 {
		wrote += fmt.Sprintf(" and %s (client, no weights, %s)", c.Files[1].Path, bytesText(c.Files[1].Bytes))
	}
	s := c.Plan
	add("%s after %s", wrote, durationText(time.Duration(c.Ms*float64(time.Millisecond))))
	samples := ""
	if s.Lanes > 1 {
		samples = fmt.Sprintf(" for %d samples at a time", s.Lanes)
	}
	add("  N=2^%d, %d levels, %d-bit security; predicted %s%s", s.LogN, s.Levels, s.SecurityBits, msText(s.PredictedMs), samples)
	add("  %d rotation keys, evaluation keys %s, input %s, output %s", s.RotationKeys, bytesText(s.EvalKeyBytes), bytesText(s.InputBytes), bytesText(s.OutputBytes))
	add("  memory of the %s", s.memoryText())
	if degrees := s.degrees(); len(degrees) > 0 {
		add("  polynomials of degree %s", strings.Join(degrees, ", "))
	}
	argmax := ""
	if text := s.agreementText(); text != "" {
		argmax = "; argmax " + text
	}
	add("  predicted error %.2g of %s%s", s.PredictedError, s.ErrorOf, argmax)
	for k, line := range s.promises {
		if k > 0 {
			line = "  " + line
		}
		add("  %s", line)
	}
	if s.Loss != nil {
		add("  %s", s.Loss.text())
	}
	for _, note := range c.Notes {
		add("  %s", note)
	}
	if f := s.Flooding; f.Queries > 0 {
		add("flooding: %d results may be shared at %d bits of statistical security; of the precision it takes %.0f bits, which the predicted error counts",
			f.Queries, plan.FloodingSecurity, c.FloodingBits)
	}
	return strings.Join(lines, "\n") + "\n"
}
