package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hecc/frontend/onnx"
	"hecc/passes"
	"hecc/passes/lower"
)

func newExplain() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain MODEL.onnx",
		Short: "Say of each node of a model whether hecc can compile it",
		Long: `Say of a model and of each of its nodes whether hecc can compile it, and if not,
why and what would help: all reasons at once. A node that reads the result of one
that is not supported is judged by its operator alone. The exit code is 1 if the
model is not supported; --json prints the reasons then too.

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
	Schema    string        `json:"schema"`
	Model     string        `json:"model"`
	Supported bool          `json:"supported"`
	Reasons   []reason      `json:"reasons"` // why the model as a whole is not
	Remarks   []string      `json:"remarks"` // assumptions of the importer
	Nodes     []nodeVerdict `json:"nodes"`
}

type reason struct {
	Reason string   `json:"reason"`
	Notes  []string `json:"notes,omitempty"`
}

type nodeVerdict struct {
	Node   int      `json:"node"`
	Name   string   `json:"name"`
	Op     string   `json:"op"`
	Status string   `json:"status"`           // supported, refused, or unknown
	Client string   `json:"client,omitempty"` // when the client computes it: before encryption, or after decryption
	Reason string   `json:"reason,omitempty"`
	Notes  []string `json:"notes,omitempty"`
}

func runExplain(path string, asJSON bool) error {
	report, err := onnx.Explain(path)
	if err == nil && report.Graph != nil {
		err = report.Refuse(passes.Supports(report.Graph))
	}
	if err != nil {
		return err
	}
	e := explain(path, report)
	if asJSON {
		if err := printJSON(os.Stdout, e); err != nil {
			return err
		}
	} else if err := printText(e.text()); err != nil {
		return err
	}
	return e.verdict()
}

func explain(path string, report *onnx.Report) *explanation {
	e := &explanation{Schema: explainSchema, Model: path, Supported: len(report.Faults) == 0, Reasons: []reason{}, Remarks: []string{}, Nodes: []nodeVerdict{}}
	for _, d := range report.Faults {
		e.Reasons = append(e.Reasons, reason{d.Msg, d.Notes})
	}
	if report.Graph != nil {
		e.Remarks = append(e.Remarks, report.Graph.Remarks...)
	}
	var inFront, behind map[int]bool
	if report.Graph != nil && e.Supported {
		inFront, behind = lower.PrologueNodes(report.Graph), lower.EpilogueNodes(report.Graph)
	}
	for _, v := range report.Nodes {
		n := nodeVerdict{Node: v.Pos.Node, Name: v.Pos.Name, Op: v.Pos.Op, Status: "supported", Client: clientPart(v, inFront, behind)}
		switch {
		case v.Err != nil:
			n.Client, n.Status, n.Reason, n.Notes = "", "refused", v.Err.Msg, v.Err.Notes
			e.Supported = false
		case v.Unknown:
			n.Status = "unknown"
		}
		e.Nodes = append(e.Nodes, n)
	}
	return e
}

// verdict is the error that ends the command if the model cannot be compiled.
func (e *explanation) verdict() error {
	switch {
	case e.Supported:
		return nil
	case len(e.Reasons) == 0:
		return fmt.Errorf("%s: not all nodes are supported", e.Model)
	}
	return fmt.Errorf("%s: the model is not supported", e.Model)
}

func (e *explanation) text() string {
	var b strings.Builder
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, " %4s  %-20s %-24s NOT SUPPORTED: %s\n", "-", "(model)", "", r.Reason)
		writeNotes(&b, r.Notes)
	}
	for _, remark := range e.Remarks {
		fmt.Fprintf(&b, " %4s  %-20s %-24s %s\n", "-", "(model)", "", remark)
	}
	for _, n := range e.Nodes {
		fmt.Fprintf(&b, " %4d  %-20s %-24s %s\n", n.Node, clip(n.Op, 20), clip(n.Name, 24), n.statusText())
		writeNotes(&b, n.Notes)
	}
	return b.String()
}

func writeNotes(b *strings.Builder, notes []string) {
	for _, note := range notes {
		fmt.Fprintf(b, "       note: %s\n", note)
	}
}

func (n *nodeVerdict) statusText() string {
	switch n.Status {
	case "refused":
		return "NOT SUPPORTED: " + n.Reason
	case "unknown":
		return "operator is supported; what it reads is not known"
	}
	if n.Client != "" {
		return "supported, by the client " + n.Client
	}
	return "supported"
}

func clientPart(v onnx.Verdict, inFront, behind map[int]bool) string {
	switch {
	case inFront[v.Pos.Node]:
		return "before encryption"
	case v.Client || behind[v.Pos.Node]:
		return "after decryption"
	}
	return ""
}
