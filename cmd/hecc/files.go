package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/datafile"
	"hecc/runtime/wire"
)

// readFile reads a whole file and names it in errors. A file that is recognised as something else than what
// is wanted is called by its name.
func readFile[T any](path string, decode func([]byte) (T, error), want ...string) (T, error) {
	var none T
	b, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	v, err := decode(b)
	if err == nil {
		return v, nil
	}
	return none, wrongFile(path, b, err, want...)
}

// wrongFile names a file in an error, and calls it by its name if it holds something else than what is
// wanted.
func wrongFile(path string, head []byte, err error, want ...string) error {
	if e := checkHolds(path, head, want...); e != nil {
		return e
	}
	return fmt.Errorf("%s: %w", path, err)
}

func readPlan(path string) (*plan.Plan, error) { return readFile(path, plan.Decode, aPlan) }

// readInterface takes a plan or a client file.
func readInterface(path string) (*plan.Interface, error) {
	return readFile(path, plan.DecodeInterface, aClientFile, aPlan)
}

// readSamples reads data, and says so if a file is one of hecc's own.
func readSamples(path string, in tensor.Input) (*datafile.Samples, error) {
	s, err := datafile.Read(path, in)
	if err != nil {
		if head, e := os.ReadFile(path); e == nil {
			if e := checkHolds(path, head); e != nil {
				return nil, e
			}
		}
		return nil, err
	}
	for _, remark := range s.Remarks {
		fmt.Fprintf(diagnostics(), "warning: %s: %s\n", path, remark)
	}
	return s, nil
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
		return nil, diag.Wrap("%s: %w", path, err).Cure("ask for a plan that was compiled with --security %d, or lower --min-security", security)
	}
	return i, nil
}

// bound makes a decoder of a file that belongs to a plan.
func bound[T any](decode func([]byte, *plan.Interface) (T, error), i *plan.Interface) func([]byte) (T, error) {
	return func(b []byte) (T, error) { return decode(b, i) }
}

// readHead reads how a regular file begins: what it holds and what it belongs to. Of others it gives nothing,
// since what is read off a pipe is gone.
func readHead(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, wire.HeadBytes)
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil // shorter files are the decoder's business
	}
	return head[:n], err
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
func bytesText(n int) string { return memory.Text(int64(n)) }
