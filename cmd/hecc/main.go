// Command hecc compiles trained ONNX models into plans that compute on CKKS-encrypted
// data, and runs them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
)

func main() {
	reportBrokenPipes()
	keepWithin(machineMemory())
	os.Exit(execute(os.Args[1:]))
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // it failed and said why
	exitUsage  = 2 // the command line was wrong
	exitDiffer = 3 // hecc diff: the plans differ

	exitInterrupted = 130 // as shells have it
)

// usageError is a mistake in the command line.
type usageError struct{ error }

// onlyErrors leaves standard error to errors and warnings.
var onlyErrors bool

// notes is where what a command has done is said.
func notes() io.Writer {
	if onlyErrors {
		return io.Discard
	}
	return diagnostics()
}

func execute(args []string) int {
	root := newRoot()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root.SetArgs(args)
	out := &printer{w: os.Stdout}
	root.SetOut(out)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = out.err
	}
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(diagnostics(), "hecc: interrupted")
		return exitInterrupted
	case errors.Is(err, errDiffer):
		return exitDiffer
	case errors.As(err, &usage):
		fmt.Fprintf(diagnostics(), "hecc: %v\nRun '%s --help' for usage.\n", err, cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(diagnostics(), "hecc: %v\n", cured(err))
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "hecc",
		Short: "Run trained ONNX models on encrypted data",
		Long: `hecc compiles a trained ONNX model into a plan that computes the model on
CKKS-encrypted data. The machine that runs the plan sees neither the data nor the answer.

  server                                client
  hecc compile model.onnx            ─> model.client
                                        hecc keygen, hecc encrypt
  hecc run model.hecc                <─ eval.keys, x.ct
                                     ─> y.ct
                                        hecc decrypt

or over HTTP: hecc serve and hecc infer.`,
		Version:       versionText(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2 // letters
	root.PersistentFlags().BoolVarP(&onlyErrors, "quiet", "q", false, "print errors and warnings only")
	root.SetVersionTemplate("{{.Version}}")
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages ", fmt.Sprintf("FlagUsagesWrapped %d ", columns(os.Stdout))))
	root.AddCommand(newDemo(), newExplain(), newCompile(), newInspect(), newKeygen(), newEncrypt(), newRun(), newDecrypt(), newVerify(), newDiff(), newBench(), newServe(), newWorker(), newToken(), newInfer(), newKeys(), newHealth())
	for _, cmd := range root.Commands() {
		cmd.Long = reflow(cmd.Long, columns(os.Stdout))
	}
	return root
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return usageError{fmt.Errorf("unknown command or argument %q: did you mean %s?", args[0], strings.Join(meant, " or "))}
	}
	return usageError{fmt.Errorf("unknown command or argument %q", args[0])}
}

// exactArgs wants one argument for each name.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != len(names) {
			takes := "no argument"
			if len(names) > 0 {
				takes = strings.Join(names, " and ")
			}
			return usageError{fmt.Errorf("takes %s, got %d", takes, len(args))}
		}
		return nil
	}
}

// required rejects a command line without the named flags.
func required(cmd *cobra.Command, flags ...string) error {
	for _, f := range flags {
		if !cmd.Flags().Changed(f) {
			return usageError{fmt.Errorf("flag --%s is required", f)}
		}
	}
	return nil
}
