package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"hecc/cmd/hecc/detail"
)

// graphRow is a node of the model on its way through the stages.
type graphRow struct {
	detail.Node
	Title  string
	Edges  template.HTML
	Level  string // of operands and result; "" where the server computes nothing of its own
	Ms     float64
	Share  float64
	Stages []stage
}

// stage lists operations.
type stage struct {
	Name, Note string
	Items      []item
	More       int // that are not listed
}

type item struct {
	ID    int
	Text  string
	Reads string
}

const (
	mostListed   = 40  // operations of a node in a stage
	fewListed    = 8   // in large circuits
	largeCircuit = 400 // operations
)

func graphRows(r *Report) []graphRow {
	d := r.Detail
	most := mostListed
	if len(d.Operations) > largeCircuit {
		most = fewListed
	}
	edges, rows := gutters(d.Nodes), []graphRow{}
	for k, n := range d.Nodes {
		row := graphRow{Node: n, Title: n.Op, Edges: edges[k]}
		if len(n.Planned) > 0 {
			row.Level = levelsText(d.Operations, n.Planned)
		}
		for _, id := range n.Planned {
			row.Ms += d.Operations[id].Ms
		}
		row.Share = row.Ms / r.PredictedMs
		row.Stages = []stage{
			valuesOf("Model", "as it was read", n.Imported, most),
			valuesOf("Polynomial", "maps, polynomials and products", n.Polynomial, most),
			valuesOf("Packed", "operations on slots", n.Packed, most),
			plannedOf(d, n.Planned, most),
		}
		if len(n.Packed) == 0 {
			for _, m := range d.Missing {
				if m.What == "packed" && n.Where == detail.OnServer {
					row.Stages[2].Note = m.Why
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// levelsText is the level of the first operand and of the last result.
func levelsText(ops []detail.Operation, ids []int) string {
	first, last := ops[ids[0]], ops[ids[len(ids)-1]]
	from := first.Level
	if len(first.Reads) > 0 {
		from = ops[first.Reads[0]].Level
	}
	return fmt.Sprintf("%d → %d", from, last.Level)
}

func valuesOf(name, note string, list []detail.Value, most int) stage {
	s := stage{Name: name, Note: note}
	for k, v := range list {
		if k == most {
			s.More = len(list) - k
			break
		}
		text := v.Op
		if len(v.Shape) > 0 {
			text += " " + shapeText(v.Shape)
		}
		s.Items = append(s.Items, item{v.ID, text, readsText(v.Reads)})
	}
	return s
}

func plannedOf(d *detail.Detail, ids []int, most int) stage {
	s := stage{Name: "Planned", Note: "operations with level and scale, as they run"}
	for k, id := range ids {
		if k == most {
			s.More = len(ids) - k
			break
		}
		o := d.Operations[id]
		text := fmt.Sprintf("%s at level %d, scale 2%s", o.Op, o.Level, superscript(int(o.ScaleBits+0.5)))
		for _, part := range []struct {
			n    int
			what string
		}{{o.Diagonals, "diagonals"}, {o.Rotations, "rotations"}} {
			if part.n > 0 {
				text += fmt.Sprintf(", %d %s", part.n, part.what)
			}
		}
		s.Items = append(s.Items, item{id, text + ", " + msText(o.Ms), readsText(o.Reads)})
	}
	return s
}

func shapeText(shape []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", "×"), "[]")
}

func readsText(ids []int) string {
	if len(ids) == 0 {
		return ""
	}
	parts := make([]string, 0, len(ids))
	for k, id := range ids {
		if k == 6 {
			parts = append(parts, fmt.Sprintf("and %d more", len(ids)-k))
			break
		}
		parts = append(parts, fmt.Sprintf("%%%d", id))
	}
	return "of " + strings.Join(parts, " ")
}

const (
	laneWidth = 12
	dotAt     = 21 // pixels below the top of a row
	mostLanes = 8
)

// edge is a way from one row to a later one, in a lane; the first lane has those between neighbours.
type edge struct{ from, to, lane int }

// gutters draws, row by row, which nodes read which.
func gutters(nodes []detail.Node) []template.HTML {
	edges := edgesOf(nodes)
	lanes := 1
	for _, e := range edges {
		lanes = max(lanes, e.lane+1)
	}
	out := make([]template.HTML, len(nodes))
	for k := range nodes {
		var b strings.Builder
		fmt.Fprintf(&b, `<svg class="gutter" width="%d" height="100%%" aria-hidden="true">`, lanes*laneWidth+4)
		for _, e := range edges {
			x, end := laneWidth/2+2+e.lane*laneWidth, laneWidth/2+2
			switch {
			case e.from == k:
				fmt.Fprintf(&b, `<path d="M%d %dH%d"/><line x1="%d" y1="%d" x2="%d" y2="100%%"/>`, end, dotAt, x, x, dotAt, x)
			case e.to == k:
				fmt.Fprintf(&b, `<path d="M%d 0V%dH%d"/>`, x, dotAt, end)
			case e.from < k && k < e.to:
				fmt.Fprintf(&b, `<line x1="%d" y1="0" x2="%d" y2="100%%"/>`, x, x)
			}
		}
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="4.5"/></svg>`, laneWidth/2+2, dotAt)
		out[k] = template.HTML(b.String())
	}
	return out
}

// edgesOf gives every edge the first lane that is free along its way. What finds none is said in words alone.
func edgesOf(nodes []detail.Node) (out []edge) {
	var all []edge
	for k, n := range nodes {
		for _, from := range n.Reads {
			if from-1 < k {
				all = append(all, edge{from: from - 1, to: k})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b edge) int { return cmp.Compare(a.to-a.from, b.to-b.from) })
	for _, e := range all {
		if e.to > e.from+1 {
			e.lane = 1
		}
		clash := func(o edge) bool { return o.lane == e.lane && o.from < e.to && e.from < o.to }
		for e.lane > 0 && slices.ContainsFunc(out, clash) {
			e.lane++
		}
		if e.lane < mostLanes {
			out = append(out, e)
		}
	}
	return out
}
