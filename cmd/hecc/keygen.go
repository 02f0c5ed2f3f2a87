package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/client"
)

func newKeygen() *cobra.Command {
	var out string
	var security int
	cmd := &cobra.Command{
		Use:   "keygen PLAN|CLIENT -o KEYDIR",
		Short: "Make the secret, public and evaluation keys of a plan",
		Long: `Make secret.key (stays with the client), public.key (for anyone who encrypts)
and eval.keys (for the server; exactly the keys that the plan uses).`,
		Example: `  hecc keygen mlp.client -o keys`,
		Args:    exactArgs("PLAN|CLIENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "output"); err != nil {
				return err
			}
			return runKeygen(args[0], out, security)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "folder for the keys")
	minSecurity(cmd, &security)
	return cmd
}

func runKeygen(planPath, dir string, security int) error {
	i, err := readSecureInterface(planPath, security)
	if err != nil {
		return err
	}
	secret, err := client.GenerateSecretKey(i)
	if err != nil {
		return err
	}
	public, err := secret.PublicKey()
	if err != nil {
		return err
	}
	eval, err := secret.EvaluationKeys()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	encoded := eval.Encode(i)
	for _, f := range []struct {
		name    string
		content []byte
		mode    os.FileMode
	}{
		{"secret.key", secret.Wire().Encode(), 0o600},
		{"public.key", public.Encode(i), 0o644},
		{"eval.keys", encoded, 0o644},
	} {
		if err := writeFile(filepath.Join(dir, f.name), f.content, f.mode); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "wrote secret.key, public.key and eval.keys (%d rotations, %s) to %s\n",
		len(i.Keys.Rotations), bytesText(len(encoded)), dir)
	return nil
}
