package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

func newCompile() *cobra.Command {
	var opts compileOptions
	var out string
	var stats bool
	cmd := &cobra.Command{
		Use:   "compile MODEL.onnx",
		Short: "Compile a model into a plan and its client file",
		Example: `  hecc compile mlp.onnx --calibrate samples.npy -o mlp.hecc
  hecc compile pca.onnx --input-range 0:1 --target-error 1e-3`,
		Args: exactArgs("MODEL.onnx"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompile(cmd.Context(), args[0], out, stats, &opts)
		},
	}
	opts.bind(cmd)
	labelsFlag(cmd, &opts.labels)
	cmd.Flags().BoolVar(&stats, "stats", false, "print the time, the memory and the size of every pass")
	cmd.Flags().StringVarP(&out, "output", "o", "", "the plan; the client file gets the same name with .client (default: the model's name with .hecc)")
	return cmd
}

func runCompile(ctx context.Context, model, out string, stats bool, o *compileOptions) error {
	if out == "" {
		out = withExtension(model, ".hecc")
	}
	if filepath.Ext(out) == ".client" {
		return usageError{fmt.Errorf("-o names the plan, %s would be its client file's name", out)}
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
	r, err := compileModel(ctx, g, opts)
	if err != nil {
		return err
	}
	loss, err := judge.of(ctx, r.Plan)
	if err != nil {
		return err
	}
	warn(os.Stderr, r.Report.Warnings)
	file := r.Plan.Encode()
	files := []output{{out, whole(file), dataMode}}
	wrote := fmt.Sprintf("wrote %s (server, %s)", out, bytesText(len(file)))
	if !inPlace(out) { // a device or a pipe has no room for a second file, and the plan serves as client file too
		client := withExtension(out, ".client")
		content := r.Plan.Interface.Encode()
		files = append(files, output{client, whole(content), dataMode})
		wrote += fmt.Sprintf(" and %s (client, no weights, %s)", client, bytesText(len(content)))
	}
	if err := writeFiles(files...); err != nil {
		return err
	}
	if stats {
		if err := printPasses(os.Stdout, r.Report.Passes); err != nil {
			return err
		}
	}
	fmt.Fprintf(notes(), "%s after %s\n%s", wrote, durationText(time.Since(start)), chosenText(summarise(r.Plan)))
	if loss != nil {
		fmt.Fprintf(notes(), "  %s\n", loss.text())
	}
	for _, note := range r.Report.Notes {
		fmt.Fprintf(notes(), "  %s\n", note)
	}
	if f := r.Plan.Interface.Flooding; f.Queries > 0 {
		fmt.Fprintf(notes(), "flooding: %d results may be shared at %d bits of statistical security; of the precision it takes %.0f bits, which the predicted error counts\n",
			f.Queries, plan.FloodingSecurity, r.Report.FloodingBits)
	}
	return nil
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

// chosenText says in a few lines what the compiler chose.
func chosenText(s *summary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  N=2^%d, %d levels, %d-bit security; predicted %.1f ms", s.LogN, s.Levels, s.SecurityBits, s.PredictedMs)
	if s.Lanes > 1 {
		fmt.Fprintf(&b, " for %d samples at a time", s.Lanes)
	}
	fmt.Fprintf(&b, "\n  %d rotation keys, evaluation keys %s, input %s, output %s\n",
		s.RotationKeys, bytesText(s.EvalKeyBytes), bytesText(s.InputBytes), bytesText(s.OutputBytes))
	fmt.Fprintf(&b, "  memory of the %s\n", s.memoryText())
	if degrees := s.degrees(); len(degrees) > 0 {
		fmt.Fprintf(&b, "  polynomials of degree %s\n", strings.Join(degrees, ", "))
	}
	fmt.Fprintf(&b, "  predicted error %.2g of %s", s.PredictedError, s.ErrorOf)
	if text := s.agreementText(); text != "" {
		b.WriteString("; argmax " + text)
	}
	b.WriteString("\n")
	for k, line := range s.promises {
		if k > 0 {
			line = "  " + line
		}
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
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
