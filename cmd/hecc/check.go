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
	if err := printText(checkText(r)); err != nil {
		return err
	}
	return r.Err()
}

// checkReport is what inspect --check prints.
type checkReport struct {
	Schema string `json:"schema"`
	*audit.Report
}

func checkText(r *audit.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		verdict := "ok"
		if !c.OK {
			verdict = "FAILS"
		}
		fmt.Fprintf(&b, " %-6s %-11s %s\n", verdict, c.Name, c.Detail)
		if c.Assumes != "" {
			fmt.Fprintf(&b, " %-6s %-11s assumes %s\n", "", "", c.Assumes)
		}
	}
	return b.String()
}
