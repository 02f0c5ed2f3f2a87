package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hecc/internal/progress"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/client"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/remote"
)

type inferOptions struct {
	there       serviceOptions
	keys, plan  string
	samples     int
	labels, out string
	json        bool
}

func newInfer() *cobra.Command {
	var o inferOptions
	cmd := &cobra.Command{
		Use:   "infer URL X.npy|X.csv",
		Short: "Have a service compute samples that it cannot read",
		Long: `Get the client file from a service (hecc serve), make keys, upload the evaluation keys, encrypt the
samples, have the service compute, decrypt the answers and print them as hecc decrypt does.

Keys stay in --keys, and are made and uploaded once; an upload that broke off goes on where it was.
The folder is for one plan. The first client file that comes into it is believed, unless --plan says
which plan it must be: it decides what is encrypted and how results are rounded. Whoever compiled the
model knows the ID. hecc keys shows and deletes what the service keeps of you.

With --labels, the samples' classes as the model names them, it says how many answers are right.`,
		Example: `  hecc infer http://localhost:8080 digits.npy
  hecc infer https://example.org digits.npy --token-file token --keys keys`,
		Args: exactArgs("URL", "X.npy|X.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.samples < 0 {
				return usageError{errors.New("--samples must not be negative")}
			}
			if err := o.there.check(); err != nil {
				return err
			}
			return runInfer(cmd.Context(), args[0], args[1], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.keys, "keys", "", "folder of the keys (default: one for each plan with --plan, else for each URL, in the user's configuration)")
	f.StringVar(&o.plan, "plan", "", "the plan's ID (default: that of the keys, or the only one there)")
	o.there.flags(f)
	f.IntVar(&o.samples, "samples", 0, "how many samples to take (default: all)")
	f.StringVar(&o.labels, "labels", "", "the samples' classes, as the model names them (.npy or .csv)")
	f.StringVarP(&o.out, "output", "o", "", "the first floating-point output (.npy)")
	f.BoolVar(&o.json, "json", false, "print the results as JSON")
	return cmd
}

func runInfer(ctx context.Context, url, path string, o *inferOptions) error {
	if _, err := os.Stat(path); err != nil {
		return err // before the service is asked
	}
	options, err := o.options(url)
	if err != nil {
		return err
	}
	b := newBar()
	options.Progress = b.bytes()
	p, err := remote.Find(ctx, url, options)
	b.close()
	if err != nil {
		return o.there.cured(err)
	}
	i, err := plan.DecodeInterface(p.ClientFile())
	if err != nil {
		return err
	}
	samples, labels, err := o.read(i, path)
	if err != nil {
		return err // before keys are made
	}
	if err := o.connect(ctx, p, options.Keys, b); err != nil {
		return o.there.cured(err)
	}
	results, err := p.Infer(ctx, samples.Rows)
	b.close()
	if err != nil {
		return o.there.cured(err)
	}
	return o.print(i, results, labels)
}

// options are those of package remote.
func (o *inferOptions) options(url string) (remote.Options, error) {
	options, err := o.there.options()
	if err != nil {
		return options, err
	}
	options.Plan, options.Keys = o.plan, o.keys
	if options.Keys == "" {
		options.Keys, err = keysFolder(url, o.plan)
	}
	return options, err
}

// connect makes or finds keys and has the service get them. Where new ones are is said, also if that breaks off.
func (o *inferOptions) connect(ctx context.Context, p *remote.Plan, folder string, b *bar) error {
	warnOfLeftovers(folder)
	secret := filepath.Join(folder, "secret.key")
	_, none := os.Stat(secret)
	err := p.Connect(ctx)
	b.close()
	if _, e := os.Stat(secret); none != nil && e == nil {
		fmt.Fprintf(notes(), "made keys in %s\n", folder)
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(notes(), "note: the same command goes on where this one stopped")
	}
	return err
}

// keysFolder is where keys are kept if nobody says where.
func keysFolder(url, plan string) (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", usageError{fmt.Errorf("%w: give --keys", err)}
	}
	name := plan
	if name == "" {
		name = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
				return r
			}
			return '_'
		}, url)
	}
	return filepath.Join(dir, "hecc", "keys", name), nil
}

// judged are the labels of samples.
type judged struct {
	labels []string
	by     *tensor.Classifier
}

// read reads samples and labels, and refuses samples that the plan is not for.
func (o *inferOptions) read(i *plan.Interface, path string) (*datafile.Samples, *judged, error) {
	c, err := codec.NewCodec(i)
	if err != nil {
		return nil, nil, err
	}
	samples, err := readSamples(path, c.Input())
	if err != nil {
		return nil, nil, err
	}
	var j *judged
	if o.labels != "" {
		g, err := i.EpilogueGraph()
		if err != nil {
			return nil, nil, err
		}
		j = &judged{}
		if j.by, err = newClassifier(g); err == nil {
			j.labels, err = readLabels(o.labels, len(samples.Rows), j.by)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if o.samples > 0 {
		samples.Rows = samples.Rows[:min(o.samples, len(samples.Rows))]
	}
	return samples, j, checkSamples(c, samples, false)
}

func (o *inferOptions) print(i *plan.Interface, results []*client.Result, j *judged) error {
	fmt.Fprintln(notes(), releaseText(i, false))
	var right *int
	if j != nil {
		right = new(int)
		for s, r := range results {
			*right += equal(classOf(j.by, r), j.labels[s])
		}
		defer fmt.Fprintf(notes(), "%d of %d as labelled\n", *right, len(results))
	}
	return printResults(i, results, right, o.out, o.json)
}

// bytes is where uploads report to; nil if nothing is shown.
func (b *bar) bytes() func(what string, done, total int64) {
	if b == nil {
		return nil
	}
	var meter *progress.Meter
	last := ""
	return func(what string, done, total int64) {
		if what != last {
			meter, last = progress.New(b.report), what
			meter.Part(what, 1)
		}
		meter.Step(float64(done)/float64(total), "")
	}
}
