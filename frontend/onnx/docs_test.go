package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestOperatorsDocument keeps docs/operators.md in step with the table; -update rewrites it.
func TestOperatorsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Operators

What hecc can compile of ONNX: ai.onnx up to operator set ` + fmt.Sprint(newest) + `, ai.onnx.ml up to ` + fmt.Sprint(newestML) + `.
Written by a test from the [table](../frontend/onnx/table.go) that the importer works with. ` + "`hecc explain model.onnx`" + ` judges a model.

A limit "only before the first weights or after the last" means that the client computes the operator: on a sample before it is
encrypted, or on what is decrypted; "only at the end", the latter alone. What is constant, as weights are, is computed
when the model is compiled. "The batch" is a first dimension of the input that is left open.

| operator | since | limits |
|---|---|---|
`)
	for i := 0; i < len(table); {
		first := table[i]
		last := first
		for ; i < len(table) && table[i].domain == first.domain && table[i].op == first.op; i++ {
			last = table[i]
		}
		name := first.op
		if first.domain != coreDomain {
			name = domainName(first.domain) + "." + name
		}
		fmt.Fprintf(&b, "| %s | %d | %s |\n", name, first.since, last.limits)
	}
	b.WriteString("\n## Not supported\n\n| operator | instead |\n|---|---|\n")
	for _, op := range slices.Sorted(maps.Keys(alternatives)) {
		fmt.Fprintf(&b, "| %s | %s |\n", op, alternatives[op])
	}
	for _, op := range slices.Sorted(maps.Keys(mlAlternatives)) {
		fmt.Fprintf(&b, "| %s.%s | %s |\n", mlDomain, op, mlAlternatives[op])
	}
	compareGolden(t, "../../docs/operators.md", b.String())
}

// TestAlternativesAreNotSupported: no operator is in the table and refused with a hint.
func TestAlternativesAreNotSupported(t *testing.T) {
	for _, r := range table {
		hints := alternatives
		if r.domain == mlDomain {
			hints = mlAlternatives
		}
		if _, ok := hints[r.op]; ok {
			t.Errorf("%s is supported, and refused with a hint", r.op)
		}
	}
}
