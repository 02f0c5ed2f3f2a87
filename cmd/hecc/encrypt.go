package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/crypt"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

type encryptOptions struct {
	key, out string
	warn     bool
	security int
}

func newEncrypt() *cobra.Command {
	var o encryptOptions
	cmd := &cobra.Command{
		Use:     "encrypt PLAN|CLIENT X.npy|X.csv --key KEY -o X.ct",
		Short:   "Encrypt samples for a plan",
		Example: `  hecc encrypt mlp.client digits.npy --key keys/secret.key -o digits.ct`,
		Args:    exactArgs("PLAN|CLIENT", "X.npy|X.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "key", "output"); err != nil {
				return err
			}
			return runEncrypt(args[0], args[1], &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.key, "key", "", "secret.key (smaller, less noise) or public.key")
	f.StringVarP(&o.out, "output", "o", "", "the encrypted samples")
	f.BoolVar(&o.warn, "allow-out-of-range", false, "encrypt samples outside the plan's range too: their answers are not promised")
	minSecurity(cmd, &o.security)
	return cmd
}

func runEncrypt(planPath, dataPath string, o *encryptOptions) error {
	i, err := readSecureInterface(planPath, o.security)
	if err != nil {
		return err
	}
	c, err := codec.NewCodec(i)
	if err != nil {
		return err
	}
	samples, err := readSamples(dataPath, c.Input())
	if err != nil {
		return err
	}
	if err := checkSamples(c, samples, o.warn); err != nil {
		return err
	}
	runs, err := c.Runs(samples.Rows)
	if err != nil {
		return err
	}
	enc, err := readFile(o.key, func(b []byte) (*crypt.Encryptor, error) { return encryptor(i, b) }, aSecretKey, aPublicKey)
	if err != nil {
		return err
	}
	request, err := enc.Encrypt(runs)
	if err != nil {
		return err
	}
	return writeNoted(o.out, request.Encode(i), fmt.Sprintf("%d encrypted samples", request.Count()))
}

// encryptor takes either kind of key.
func encryptor(i *plan.Interface, key []byte) (*crypt.Encryptor, error) {
	if wire.IsPublicKey(key) {
		public, err := wire.DecodePublicKey(key, i)
		if err != nil {
			return nil, err
		}
		return crypt.NewPublicEncryptor(i, public)
	}
	secret, err := decodeSecretKey(i)(key)
	if err != nil {
		return nil, err
	}
	return secret.Encryptor(), nil
}

func decodeSecretKey(i *plan.Interface) func([]byte) (*crypt.SecretKey, error) {
	return func(b []byte) (*crypt.SecretKey, error) {
		k, err := wire.DecodeSecretKey(b, i)
		if err != nil {
			return nil, err
		}
		return crypt.NewSecretKey(i, k)
	}
}

// packSamples checks samples against the plan's range and lays them out in runs.
func packSamples(i *plan.Interface, samples *datafile.Samples, allow bool) ([]codec.Run, error) {
	c, err := codec.NewCodec(i)
	if err != nil {
		return nil, err
	}
	if err := checkSamples(c, samples, allow); err != nil {
		return nil, err
	}
	return c.Runs(samples.Rows)
}

// checkSamples refuses samples outside the plan's range, or warns of them if they are allowed.
func checkSamples(c *codec.Codec, samples *datafile.Samples, allow bool) error {
	path := samples.Path
	var outside []int
	var first error
	for s, x := range samples.Rows {
		err := c.Check(x)
		var r *codec.RangeError
		var cell *tensor.CellError
		if errors.As(err, &cell) {
			cell.Name(samples.Words)
		}
		switch {
		case errors.As(err, &r):
			if first == nil {
				first = err
			}
			outside = append(outside, s)
		case err != nil:
			return fmt.Errorf("%s: sample %d: %w", path, s, err)
		}
	}
	if first == nil {
		return nil
	}
	d := diag.In(path, "%d of %d samples are outside the plan's range: %s", len(outside), len(samples.Rows), listText(outside)).
		Note("sample %d: %v", outside[0], first)
	if allow {
		fmt.Fprintf(diagnostics(), "warning: %v\n", d.Cure("their answers are not promised, and may be wrong without any other sign; each is computed apart from the others, so those keep their promise"))
		return nil
	}
	return d.Cure("recompile with calibration data like them; or leave them out; or give --allow-out-of-range: their answers are then not promised, and may be wrong without any other sign")
}

// listText names ascending numbers, neighbours as ranges, and only the first of many.
func listText(numbers []int) string {
	const most = 20
	var parts []string
	for k := 0; k < len(numbers); {
		if len(parts) == most {
			return fmt.Sprintf("%s and %d more", strings.Join(parts, ", "), len(numbers)-k)
		}
		end := k
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		part := fmt.Sprint(numbers[k])
		if end > k {
			part += fmt.Sprintf("-%d", numbers[end])
		}
		parts = append(parts, part)
		k = end + 1
	}
	return strings.Join(parts, ", ")
}
