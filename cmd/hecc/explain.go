package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hecc/frontend/onnx"
	"hecc/ir/diag"
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
	Model     string        `json:"model"`     // the model's file
	Supported bool          `json:"supported"` // whether hecc can compile it
	Reasons   []reason      `json:"reasons"`   // why the model as a whole is not
	Remarks   []string      `json:"remarks"`   // assumptions of the importer
	Nodes     []nodeVerdict `json:"nodes"`     // of the file, in its order
}

// reason is why the model as a whole is not supported.
type reason struct {
	Reason string   `json:"reason"`          // why not
	Notes  []string `json:"notes,omitempty"` // what would help
}

// nodeVerdict is what is said of a node.
type nodeVerdict struct {
	Node   int      `json:"node"`             // counted from 0
	Name   string   `json:"name"`             // in the file
	Op     string   `json:"op"`               // its operator
	Status string   `json:"status"`           // supported, refused, or unknown
	Client string   `json:"client,omitempty"` // when the client computes it: before encryption, or after decryption
	Reason string   `json:"reason,omitempty"` // why it is refused
	Notes  []string `json:"notes,omitempty"`  // what would help
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
	} else if err := printText(e.text(columns(os.Stdout))); err != nil {
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
		return diag.In(e.Model, "not all nodes are supported").Cure("what is printed above says what to change, node by node")
	}
	return diag.In(e.Model, "the model is not supported").Cure("what is printed above says what to change")
}

func (e *explanation) text(width int) string {
	var b strings.Builder
	opWidth, nameWidth := 18, 11+(width-narrow)/2
	line := func(number, op, name, text string) {
		b.WriteString(fold(fmt.Sprintf(" %4s  %s %s ", number, padRight(clip(op, opWidth), opWidth), padRight(clipFront(name, nameWidth), nameWidth)), text, "         ", width) + "\n")
	}
	note := func(notes []string) {
		for _, text := range notes {
			b.WriteString(fold("       note: ", text, "             ", width) + "\n")
		}
	}
	for _, r := range e.Reasons {
		line("-", "(model)", "", "NOT SUPPORTED: "+r.Reason)
		note(r.Notes)
	}
	for _, remark := range e.Remarks {
		line("-", "(model)", "", remark)
	}
	for _, n := range e.Nodes {
		line(fmt.Sprint(n.Node), n.Op, n.Name, n.statusText())
		note(n.Notes)
	}
	return b.String()
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
