package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"hecc/ir/memory"
	"hecc/ir/tensor"
	"hecc/passes"
)

// sweepReport is what inspect --sweep prints.
type sweepReport struct {
	Schema   string     `json:"schema"`
	Model    string     `json:"model"`             // the model's file
	Networks []sweepRow `json:"networks"`          // the cheapest first
	Refused  string     `json:"refused,omitempty"` // why compile refuses the model with the same options
}

// sweepRow is a network on the front of price and error: what it keeps of the model, and what it costs.
type sweepRow struct {
	Degrees     []int        `json:"degrees"`             // of the polynomials, function by function
	Chosen      bool         `json:"chosen"`              // what compile makes with the same options
	Distilled   bool         `json:"distilled,omitempty"` // its weights were trained
	Error       float64      `json:"predicted_error"`     // largest that is expected
	RMS         float64      `json:"rms"`                 // on held-out samples
	Explained   float64      `json:"explained"`           // share of the outputs' variance on these
	Agreement   *float64     `json:"agreement"`           // share of these whose argmax stays; null: there is one output
	LogN        int          `json:"log_n"`               // log2 of the ring degree N
	Levels      int          `json:"levels"`              // rescales that a fresh ciphertext has left
	PredictedMs float64      `json:"predicted_ms"`        // of a run
	KeyBytes    int          `json:"eval_key_bytes"`      // the file of evaluation keys
	Memory      memory.Usage `json:"memory_bytes"`        // that server and client take
	Loss        *loss        `json:"loss,omitempty"`      // with --labels
	Refused     string       `json:"refused,omitempty"`   // why it cannot be compiled
}

func sweepRowOf(degrees []int, r *passes.Result) sweepRow {
	s, f := summarise(r.Plan), &r.Report.Fit
	row := sweepRow{Degrees: degrees, Distilled: f.Distilled, Error: s.PredictedError, RMS: f.RMS, Explained: f.Explained,
		LogN: s.LogN, Levels: s.Levels, PredictedMs: s.PredictedMs, KeyBytes: s.EvalKeyBytes, Memory: s.Memory}
	if r.Plan.Polynomial.Outputs[0].Node.Size() > 1 {
		row.Agreement = &f.Agreement
	}
	return row
}

// runSweep shows the front, and on it the plan that compile makes, which it returns; if that is refused, it is an error
// only for those who need it.
func runSweep(ctx context.Context, g *tensor.Graph, opts passes.Options, j *judge, t *sweepTable) (*passes.Result, error) {
	r, err := compileModel(ctx, g, opts)
	if err == nil {
		t.chosen = sweepRowOf(r.Report.Fit.Degrees, r)
		if t.chosen.Loss, err = j.of(ctx, r.Plan); err != nil {
			return nil, err
		}
		t.chosen.Chosen = true
		t.left = true
	} else if ctx.Err() != nil {
		return nil, err
	}
	failed := err
	front, err := sweepModel(ctx, g, opts)
	if err != nil {
		return nil, err
	}
	t.labelled = j != nil
	t.head()
	for _, n := range front {
		var l *loss
		if n.Err == nil {
			if l, err = j.of(ctx, n.Result.Plan); err != nil {
				return nil, err
			}
		}
		t.add(n, l)
	}
	t.end()
	if failed != nil {
		fmt.Fprintf(notes(), "compile with these options refuses the model: %v\n", failed)
	}
	if t.json {
		s := sweepReport{Schema: sweepSchema, Model: g.File, Networks: t.rows}
		if failed != nil {
			s.Refused = failed.Error()
		}
		err = printJSON(t.out, s)
	}
	return r, err
}

// sweepModel compiles the front, and shows on a terminal how far it has come.
func sweepModel(ctx context.Context, g *tensor.Graph, opts passes.Options) ([]passes.Network, error) {
	b := newBar()
	defer b.close()
	opts.Progress = b.tell()
	return passes.Sweep(ctx, g, opts)
}

// sweepTable prints rows in the order of their price.
type sweepTable struct {
	out    io.Writer
	json   bool
	rows   []sweepRow
	chosen sweepRow
	left   bool // the chosen one is still to be printed

	width    int
	labelled bool // each row says what labels say
}

// Columns of the table, with the space before each, and what labels say behind them.
const (
	sweepFormat = " %7s %7s %6s %7s %4s %6s %7s %9s %9s"
	sweepFixed  = 71
	sweepLabels = "   by labels (in clear)"
)

// row prints a name and figures; where they do not fit on one line, the name stands above.
func (t *sweepTable) row(name string, labels string, figures ...any) {
	room := t.width - sweepFixed
	if t.labelled && t.width-sweepFixed-len(sweepLabels) >= sweepName {
		room -= len(sweepLabels)
	}
	if utf8.RuneCountInString(name) > room {
		fmt.Fprintln(t.out, fold("", name, "    ", t.width))
		name = ""
	}
	line := padRight(name, room) + fmt.Sprintf(sweepFormat, figures...)
	if labels != "" && utf8.RuneCountInString(line+labels) > t.width {
		line += "\n" + strings.Repeat(" ", room)
	}
	fmt.Fprintln(t.out, line+labels)
}

// sweepName is the least width of the column of degrees.
const sweepName = 9

func (t *sweepTable) head() {
	if t.json {
		return
	}
	labels := ""
	if t.labelled {
		labels = sweepLabels
	}
	t.row("  degrees", labels, "error", "rms", "R²", "argmax", "N", "levels", "time", "keys", "memory")
}

func (t *sweepTable) add(n passes.Network, l *loss) {
	row := sweepRow{Degrees: n.Degrees}
	if n.Err != nil {
		row.Refused = n.Err.Error()
	} else {
		row = sweepRowOf(n.Degrees, n.Result)
		row.Loss = l
		if t.left && slices.Equal(row.Degrees, t.chosen.Degrees) && !t.chosen.Distilled {
			row.Chosen, t.left = true, false
		} else if t.left && t.chosen.PredictedMs <= row.PredictedMs {
			t.end()
		}
	}
	t.print(row)
}

// end prints the chosen network if it is still to be printed.
func (t *sweepTable) end() {
	if t.left {
		t.left = false
		t.print(t.chosen)
	}
}

func (t *sweepTable) print(r sweepRow) {
	t.rows = append(t.rows, r)
	if t.json {
		return
	}
	name := "  " + strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Degrees), " ", ", "), "[]")
	if r.Chosen {
		name = "*" + name[1:]
	}
	if r.Distilled {
		name += " trained"
	}
	if r.Refused != "" {
		fmt.Fprintln(t.out, foldLines(name+" refused: "+r.Refused, t.width))
		return
	}
	argmax := "–"
	if r.Agreement != nil {
		argmax = fmt.Sprintf("%.1f %%", 100**r.Agreement)
	}
	t.row(name, r.Loss.short(), fmt.Sprintf("%.2g", r.Error), fmt.Sprintf("%.2g", r.RMS), fmt.Sprintf("%.4f", r.Explained), argmax,
		fmt.Sprintf("2^%d", r.LogN), fmt.Sprint(r.Levels), msText(r.PredictedMs), bytesText(r.KeyBytes), memory.Text(r.Memory.Server()))
}
