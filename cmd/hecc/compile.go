package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/passes"
)

func newCompile() *cobra.Command {
	var opts compileOptions
	var out string
	cmd := &cobra.Command{
		Use:   "compile MODEL.onnx",
		Short: "Compile a model into a plan and its client file",
		Example: `  hecc compile mlp.onnx --calibrate samples.npy -o mlp.hecc
  hecc compile pca.onnx --input-range 0:1 --target-error 1e-3`,
		Args: exactArgs("MODEL.onnx"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompile(args[0], out, &opts)
		},
	}
	opts.bind(cmd)
	cmd.Flags().StringVarP(&out, "output", "o", "", "the plan; the client file gets the same name with .client (default: the model's name with .hecc)")
	return cmd
}

func runCompile(model, out string, o *compileOptions) error {
	g, opts, err := o.load(model, os.Stderr)
	if err != nil {
		return err
	}
	r, err := passes.Compile(g, opts)
	if err != nil {
		return err
	}
	if out == "" {
		out = withExtension(model, ".hecc")
	}
	if err := writeFile(out, r.Plan.Encode(), 0o644); err != nil {
		return err
	}
	client := withExtension(out, ".client")
	if err := writeFile(client, r.Plan.Interface.Encode(), 0o644); err != nil {
		return err
	}
	if f := r.Plan.Interface.Flooding; f.Queries > 0 {
		fmt.Fprintf(os.Stderr, "flooding: %d results may be shared at %d bits of statistical security; of the precision it takes %.0f bits, which the predicted error counts\n",
			f.Queries, plan.FloodingSecurity, r.Report.FloodingBits)
	}
	fmt.Fprintf(os.Stderr, "wrote %s (server) and %s (client, no weights); predicted error %.2g\n", out, client, r.Plan.Interface.PredictedError)
	return nil
}
