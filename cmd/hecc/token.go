package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hecc/runtime/service"
)

func newToken() *cobra.Command {
	var file string
	var days int
	cmd := &cobra.Command{
		Use:   "token NAME --tokens FILE",
		Short: "Make a token for a client of hecc serve",
		Long: `Make a token, print it once, and add its SHA-256 to the file that hecc serve --tokens reads, with the
client's name. A service that runs reads the file again. A client may have several tokens; to take
one back, remove its line.`,
		Example: `  hecc token alice --tokens tokens --days 90`,
		Args:    exactArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := required(cmd, "tokens"); err != nil {
				return err
			}
			if days < 0 {
				return usageError{errors.New("--days must not be negative")}
			}
			var expiry time.Time
			if days > 0 {
				expiry = time.Now().AddDate(0, 0, days)
			}
			return runToken(args[0], file, expiry)
		},
	}
	cmd.Flags().StringVar(&file, "tokens", "", "file of the clients' tokens")
	cmd.Flags().IntVar(&days, "days", 0, "how many days it is good for (default: for ever)")
	return cmd
}

func runToken(name, file string, expiry time.Time) error {
	secret, line, err := service.NewToken(name, expiry)
	if err != nil {
		return usageError{err}
	}
	if _, err := service.ReadTokens(file, slog.New(slog.DiscardHandler)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := appendLine(file, line); err != nil {
		return err
	}
	fmt.Fprintf(notes(), "added a token for %s to %s; it is shown this once\n", name, file)
	return printText(secret + "\n")
}

// appendLine adds a line to a file that is for its owner only, on the disk.
func appendLine(path, line string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(old) > 0 && !bytes.HasSuffix(old, []byte("\n")) {
		line = "\n" + line
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, secretMode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Sync(), f.Close())
}
