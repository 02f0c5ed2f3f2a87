package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// readFile reads a whole file and names it in errors.
func readFile[T any](path string, decode func([]byte) (T, error)) (T, error) {
	var none T
	b, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	v, err := decode(b)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

func readPlan(path string) (*plan.Plan, error) { return readFile(path, plan.Decode) }

// readInterface takes a plan or a client file.
func readInterface(path string) (*plan.Interface, error) {
	return readFile(path, plan.DecodeInterface)
}

// minSecurity is the flag of commands that trust a plan's parameters with data or keys.
func minSecurity(cmd *cobra.Command, bits *int) {
	cmd.Flags().IntVar(bits, "min-security", params.SecurityLevels[0], "least security in bits that the plan's parameters must give")
}

// readSecureInterface is readInterface for parameters of a least security.
func readSecureInterface(path string, security int) (*plan.Interface, error) {
	i, err := readInterface(path)
	if err != nil {
		return nil, err
	}
	if err := i.Require(security); err != nil {
		return nil, fmt.Errorf("%s: %w\n  note: ask for a plan that was compiled with --security %d, or lower --min-security", path, err, security)
	}
	return i, nil
}

// bound makes a decoder of a file that belongs to a plan.
func bound[T any](decode func([]byte, *plan.Interface) (T, error), i *plan.Interface) func([]byte) (T, error) {
	return func(b []byte) (T, error) { return decode(b, i) }
}

func readEvaluationKeys(path string, i *plan.Interface) (*wire.EvaluationKeys, error) {
	return readFile(path, bound(wire.DecodeEvaluationKeys, i))
}

// writeFile writes to a temporary file beside the target and renames it, so that no
// reader ever sees half a file. The path - is standard output.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if path == "-" {
		_, err := os.Stdout.Write(content)
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// withExtension replaces the extension of a path.
func withExtension(path, ext string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ext
}

// printJSON writes one indented object.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// bytesText is a size in the unit that fits.
func bytesText(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
