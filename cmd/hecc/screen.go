package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"hecc/ir/memory"
	"hecc/ir/plan"
)

// screen lays a report out for a terminal: a head, a table of layers, and lines with a name in front.
type screen struct {
	strings.Builder
	width int
	names int    // how wide the names of lines are
	last  string // the name of the last line
}

// line writes a text behind a name, which is left out if the line before has it too.
func (b *screen) line(name, format string, args ...any) {
	shown := name
	if name == b.last {
		shown = ""
	}
	b.last = name
	b.WriteString(fold(" "+padRight(shown, b.names)+" ", fmt.Sprintf(format, args...), strings.Repeat(" ", b.names+2), b.width) + "\n")
}

// gap separates groups of lines.
func (b *screen) gap() {
	b.last = ""
	b.WriteString("\n")
}

// text is one screen: what the plan is, layer by layer, why, and what else could be had.
func (s *summary) text(width int) string {
	b := &screen{width: width, names: 8}
	fmt.Fprintf(b, "%s   CKKS   %d-bit   logN %d · %d slots · logQP %.0f of %.0f\n\n",
		filepath.Base(s.Model), s.SecurityBits, s.LogN, s.Slots, s.LogQP, s.LogQPBound)
	s.writeLayers(b)
	b.gap()
	s.writeReasons(b)
	b.gap()
	s.writeFigures(b)
	return b.String()
}

// shownLayers is how many layers the table has: of more, those that take most time.
const shownLayers = 14

// Columns of the table beside its source and bar.
const (
	layerOp    = 11
	layerFixed = 53 // with the spaces between columns
	leastBar   = 6
	mostBar    = 16
)

func (s *summary) writeLayers(b *screen) {
	bar := min(leastBar+(b.width-narrow)/3, mostBar)
	source := b.width - layerFixed - bar
	fmt.Fprintf(b, " %-*s %-*s %6s %4s %5s %4s %8s %5s\n", layerOp, "op", source, "source", "level", "rot", "ct×ct", "keys", "time", "noise")
	shown := s.costliest(shownLayers)
	rest, left := nodeSummary{}, 0
	for k, n := range s.Nodes {
		if !slices.Contains(shown, k) {
			rest.Rotations, rest.CtMults, rest.Ms, rest.NoiseShare = rest.Rotations+n.Rotations, rest.CtMults+n.CtMults, rest.Ms+n.Ms, rest.NoiseShare+n.NoiseShare
			left++
			continue
		}
		row := fmt.Sprintf(" %s %s %6s %4d %5d %4d %8s %5s  %s", padRight(clip(n.Op, layerOp), layerOp), padRight(clipFront(n.Source, source), source),
			fmt.Sprintf("%d -> %d", n.FromLevel, n.ToLevel), n.Rotations, n.CtMults, n.Keys, msText(n.Ms), percentText(n.NoiseShare),
			strings.Repeat("█", int(float64(bar)*n.Ms/s.costliestMs()+0.5)))
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	if left > 0 {
		fmt.Fprintf(b, " %-*s %s %6s %4d %5d %4s %8s %5s\n", layerOp, "…", padRight(fmt.Sprintf("%d others (see --json)", left), source), "",
			rest.Rotations, rest.CtMults, "", msText(rest.Ms), percentText(rest.NoiseShare))
	}
}

// costliest are the numbers of the nodes that take most time.
func (s *summary) costliest(most int) []int {
	order := make([]int, len(s.Nodes))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return -compareFloat(s.Nodes[a].Ms, s.Nodes[b].Ms)
	})
	return order[:min(most, len(order))]
}

func (s *summary) costliestMs() float64 { return s.Nodes[s.costliest(1)[0]].Ms }

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// writeFigures lists what else there is to know.
func (s *summary) writeFigures(b *screen) {
	for _, a := range s.Activations {
		if !a.Exact && len(s.Activations) <= shownFits {
			b.line("fit", "%s of %s: degree %d on [%.3g, %.3g], off by %.1e at most", a.Of, a.Source, a.Degree, a.Lo, a.Hi, a.Err)
		}
	}
	b.line("moduli", "Q %s%s bits", joinBits(s.QBits), specialText(s.PBits))
	b.line("layout", "input %s", s.InputLayout)
	b.line("layout", "output %s", s.OutputLayout)
	b.line("bytes", "a request of one sample %s, its answer %s", bytesText(s.InputBytes), bytesText(s.OutputBytes))
	m := s.Memory
	b.line("memory", "server: model %s, a client's keys %s, a run %s; client %s", memory.Text(m.Model), memory.Text(m.Session), memory.Text(m.Run), memory.Text(m.Client))
	if len(s.ClientComputes) > 0 {
		b.line("client", "gets %d numbers and computes %s of them", s.ClientGets, strings.Join(s.ClientComputes, ", "))
	}
	b.line("costs", "times are predicted, by %s costs on one core", s.Costs)
	b.line("public", "%s", s.publicText())
	if s.Flooding.Queries > 0 {
		b.line("shared", "up to %d results, flooded with noise of deviation %.1e for %d bits of statistical security", s.Flooding.Queries, s.Flooding.Deviation, plan.FloodingSecurity)
	}
	if text := s.agreementText(); text != "" {
		b.line("argmax", "%s", text)
	}
	if s.Loss != nil {
		b.line("labels", "%s", s.Loss.text())
	}
	if len(s.promises) > 0 {
		b.line("promise", "%s", strings.Join(s.promises, "; "))
	}
}

// shownFits is up to how many functions have a line each.
const shownFits = 6

func msText(ms float64) string {
	switch {
	case ms < 1:
		return fmt.Sprintf("%.2g ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 10000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", ms/1000)
}

// percentText is a share, or nothing where it is none to speak of.
func percentText(x float64) string {
	if x < 0.005 {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}
