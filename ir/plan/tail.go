package plan

import (
	"slices"
	"strconv"

	"hecc/ir/tensor"
)

// ErrorOf says what the predicted errors are errors of, for people.
func (i *Interface) ErrorOf() string {
	g, err := i.EpilogueGraph()
	if err != nil {
		return "the output"
	}
	primary, judged := g.Primary(), g.Judged()
	switch {
	case judged != primary.Node:
		return "the encrypted scores" // labels have no error: they are right or wrong
	case g.Bounds()[judged.ID].Probability():
		return "the probabilities"
	}
	return "output " + strconv.Quote(primary.Name)
}

// ClientPart says what the client learns beside the model's outputs: it gets so many numbers, and computes
// the outputs of them by these operators of the model.
func (i *Interface) ClientPart() (numbers int, operators []string) {
	g, err := i.EpilogueGraph()
	if err != nil {
		return 0, nil
	}
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case tensor.Input, tensor.Const, tensor.Affine, tensor.Reshape:
			continue
		}
		name := n.Pos.Op
		if name == "" {
			name = n.Op.Name()
		}
		if !slices.Contains(operators, name) {
			operators = append(operators, name)
		}
	}
	return g.Input().Size(), operators
}
