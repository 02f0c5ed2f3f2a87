package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hecc/internal/progress"
	"hecc/ir/plan"
	"hecc/runtime/client"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/remote"
)

type inferOptions struct {
	keys, plan    string
	token         string // file
	ca, cert, key string
	plainHTTP     bool
	samples       int
	labels, out   string
	json          bool
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
model knows the ID.

With --labels, the samples' classes as the model names them, it says how many answers are right.`,
		Example: `  hecc infer http://localhost:8080 digits.npy
  hecc infer https://example.org digits.npy --token-file token --keys keys -o answers.npy`,
		Args: exactArgs("URL", "X.npy|X.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.samples < 0:
				return usageError{errors.New("--samples must not be negative")}
			case (o.cert == "") != (o.key == ""):
				return usageError{errors.New("--tls-cert and --tls-key go together")}
			}
			return runInfer(cmd.Context(), args[0], args[1], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.keys, "keys", "", "folder of the keys (default: one for each plan with --plan, else for each URL, in the user's configuration)")
	f.StringVar(&o.plan, "plan", "", "the plan's ID (default: that of the keys, or the only one there)")
	f.StringVar(&o.token, "token-file", "", "file with the token")
	f.StringVar(&o.ca, "ca", "", "authorities that the service's certificate may be of (PEM; default: the system's)")
	f.StringVar(&o.cert, "tls-cert", "", "client certificate (PEM)")
	f.StringVar(&o.key, "tls-key", "", "its key (PEM)")
	f.BoolVar(&o.plainHTTP, "insecure-plain-http", false, "plain HTTP to another machine: something else protects the connection")
	f.IntVar(&o.samples, "samples", 0, "how many samples to take (default: all)")
	f.StringVar(&o.labels, "labels", "", "the samples' classes, as the model names them (.npy or .csv)")
	f.StringVarP(&o.out, "output", "o", "", "the first floating-point output (.npy)")
	f.BoolVar(&o.json, "json", false, "print the results as JSON")
	return cmd
}

func runInfer(ctx context.Context, url, path string, o *inferOptions) error {
	if _, err := os.Stat(path); err != nil {
		return err // before keys are made
	}
	b := newBar()
	p, err := o.open(ctx, url, b)
	b.close()
	if err != nil {
		return err
	}
	i, err := plan.DecodeInterface(p.ClientFile())
	if err != nil {
		return err
	}
	samples, labels, err := o.read(i, path)
	if err != nil {
		return err
	}
	results, err := p.Infer(ctx, samples.Rows)
	b.close()
	if err != nil {
		return err
	}
	return o.print(i, results, labels)
}

// open connects to the service.
func (o *inferOptions) open(ctx context.Context, url string, b *bar) (*remote.Plan, error) {
	options := remote.Options{Keys: o.keys, Plan: o.plan, InsecurePlainHTTP: o.plainHTTP, Progress: b.bytes()}
	var err error
	if options.HTTP, err = o.http(); err != nil {
		return nil, err
	}
	if o.token != "" {
		text, err := os.ReadFile(o.token)
		if err != nil {
			return nil, err
		}
		if options.Token = strings.TrimSpace(string(text)); options.Token == "" || strings.ContainsAny(options.Token, " \t\r\n") {
			return nil, fmt.Errorf("%s: holds no token: that is one word, as hecc token prints it", o.token)
		}
	}
	if options.Keys == "" {
		if options.Keys, err = keysFolder(url, o.plan); err != nil {
			return nil, err
		}
		fmt.Fprintf(notes(), "keys are in %s\n", options.Keys)
	}
	warnOfLeftovers(options.Keys)
	return remote.Open(ctx, url, options)
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

// http is a client with the certificates that were given; nil if there are none.
func (o *inferOptions) http() (*http.Client, error) {
	if o.ca == "" && o.cert == "" {
		return nil, nil
	}
	c := &tls.Config{}
	if o.ca != "" {
		var err error
		if c.RootCAs, err = readAuthorities(o.ca); err != nil {
			return nil, err
		}
	}
	if o.cert != "" {
		own, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert %s, --tls-key %s: %w", o.cert, o.key, err)
		}
		c.Certificates = []tls.Certificate{own}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = c
	return &http.Client{Transport: t}, nil
}

// judged are the labels of samples.
type judged struct {
	labels []string
	by     *classifier
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
			*right += equal(j.by.class(j.by.value(r)), j.labels[s])
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
