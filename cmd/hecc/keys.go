package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/runtime/remote"
)

func newKeys() *cobra.Command {
	var o serviceOptions
	var unwanted []string
	cmd := &cobra.Command{
		Use:   "keys URL [--delete ID]...",
		Short: "List or delete the key sets that a service keeps of you",
		Long: `List the evaluation keys that a service (hecc serve) keeps of the client, and uploads that are not
done, oldest first; or delete some. An ID may be cut short as far as only one begins with it.

Your own files stay: hecc infer uploads them again when they are needed. To be rid of keys for good,
delete their folder too.`,
		Example: `  hecc keys https://example.org --token-file token
  hecc keys https://example.org --token-file token --delete 57cf12e2e58c`,
		Args: exactArgs("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return o.cured(runKeys(cmd.Context(), args[0], unwanted, &o))
		},
	}
	cmd.Flags().StringArrayVar(&unwanted, "delete", nil, "ID of a key set to delete; may be given several times")
	o.flags(cmd.Flags())
	return cmd
}

func runKeys(ctx context.Context, url string, unwanted []string, o *serviceOptions) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	sets, err := remote.KeySets(ctx, url, options)
	if err != nil {
		return err
	}
	if len(unwanted) == 0 {
		return printKeySets(sets)
	}
	var chosen []remote.KeySet
	for _, id := range unwanted {
		set, err := keySetOf(sets, id)
		if err != nil {
			return err // before any is deleted
		}
		chosen = append(chosen, set)
	}
	for _, set := range chosen {
		if err := remote.DeleteKeySet(ctx, url, set.ID, options); err != nil {
			return err
		}
		fmt.Fprintf(notes(), "deleted key set %.12s, %s\n", set.ID, memory.Text(set.Bytes))
	}
	return nil
}

// keySetOf finds the only key set whose ID begins so.
func keySetOf(sets []remote.KeySet, id string) (found remote.KeySet, err error) {
	n := 0
	for _, s := range sets {
		if strings.HasPrefix(s.ID, id) {
			found = s
			n++
		}
	}
	switch {
	case id == "" || n == 0:
		return found, diag.Reason("the service keeps no key set %q of you", id).Cure("without --delete all are listed")
	case n > 1:
		return found, diag.Reason("%d key sets begin with %q", n, id).Cure("give more of the ID")
	}
	return found, nil
}

func printKeySets(sets []remote.KeySet) error {
	if len(sets) == 0 {
		fmt.Fprintln(notes(), "the service keeps no keys of you")
		return nil
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "key set\tplan\tbytes\tbegun\t")
	for _, s := range sets {
		state := ""
		if !s.Committed {
			state = fmt.Sprintf("%d of %d parts uploaded", len(s.Received), s.Parts)
		}
		fmt.Fprintf(w, "%.12s\t%.12s\t%s\t%s\t%s\n", s.ID, s.Plan, memory.Text(s.Bytes), s.Begun.Local().Format("2006-01-02 15:04"), state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return printText(trimmed(text.String()))
}

// trimmed is a table without blanks at the ends of lines.
func trimmed(table string) string {
	var b strings.Builder
	for line := range strings.Lines(table) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}
