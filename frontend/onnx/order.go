package onnx

import (
	"container/heap"
	"slices"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// sort puts the nodes in an order of evaluation, as runtimes do: of those whose operands are
// there, the first of the file. A file in order stays as it is.
func (m *model) sort() *diag.Error {
	nodes := m.proto.Graph.Node
	producer := make(map[string]int)
	for i, n := range nodes {
		for _, name := range n.Output {
			if name != "" {
				producer[name] = i
			}
		}
	}
	missing := make([]int, len(nodes)) // how many operands are not there yet
	readers := make([][]int, len(nodes))
	for i, n := range nodes {
		for _, name := range n.Input {
			if from, ok := producer[name]; ok {
				missing[i]++
				readers[from] = append(readers[from], i)
			}
		}
	}
	order := evaluationOrder(missing, readers)
	if len(order) < len(nodes) {
		i := slices.IndexFunc(missing, func(k int) bool { return k > 0 })
		for range nodes { // back to what it waits for; in the end round the cycle
			waits := slices.IndexFunc(nodes[i].Input, func(name string) bool { from, ok := producer[name]; return ok && missing[from] > 0 })
			i = producer[nodes[i].Input[waits]]
		}
		return diag.At(m.nodePos(i), "needs its own result: the nodes of the model form a cycle").
			Cure("a model must be computed in one go: export loops unrolled, with a fixed number of steps")
	}
	m.reorder(order)
	return nil
}

// evaluationOrder lists the nodes that can be computed. It leaves in missing what the others wait for.
func evaluationOrder(missing []int, readers [][]int) (order []int) {
	ready := new(firstFirst)
	for i, k := range missing {
		if k == 0 {
			*ready = append(*ready, i) // in ascending order, so that it is a heap
		}
	}
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		order = append(order, i)
		for _, k := range readers[i] {
			if missing[k]--; missing[k] == 0 {
				heap.Push(ready, k)
			}
		}
	}
	return order
}

func (m *model) reorder(order []int) {
	if slices.IsSorted(order) {
		return
	}
	nodes, places := make([]*onnxpb.NodeProto, len(order)), make([]int, len(order))
	for i, k := range order {
		nodes[i], places[i] = m.proto.Graph.Node[k], m.places[k]
	}
	m.proto.Graph.Node, m.places = nodes, places
}

// firstFirst is a heap of the indices of nodes.
type firstFirst []int

func (h firstFirst) Len() int           { return len(h) }
func (h firstFirst) Less(i, k int) bool { return h[i] < h[k] }
func (h firstFirst) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *firstFirst) Push(x any)        { *h = append(*h, x.(int)) }
func (h *firstFirst) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
