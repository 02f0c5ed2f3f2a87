package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/ir/text"
	"hecc/passes"
)

// stages are those that --stage takes.
var stages = []string{"imported", "polynomial", "packed", "planned"}

type inspectOptions struct {
	compile compileOptions
	stage   string
	json    bool
	check   bool
	sweep   bool
	html    string
}

func newInspect() *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect PLAN|MODEL.onnx",
		Short: "Show levels, keys, sizes and predicted error of a plan",
		Long: `Show what a plan does and costs. With --stage, print the program at a stage
(imported, polynomial, packed, planned); numeric data are left out. With --check,
recompute from the plan alone, by other ways than the compiler's, what it promises:
security, levels, scales, keys, that the circuit computes the polynomial graph,
room for every value, and noise. With --sweep, compile the model with polynomials of ever
higher degrees and show, one line each, what the plan keeps of the model on held-out
samples (root mean square error, share of the outputs' variance, argmax) and what it
costs; * is what compile chooses with the same options.`,
		Example: `  hecc inspect mlp.hecc
  hecc inspect mlp.hecc --check
  hecc inspect mlp.onnx --calibrate samples.npy --sweep
  hecc inspect mlp.onnx --calibrate samples.npy --stage polynomial`,
		Args: exactArgs("PLAN|MODEL.onnx"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.stage != "" && !slices.Contains(stages, o.stage) {
				return usageError{fmt.Errorf("--stage must be one of %s, got %q", strings.Join(stages, ", "), o.stage)}
			}
			if o.stage != "" && o.check {
				return usageError{fmt.Errorf("--stage and --check exclude each other")}
			}
			if o.sweep && (o.stage != "" || o.check) {
				return usageError{fmt.Errorf("--sweep compiles other plans: it goes neither with --stage nor with --check")}
			}
			if o.html != "" && (o.stage != "" || o.check) {
				return usageError{fmt.Errorf("--html shows the whole plan: it goes neither with --stage nor with --check")}
			}
			return runInspect(cmd.Context(), args[0], &o)
		},
	}
	o.compile.bind(cmd)
	labelsFlag(cmd, &o.compile.labels)
	cmd.Flags().StringVar(&o.stage, "stage", "", "imported, polynomial, packed or planned")
	cmd.Flags().BoolVar(&o.check, "check", false, "check the plan independently; exit 1 if it does not hold")
	cmd.Flags().BoolVar(&o.sweep, "sweep", false, "compile a model with polynomials of ever higher degrees, and show what each plan keeps and costs")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the figures as JSON")
	cmd.Flags().StringVar(&o.html, "html", "", "write a page for browsers to this file: graph, levels, noise, costs, fits, layouts, with --sweep the front (docs/reading.md)")
	return cmd
}

func runInspect(ctx context.Context, path string, o *inspectOptions) error {
	head, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var p *plan.Plan
	var packed *he.Circuit
	var judge *judge
	var page pageOf
	if bytes.HasPrefix(head, []byte(plan.Magic)) {
		if o.sweep {
			return usageError{fmt.Errorf("--sweep takes a model: %s is a plan, whose polynomials are chosen", path)}
		}
		if o.compile.labels != "" {
			return usageError{fmt.Errorf("--labels takes a model and its calibration samples: %s is a plan; verify --labels holds it against others", path)}
		}
		if p, err = readPlan(path); err != nil {
			return err
		}
		page.of.Plan = p
	} else {
		g, opts, err := o.compile.load(path)
		if err != nil {
			return err
		}
		if judge, err = newJudge(o.compile.labels, g, opts.Calibration); err != nil {
			return err
		}
		judge.steer(&opts)
		var r *passes.Result
		if o.sweep {
			t := o.sweepTable()
			if r, err = runSweep(ctx, g, opts, judge, t); err != nil || o.html == "" {
				return err
			}
			page.front = t.rows
		}
		if o.stage == "imported" {
			return printStage(g.Document())
		}
		if r == nil {
			if r, err = compileModel(ctx, g, opts); err != nil {
				return err
			}
		}
		p, packed, page.of = r.Plan, r.Packed, compiledSource(r, opts)
	}
	if o.stage != "" {
		return inspectStage(p, packed, o.stage)
	}
	if o.check {
		return checkPlan(p, o.json)
	}
	s := summarise(p)
	if s.Loss, err = judge.of(ctx, p); err != nil {
		return err
	}
	if o.html != "" {
		return page.write(ctx, s, o)
	}
	if o.json {
		return printJSON(os.Stdout, s)
	}
	return printText(s.text(columns(os.Stdout)))
}

func inspectStage(p *plan.Plan, packed *he.Circuit, stage string) error {
	switch stage {
	case "imported":
		return printStage(p.Imported.Document())
	case "polynomial":
		return printStage(p.Polynomial.Document())
	case "packed":
		if packed == nil {
			return diag.In(p.Interface.Model, "its plan does not keep stage packed").Cure("inspect the model instead, with the options that it was compiled with")
		}
		return printStage(packed.Document())
	}
	return printStage(p.Circuit.Document()) // planned
}

// printStage prints a program without its blobs.
func printStage(d *text.Document) error {
	body, _ := d.Split()
	return printText(body)
}
