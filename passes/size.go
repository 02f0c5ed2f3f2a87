package passes

import (
	"fmt"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/memory"
	"hecc/passes/planning"
)

// tooLarge is the error of a model whose every plan exceeds a bound, where some would meet the target.
func (c *compilation) tooLarge(least planning.Size) error {
	var bounds, needs []string
	add := func(what, option string, most, least int64) {
		if most > 0 {
			bounds = append(bounds, fmt.Sprintf("%s %s", what, memory.Text(most)))
			needs = append(needs, fmt.Sprintf("--max-%s %s", option, memory.TextUp(least)))
		}
	}
	add("evaluation keys of", "keys", c.opts.MaxKeys, least.Keys)
	add("server memory of", "memory", c.opts.MaxMemory, least.Memory)
	return diag.Errorf(diag.Pos{File: c.graph.File}, "no parameters reach an error of %.3g within %s", c.errorFor(c.noiseTarget()), strings.Join(bounds, " and ")).
		Note("the least that was found for this error needs %s", strings.Join(needs, " and ")).
		Note("a larger --target-error, a lower --target-agreement or a smaller network takes less")
}

// sizeWarnings says if the server's machine cannot run the plan.
func (c *compilation) sizeWarnings() []Warning {
	if c.opts.Server.Memory == 0 {
		return nil
	}
	u := memory.Of(c.circuit, c.opts.Server.Processor)
	if u.Server() <= c.opts.Server.Memory {
		return nil
	}
	return []Warning{{TooLarge,
		fmt.Sprintf("the server takes %s of memory for this plan (model %s, a client's keys %s, a run %s), and this machine allows %s",
			memory.Text(u.Server()), memory.Text(u.Model), memory.Text(u.Session), memory.Text(u.Run), memory.Text(c.opts.Server.Memory)),
		"run it on a larger machine, or give --max-memory, a larger --target-error or a lower --target-agreement"}}
}
