package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hecc/backend/lattigo/crypt"
	"hecc/ir/diag"
	"hecc/runtime/wire"
)

func newKeygen() *cobra.Command {
	var out string
	var force bool
	var security int
	cmd := &cobra.Command{
		Use:   "keygen PLAN|CLIENT -o KEYDIR",
		Short: "Make the secret, public and evaluation keys of a plan",
		Long: `Make secret.key (stays with the client), public.key (for anyone who encrypts)
and eval.keys (for the server; exactly the keys that the plan uses).

What was encrypted for an old secret key is lost with it, so keygen replaces none unless it gets --force,
nor a public.key or eval.keys whose secret key was moved elsewhere.
The secret key is written last: where there is one, the set is whole.`,
		Example: `  hecc keygen mlp.client -o keys`,
		Args:    exactArgs("PLAN|CLIENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "output"); err != nil {
				return err
			}
			return runKeygen(args[0], out, security, force)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "folder for the keys")
	cmd.Flags().BoolVar(&force, "force", false, "replace the keys that are in the folder")
	minSecurity(cmd, &security)
	return cmd
}

func runKeygen(planPath, dir string, security int, force bool) error {
	i, err := readSecureInterface(planPath, security)
	if err != nil {
		return err
	}
	if err := checkNoKeys(dir); err != nil && !force {
		return err
	}
	warnOfLeftovers(dir)
	secret, err := crypt.GenerateSecretKey(i)
	if err != nil {
		return err
	}
	var files []output
	names := "secret.key and eval.keys"
	if wire.CheckPublic(i) == nil {
		public, err := secret.PublicKey()
		if err != nil {
			return err
		}
		names = "secret.key, public.key and eval.keys"
		files = append(files, output{filepath.Join(dir, "public.key"), whole(public.Encode(i)), dataMode})
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files = append(files,
		output{filepath.Join(dir, "eval.keys"), secret.WriteEvaluationKeys, dataMode},
		output{filepath.Join(dir, "secret.key"), whole(secret.Wire().Encode()), secretMode},
	)
	if err := writeFiles(files...); err != nil {
		return err
	}
	fmt.Fprintf(notes(), "wrote %s (%d rotations, %s) to %s\n", names,
		len(i.Keys.Rotations), bytesText(wire.EvaluationKeysSize(i)), dir)
	return nil
}

// checkNoKeys refuses a folder with any file of a key set: the secret key may lie elsewhere, and the others
// still be in use.
func checkNoKeys(dir string) error {
	for _, k := range []struct{ name, loss string }{
		{"secret.key", "what was encrypted for it could no longer be decrypted"},
		{"public.key", "it belongs to a secret key that is not in this folder, and may be in use"},
		{"eval.keys", "it belongs to a secret key that is not in this folder, and may be in use"},
	} {
		path := filepath.Join(dir, k.name)
		if _, err := os.Lstat(path); err == nil {
			return diag.Reason("%s is there already: %s", path, k.loss).Cure("choose another folder, or give --force to replace the keys in this one")
		}
	}
	return nil
}

// warnOfLeftovers names what a run that was killed has left in the folder.
func warnOfLeftovers(dir string) {
	names, _ := filepath.Glob(filepath.Join(dir, temporary+"*")) // it only fails for a bad pattern; then there is nothing to tell
	for _, name := range names {
		fmt.Fprintf(diagnostics(), "warning: %s was left by a run that was interrupted, and may hold a secret key: remove it\n", name)
	}
}
