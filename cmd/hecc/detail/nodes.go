package detail

import (
	"fmt"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/tensor"
)

// Where a node of the model is computed.
const (
	OnServer = "server"            // by operations of its own
	InFront  = "before encryption" // by the client
	Behind   = "after decryption"  // by the client
	Merged   = "merged"            // with its neighbours: nothing of later stages is its own
)

// Node is a node of the model, with what it becomes in each stage.
type Node struct {
	Number     int     `json:"number"`     // in this list, from 1 on
	Node       int     `json:"node"`       // its index in the model file
	Op         string  `json:"op"`         // operator, as ONNX names it
	Name       string  `json:"name"`       // of the node
	Where      string  `json:"where"`      // by client or server, or merged into others
	Reads      []int   `json:"reads"`      // numbers of nodes
	Imported   []Value `json:"imported"`   // the model as it was read
	Polynomial []Value `json:"polynomial"` // affine maps, polynomials and products
	Packed     []Value `json:"packed"`     // operations on slots; empty as well where the plan does not keep the stage
	Planned    []int   `json:"planned"`    // operations, by id
}

// Value is an operation of a stage and what it makes.
type Value struct {
	ID    int    `json:"id"`              // in inspect --stage
	Op    string `json:"op"`              // operation
	Shape []int  `json:"shape,omitempty"` // of a tensor
	Reads []int  `json:"reads"`           // the values before it
}

func (d *Detail) addNodes(s *Source) {
	p, at := s.Plan, map[diag.Pos]int{}
	node := func(pos diag.Pos) *Node {
		k, known := at[pos]
		if !known {
			k = len(d.Nodes)
			at[pos] = k
			d.Nodes = append(d.Nodes, Node{Number: k + 1, Node: pos.Node, Op: pos.Op, Name: pos.Name, Where: Merged,
				Reads: []int{}, Imported: []Value{}, Polynomial: []Value{}, Packed: []Value{}, Planned: []int{}})
		}
		return &d.Nodes[k]
	}
	for _, n := range p.Imported.Nodes {
		if n.Pos.Op == "" { // inputs and constants
			continue
		}
		to := node(n.Pos)
		to.Imported = append(to.Imported, tensorValue(n))
		for _, in := range n.In {
			if from, known := at[in.Pos]; known && from+1 != to.Number && !slices.Contains(to.Reads, from+1) {
				to.Reads = append(to.Reads, from+1)
			}
		}
	}
	for _, n := range p.Polynomial.Nodes {
		if n.Pos.Op != "" {
			to := node(n.Pos)
			to.Polynomial = append(to.Polynomial, tensorValue(n))
		}
	}
	if s.Packed != nil {
		for _, v := range s.Packed.Values {
			if v.Pos.Op != "" {
				to := node(v.Pos)
				to.Packed = append(to.Packed, Value{ID: v.ID, Op: v.Op.Name(), Reads: operands(v)})
			}
		}
	} else {
		d.miss("packed", "a plan does not keep the packed stage: inspect the model instead, with the options that it was compiled with")
	}
	for _, v := range p.Circuit.Values {
		if _, input := v.Op.(he.Input); !input {
			to := node(v.Pos)
			to.Planned, to.Where = append(to.Planned, v.ID), OnServer
		}
	}
	d.addClient(s, at)
}

// addClient marks the nodes that the client computes.
func (d *Detail) addClient(s *Source, at map[diag.Pos]int) {
	mark := func(g *tensor.Graph, err error, where string) {
		if err != nil {
			return // plan.Decode has parsed it before
		}
		for _, n := range g.Nodes {
			if k, known := at[n.Pos]; known && d.Nodes[k].Where == Merged {
				d.Nodes[k].Where = where
			}
		}
	}
	g, err := s.Plan.Interface.PrologueGraph()
	mark(g, err, InFront)
	g, err = s.Plan.Interface.EpilogueGraph()
	mark(g, err, Behind)
}

func tensorValue(n *tensor.Node) Value {
	v := Value{ID: n.ID, Op: opText(n.Op), Shape: n.Shape, Reads: []int{}}
	for _, in := range n.In {
		v.Reads = append(v.Reads, in.ID)
	}
	return v
}

func opText(op tensor.Op) string {
	switch op := op.(type) {
	case tensor.Func:
		return op.Fn
	case tensor.Poly:
		return fmt.Sprintf("poly of %s, degree %d", op.Of, op.Degree())
	}
	return op.Name()
}

func operands(v *he.Value) []int {
	ids := []int{}
	for _, in := range v.In {
		ids = append(ids, in.ID)
	}
	return ids
}
