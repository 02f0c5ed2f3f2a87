package main

import (
	"errors"
	"strings"
	"testing"
)

// TestUsage: wrong command lines are told before any file is read, each with what is right.
func TestUsage(t *testing.T) {
	for line, want := range map[string]string{
		"compil m.onnx":                              `unknown command or argument "compil": did you mean compile?`,
		"compile m.onnx --share-results -1":          "--share-results must be in 0..1073741824",
		"compile m.onnx --batch 0":                   "--batch must be positive",
		"compile m.onnx -o m.client":                 "-o names the plan, m.client would be its client file's name",
		"compile m.onnx --json -o -":                 "--json prints where -o writes the plan: name a file",
		"compile m.onnx --max-memory 5":              `"5" is no size: give a number with a unit, as 512MiB or 2GiB`,
		"inspect m.onnx --html r.html --check":       "--html shows the whole plan: it goes neither with --stage nor with --check",
		"inspect m.onnx --sweep --check":             "--sweep compiles other plans: it goes neither with --stage nor with --check",
		"verify m.onnx --data x.npy --ops":           "--ops goes with --trace",
		"verify m.onnx --data x.npy --html r.html":   "--html goes with --trace; without one, hecc inspect --html makes the page",
		"verify m.onnx":                              "flag --data is required: samples (.npy or .csv)",
		"bench m.onnx --runs 0":                      "--runs and --threads must be positive",
		"token alice --tokens t --days -1":           "--days must not be negative",
		"token a:b --tokens t":                       `"a:b" is no name for a client`,
		"health nowhere":                             `"nowhere" is no address as localhost:9090`,
		"infer https://localhost":                    "infer takes URL and X.npy|X.csv, got 1 argument",
		"infer https://localhost x.npy --tls-cert c": "--tls-cert and --tls-key go together",
		"serve":                                           "takes at least one PLAN",
		"serve m.hecc --listen nowhere":                   "--listen: address nowhere: missing port in address",
		"serve m.hecc --client-ca ca.pem":                 "--client-ca needs TLS: give --tls-cert and --tls-key",
		"serve m.hecc --listen :80":                       "plain HTTP shows them tokens",
		"serve m.hecc --listen :80 --insecure-plain-http": "give --tokens or --client-ca",
		"serve m.hecc --nats-cert c":                      "--nats-cert and --nats-key go together",
		"serve m.hecc --workers nowhere":                  "--workers: address nowhere: missing port in address",
		"serve m.hecc --workers localhost:0":              "--workers needs --nats-password: whoever joins answers jobs",
		"serve m.hecc --workers localhost:0 --nats u":     "--workers and --nats exclude each other: with --nats, workers join there",
		"worker m.hecc":                                   "flag --nats is required",
	} {
		root := newRoot()
		root.SetArgs(strings.Fields(line))
		err := root.ExecuteContext(t.Context())
		if usage := (usageError{}); !errors.As(err, &usage) || !strings.Contains(err.Error(), want) {
			t.Errorf("hecc %s: got %v, want %s", line, err, want)
		}
	}
}
