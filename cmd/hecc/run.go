package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/eval"
	"hecc/runtime/wire"
)

type runOptions struct {
	keys, out string
	threads   int
}

func newRun() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run PLAN X.ct --eval-keys KEYDIR/eval.keys -o Y.ct",
		Short:   "Compute a plan on encrypted samples",
		Example: `  hecc run mlp.hecc digits.ct --eval-keys keys/eval.keys -o answers.ct`,
		Args:    exactArgs("PLAN", "X.ct"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "eval-keys", "output"); err != nil {
				return err
			}
			if o.threads < 1 {
				return usageError{errors.New("--threads must be positive")}
			}
			return runRun(cmd.Context(), args[0], args[1], &o)
		},
	}
	cmd.Flags().StringVar(&o.keys, "eval-keys", "", "the client's evaluation keys")
	cmd.Flags().IntVar(&o.threads, "threads", runtime.NumCPU(), "threads: they share out samples, or the work of one")
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the encrypted results")
	return cmd
}

func runRun(ctx context.Context, planPath, dataPath string, o *runOptions) error {
	p, err := readPlan(planPath)
	if err != nil {
		return err
	}
	keys, err := readEvaluationKeys(o.keys, &p.Interface)
	if err != nil {
		return err
	}
	request, err := readFile(dataPath, bound(wire.DecodeRequest, &p.Interface))
	if err != nil {
		return err
	}
	session, err := eval.Open(p, keys, eval.Threads(o.threads))
	if err != nil {
		return err
	}
	start := time.Now()
	response, err := session.Run(ctx, request, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d samples in %v\n", request.Count(), time.Since(start).Round(time.Millisecond))
	return writeFile(o.out, response.Encode(&p.Interface), 0o644)
}
