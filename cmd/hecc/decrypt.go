package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hecc/ir/plan"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

type decryptOptions struct {
	key, out  string
	json, raw bool
}

func newDecrypt() *cobra.Command {
	var o decryptOptions
	cmd := &cobra.Command{
		Use:   "decrypt PLAN|CLIENT Y.ct --key KEYDIR/secret.key [-o Y.npy]",
		Short: "Decrypt results and compute the model's epilogue",
		Long: `Decrypt results. With -o the first floating-point output goes to a .npy file;
without it, all outputs of every sample are printed, with the digits that the
predicted error leaves meaning to. --json prints an array with an object for each
sample: "outputs", each with "name", "shape", "values", and "labels" or "keys" where
the model names classes, and "primary", the values that the predicted error is of.
A value that is NaN or infinite is null in JSON.

Digits beyond the plan's promised error are encryption noise, and from them the secret key can
be computed by whoever has the ciphertexts too: one result is enough. Therefore decrypted values
are rounded to the plan's precision, and everything is computed from the rounded ones; half a
step is part of the promised error. Rounding stops the known attack, it is no proof: results of
the same key that are shown to the server, or to anyone who may have the ciphertexts, should
come from a plan compiled with --share-results, whose results are flooded with noise. With --raw
results keep all digits: they are for the holder of the key alone. SECURITY.md says more.`,
		Example: `  hecc decrypt mlp.client answers.ct --key keys/secret.key -o answers.npy`,
		Args:    exactArgs("PLAN|CLIENT", "Y.ct"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "key"); err != nil {
				return err
			}
			return runDecrypt(args[0], args[1], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.key, "key", "", "the secret key")
	f.StringVarP(&o.out, "output", "o", "", "the first floating-point output (.npy)")
	f.BoolVar(&o.raw, "raw", false, "all digits, neither flooded nor rounded: show them to nobody")
	f.BoolVar(&o.json, "json", false, "print the results as JSON")
	return cmd
}

func runDecrypt(planPath, dataPath string, o *decryptOptions) error {
	i, err := readInterface(planPath)
	if err != nil {
		return err
	}
	secret, err := readFile(o.key, decodeSecretKey(i), aSecretKey)
	if err != nil {
		return err
	}
	response, err := readFile(dataPath, bound(wire.DecodeResponse, i), encryptedOut)
	if err != nil {
		return err
	}
	runs, err := secret.Decryptor().Decrypt(response)
	if err != nil {
		return fmt.Errorf("%s: %w", dataPath, err)
	}
	results, err := unpackSamples(i, runs, o.codec()...)
	if err != nil {
		return err
	}
	fmt.Fprintln(notes(), releaseText(i, o.raw))
	return printResults(i, results, nil, o.out, o.json)
}

// resultReport is what decrypt and infer print.
type resultReport struct {
	Schema  string          `json:"schema"`
	Plan    string          `json:"plan"`            // the ID of the plan
	Samples []*codec.Result `json:"samples"`         // the answers, in the order of the samples
	Right   *int            `json:"right,omitempty"` // of them, the answers that are as labelled; with --labels
}

// printResults writes the first floating-point output to a file, or prints all outputs.
func printResults(i *plan.Interface, results []*codec.Result, right *int, out string, json bool) error {
	if out != "" {
		file, err := datafile.EncodeNpy(primaries(results))
		if err != nil {
			return err
		}
		return writeNoted(out, file, fmt.Sprintf("%d answers of %d numbers", len(results), len(results[0].Primary)))
	}
	if json {
		return printJSON(os.Stdout, resultReport{resultsSchema, i.ID().String(), results, right})
	}
	var text strings.Builder
	for s, r := range results {
		fmt.Fprintf(&text, "sample %d\n%s", s, foldLines(resultText(r, decimals(i.PredictedError)), columns(os.Stdout)))
	}
	return printText(text.String())
}

func (o *decryptOptions) codec() []codec.Option {
	if o.raw {
		return []codec.Option{codec.Raw()}
	}
	return nil
}

// releaseText says with whom results may be shared.
func releaseText(i *plan.Interface, raw bool) string {
	switch f := i.Flooding; {
	case raw:
		return "note: raw results: the secret key follows from them and the ciphertexts, show them to nobody"
	case f.Queries > 0:
		return fmt.Sprintf("note: flooded with noise of deviation %.2g and rounded to multiples of %.3g when decrypted: up to %d results of this key may be shared", f.Deviation, i.Rounding, f.Queries)
	}
	return fmt.Sprintf("note: rounded to multiples of %.3g when decrypted; to share results with others, compile with --share-results (see hecc decrypt --help)", i.Rounding)
}

// unpackSamples reads the results of decrypted runs.
func unpackSamples(i *plan.Interface, runs []codec.Run, opts ...codec.Option) ([]*codec.Result, error) {
	c, err := codec.NewCodec(i, opts...)
	if err != nil {
		return nil, err
	}
	return c.Results(runs)
}

// primaries takes the output that errors are measured on.
func primaries(results []*codec.Result) [][]float64 {
	out := make([][]float64, len(results))
	for s, r := range results {
		out[s] = r.Primary
	}
	return out
}

// decimals are the places after the point that an error of this size leaves meaning to.
func decimals(predicted float64) int {
	const all = 15
	if predicted == 0 {
		return all
	}
	return min(max(0, int(math.Ceil(-math.Log10(predicted)))), all)
}

// resultText prints numbers with so many places after the point, and in full those that come in steps.
func resultText(r *codec.Result, places int) string {
	var b strings.Builder
	for _, o := range r.Outputs {
		fmt.Fprintf(&b, "  %s:", o.Name)
		for k, v := range o.Values {
			number := decimalText(v, places)
			if o.Steps {
				number = decimalText(v, -1)
			}
			switch {
			case o.Labels != nil:
				fmt.Fprintf(&b, " %s", o.Labels[k])
			case o.Keys != nil:
				fmt.Fprintf(&b, " %s:%s", o.Keys[k%len(o.Keys)], number)
			default:
				b.WriteString(" " + number)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// decimalText is a number with so many places after the point; one that has only zeros then has no sign.
func decimalText(v float64, places int) string {
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return text
}
