package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

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
	warn(os.Stderr, r.Report.Warnings)
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
	fmt.Fprintf(os.Stderr, "wrote %s (server) and %s (client, no weights); predicted error %.2g\n", out, client, r.Plan.Interface.PredictedError)
	if promise := promiseText(r.Plan); promise != "" {
		fmt.Fprint(os.Stderr, promise)
	}
	return nil
}

// warn prints what the compiler has to say of a plan, with what helps.
func warn(w io.Writer, warnings []passes.Warning) {
	for _, x := range warnings {
		fmt.Fprintf(w, "warning: %s\n  note: %s\n", x.Text, x.Cure)
	}
}
