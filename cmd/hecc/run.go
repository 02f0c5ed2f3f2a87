package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/eval"
	"hecc/internal/progress"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

type runOptions struct {
	keys, out string
	threads   int
	memory    byteSize
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
	memoryFlag(cmd, &o.memory)
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the encrypted results")
	return cmd
}

func runRun(ctx context.Context, planPath, dataPath string, o *runOptions) error {
	p, err := readPlan(planPath)
	if err != nil {
		return err
	}
	if err := checkTogether(&p.Interface, planPath, dataPath, o.keys); err != nil {
		return err
	}
	request, err := readFile(dataPath, bound(wire.DecodeRequest, &p.Interface), encryptedIn)
	if err != nil {
		return err
	}
	model, err := loadModel(ctx, p, o.threads, o.memory)
	if err != nil {
		return err
	}
	session, err := openKeys(ctx, model, o.keys)
	if err != nil {
		return err
	}
	start := time.Now()
	response, err := runShown(ctx, session, request, nil)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d encrypted answers after %s", request.Count(), durationText(time.Since(start)))
	return writeNoted(o.out, response.Encode(&p.Interface), what)
}

// runShown runs a request, and shows how many of its runs are done. If not nil, done is told how long each took.
func runShown(ctx context.Context, session *eval.Session, request *wire.Request, done func(run int, took time.Duration)) (*wire.Response, error) {
	b := newBar()
	defer b.close()
	meter := progress.New(b.tell())
	meter.Part("run", 1)
	var finished atomic.Int64
	return session.Run(ctx, request, func(run int, took time.Duration) {
		meter.Step(float64(finished.Add(1))/float64(len(request.Runs)), "")
		if done != nil {
			done(run, took)
		}
	})
}

// openKeys reads a file of evaluation keys as it goes: it may be larger than what the session keeps in memory
// beside it.
func openKeys(ctx context.Context, model *eval.Model, path string) (*eval.Session, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	session, err := model.OpenStream(ctx, f)
	if err == nil || ctx.Err() != nil {
		return session, err
	}
	head, _ := readHead(path) // if it cannot be read, there is nothing to say beyond the first error
	return nil, wrongFile(path, head, err, evalKeys)
}

// checkTogether finds out from their first bytes that samples and keys are another plan's, or not of one key
// set: the keys may be hundreds of megabytes.
func checkTogether(i *plan.Interface, planPath, dataPath, keysPath string) error {
	var claims []wire.Binding
	for _, f := range []struct{ path, want string }{{dataPath, encryptedIn}, {keysPath, evalKeys}} {
		head, err := readHead(f.path)
		if err != nil {
			return err
		}
		if err := checkHolds(f.path, head, f.want); err != nil {
			return err
		}
		b, ok := wire.ClaimedBinding(head)
		if !ok {
			return nil // the decoder says what is wrong with it
		}
		if b.Plan != i.ID() {
			return diag.In(f.path, "the %s were made for another plan than %s", f.want, planPath).
				Cure("run the plan that they were made for, or make keys and encrypted inputs again with the client file of this one")
		}
		claims = append(claims, b)
	}
	return claims[0].Match("the inputs in "+dataPath, claims[1], "the keys in "+keysPath)
}
