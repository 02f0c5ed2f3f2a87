package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hecc/frontend/onnx"
	"hecc/ir/diag"
	"hecc/passes"
)

func newExplain() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain MODEL.onnx",
		Short: "Say of each node of a model whether hecc can compile it",
		Long: `Say of each node of a model whether hecc can compile it, and if not, why and what
would help. A node that reads the result of one that is not supported is judged
by its operator alone. The exit code is 1 if a node is not supported.

docs/operators.md lists all supported operators.`,
		Example: "  hecc explain model.onnx",
		Args:    exactArgs("MODEL.onnx"),
		RunE:    func(_ *cobra.Command, args []string) error { return runExplain(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the verdicts as JSON")
	return cmd
}

// explanation is what explain says of a model.
type explanation struct {
	Model     string        `json:"model"`
	Supported bool          `json:"supported"`
	Nodes     []nodeVerdict `json:"nodes"`
}

type nodeVerdict struct {
	Node   int      `json:"node"`
	Name   string   `json:"name"`
	Op     string   `json:"op"`
	Status string   `json:"status"` // supported, refused, or unknown
	Reason string   `json:"reason,omitempty"`
	Notes  []string `json:"notes,omitempty"`
}

func runExplain(path string, asJSON bool) error {
	verdicts, g, err := onnx.Explain(path)
	if err != nil {
		return err
	}
	if g != nil {
		if err := refuse(verdicts, passes.Supports(g)); err != nil {
			return err
		}
	}
	e := explain(path, verdicts)
	if asJSON {
		err = printJSON(os.Stdout, e)
	} else {
		err = printText(e.text())
	}
	if err == nil && !e.Supported {
		err = fmt.Errorf("%s: not all nodes are supported", path)
	}
	return err
}

// refuse enters what the passes object to at its node.
func refuse(verdicts []onnx.Verdict, err error) error {
	var d *diag.Error
	if !errors.As(err, &d) {
		return err
	}
	for i := range verdicts {
		if d.Pos.Op != "" && verdicts[i].Pos == d.Pos {
			verdicts[i].Err = d
			return nil
		}
	}
	return err // of the model as a whole
}

func explain(path string, verdicts []onnx.Verdict) *explanation {
	e := &explanation{Model: path, Supported: true, Nodes: []nodeVerdict{}}
	for _, v := range verdicts {
		n := nodeVerdict{Node: v.Pos.Node, Name: v.Pos.Name, Op: v.Pos.Op, Status: "supported"}
		switch {
		case v.Err != nil:
			n.Status, n.Reason, n.Notes = "refused", v.Err.Msg, v.Err.Notes
			e.Supported = false
		case v.Unknown:
			n.Status = "unknown"
		}
		e.Nodes = append(e.Nodes, n)
	}
	return e
}

func (e *explanation) text() string {
	var b strings.Builder
	for _, n := range e.Nodes {
		fmt.Fprintf(&b, " %4d  %-20s %-24s %s\n", n.Node, clip(n.Op, 20), clip(n.Name, 24), n.statusText())
		for _, note := range n.Notes {
			fmt.Fprintf(&b, "       note: %s\n", note)
		}
	}
	return b.String()
}

func (n *nodeVerdict) statusText() string {
	switch n.Status {
	case "refused":
		return "NOT SUPPORTED: " + n.Reason
	case "unknown":
		return "operator is supported; its operands come from a node that is not"
	}
	return "supported"
}
