package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/client"
	"hecc/ir/plan"
	codec "hecc/runtime/client"
	"hecc/runtime/wire"
)

type encryptOptions struct {
	key, out string
	warn     bool
}

func newEncrypt() *cobra.Command {
	var o encryptOptions
	cmd := &cobra.Command{
		Use:     "encrypt PLAN|CLIENT X.npy --key KEY -o X.ct",
		Short:   "Encrypt samples for a plan",
		Example: `  hecc encrypt mlp.client digits.npy --key keys/secret.key -o digits.ct`,
		Args:    exactArgs("PLAN|CLIENT", "X.npy"),
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
	f.BoolVar(&o.warn, "allow-out-of-range", false, "warn about samples outside the plan's range instead of refusing them")
	return cmd
}

func runEncrypt(planPath, dataPath string, o *encryptOptions) error {
	i, err := readInterface(planPath)
	if err != nil {
		return err
	}
	samples, err := readSamples(dataPath)
	if err != nil {
		return err
	}
	slots, err := packSamples(i, dataPath, samples, o.warn)
	if err != nil {
		return err
	}
	enc, err := readFile(o.key, func(b []byte) (*client.Encryptor, error) { return encryptor(i, b) }, aSecretKey, aPublicKey)
	if err != nil {
		return err
	}
	request, err := enc.Encrypt(slots)
	if err != nil {
		return err
	}
	request.Last = len(samples) % i.Lanes
	return writeNoted(o.out, request.EncodeRequest(i), fmt.Sprintf("%d encrypted samples", len(samples)))
}

// encryptor takes either kind of key.
func encryptor(i *plan.Interface, key []byte) (*client.Encryptor, error) {
	if wire.IsPublicKey(key) {
		public, err := wire.DecodePublicKey(key, i)
		if err != nil {
			return nil, err
		}
		return client.NewPublicEncryptor(i, public)
	}
	secret, err := decodeSecretKey(i)(key)
	if err != nil {
		return nil, err
	}
	return secret.Encryptor(), nil
}

func decodeSecretKey(i *plan.Interface) func([]byte) (*client.SecretKey, error) {
	return func(b []byte) (*client.SecretKey, error) {
		k, err := wire.DecodeSecretKey(b, i)
		if err != nil {
			return nil, err
		}
		return client.NewSecretKey(i, k)
	}
}

// packSamples checks samples against the plan's range and lays them out in runs.
func packSamples(i *plan.Interface, path string, samples [][]float64, warn bool) ([][][]float64, error) {
	c, err := codec.NewCodec(i)
	if err != nil {
		return nil, err
	}
	if err := checkSamples(c, path, samples, warn); err != nil {
		return nil, err
	}
	return c.Runs(samples), nil
}

func checkSamples(c *codec.Codec, path string, samples [][]float64, warn bool) error {
	for s, x := range samples {
		err := c.Check(x)
		var outside *codec.RangeError
		switch {
		case errors.As(err, &outside) && warn:
			fmt.Fprintf(os.Stderr, "warning: %s: sample %d: %v\n", path, s, err)
		case errors.As(err, &outside):
			return fmt.Errorf("%s: sample %d: %w\n  note: the answer would be wrong without any sign; recompile with calibration data like it, or give --allow-out-of-range", path, s, err)
		case err != nil:
			return fmt.Errorf("%s: sample %d: %w", path, s, err)
		}
	}
	return nil
}
