package main

import (
	"fmt"
	"os"
	"strings"

	"hecc/ir/audit"
	"hecc/ir/plan"
)

// checkPlan prints what an independent checker finds, a line for each check.
func checkPlan(p *plan.Plan, json bool) error {
	r := audit.Check(p)
	if json {
		if err := printJSON(os.Stdout, checkReport{checkSchema, r}); err != nil {
			return err
		}
		return r.Err()
	}
	if err := printText(checkText(r, columns(os.Stdout))); err != nil {
		return err
	}
	return r.Err()
}

// checkReport is what inspect --check prints.
type checkReport struct {
	Schema string `json:"schema"`
	*audit.Report
}

func checkText(r *audit.Report, width int) string {
	var b strings.Builder
	for _, c := range r.Checks {
		verdict := "ok"
		if !c.OK {
			verdict = "FAILS"
		}
		line := func(verdict, name, text string) {
			b.WriteString(fold(fmt.Sprintf(" %-6s %-11s ", verdict, name), text, strings.Repeat(" ", 20), width) + "\n")
		}
		line(verdict, c.Name, c.Detail)
		if c.Assumes != "" {
			line("", "", "assumes "+c.Assumes)
		}
	}
	return b.String()
}
