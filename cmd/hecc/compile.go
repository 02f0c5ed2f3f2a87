package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

type compileCommand struct {
	compileOptions
	out   string
	stats bool
	json  bool
}

func newCompile() *cobra.Command {
	var o compileCommand
	cmd := &cobra.Command{
		Use:   "compile MODEL.onnx",
		Short: "Compile a model into a plan and its client file",
		Example: `  hecc compile mlp.onnx --calibrate samples.npy -o mlp.hecc
  hecc compile pca.onnx --input-range 0:1 --target-error 1e-3`,
		Args: exactArgs("MODEL.onnx"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args[0])
		},
	}
	o.bind(cmd)
	labelsFlag(cmd, &o.labels)
	cmd.Flags().BoolVar(&o.stats, "stats", false, "print the time, the memory and the size of every pass")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the plan; the client file gets the same name with .client (default: the model's name with .hecc)")
	cmd.Flags().BoolVar(&o.json, "json", false, "print the figures as JSON (docs/json.md)")
	return cmd
}

func (o *compileCommand) run(ctx context.Context, model string) error {
	if o.out == "" {
		o.out = withExtension(model, ".hecc")
	}
	if filepath.Ext(o.out) == ".client" {
		return usageError{fmt.Errorf("-o names the plan, %s would be its client file's name", o.out)}
	}
	if o.json && isStdout(o.out) {
		return usageError{errors.New("--json prints where -o writes the plan: name a file")}
	}
	start := time.Now()
	g, opts, err := o.load(model)
	if err != nil {
		return err
	}
	judge, err := newJudge(o.labels, g, opts.Calibration)
	if err != nil {
		return err
	}
	judge.steer(&opts)
	r, err := compileModel(ctx, g, opts)
	if err != nil {
		return err
	}
	loss, err := judge.of(ctx, r.Plan)
	if err != nil {
		return err
	}
	warn(diagnostics(), r.Report.Warnings)
	wrote, err := o.write(r.Plan)
	if err != nil {
		return err
	}
	report := compileReportOf(r, loss, wrote, time.Since(start))
	if o.json {
		return printJSON(os.Stdout, report)
	}
	if o.stats {
		if err := printPasses(os.Stdout, r.Report.Passes); err != nil {
			return err
		}
	}
	fmt.Fprint(notes(), report.text())
	return nil
}

// write writes the plan and the client file.
func (o *compileCommand) write(p *plan.Plan) (wrote []writtenFile, err error) {
	file := p.Encode()
	files := []output{{o.out, whole(file), dataMode}}
	wrote = []writtenFile{{o.out, "server", len(file)}}
	if !inPlace(o.out) { // a device or a pipe has no room for a second file, and the plan serves as client file too
		client := withExtension(o.out, ".client")
		content := p.Interface.Encode()
		files = append(files, output{client, whole(content), dataMode})
		wrote = append(wrote, writtenFile{client, "client", len(content)})
	}
	return wrote, writeFiles(files...)
}

// printPasses prints a table.
func printPasses(to io.Writer, list []passes.PassReport) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "pass\ttime\tallocated\theap\tnodes\tweights\t")
	for _, p := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t\n", p.Name, durationText(p.Time), bytesText(int(p.Allocated)), bytesText(int(p.Live)), p.Size.Nodes, p.Size.Weights)
	}
	return w.Flush()
}

// warn prints what the compiler has to say of a plan, with what helps.
func warn(w io.Writer, warnings []passes.Warning) {
	for _, x := range warnings {
		fmt.Fprintf(w, "warning: %s\n  note: %s\n", x.Text, x.Cure)
	}
}

// durationText is a time in the digits that matter.
func durationText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// compileModel compiles, and shows on a terminal how far it has come.
func compileModel(ctx context.Context, g *tensor.Graph, opts passes.Options) (*passes.Result, error) {
	b := newBar()
	defer b.close()
	opts.Progress = b.tell()
	return passes.Compile(ctx, g, opts)
}
