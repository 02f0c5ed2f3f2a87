package packing

import (
	"fmt"

	"hecc/ir/he"
)

func Explain(p *Packed) {
	for _, v := range p.Circuit.Values {
		switch op := v.Op.(type) {
		case he.Linear:
			bs, gs := map[int]bool{}, map[int]bool{}
			for _, t := range op.Terms {
				bs[t.Baby] = true
				gs[t.Giant] = true
			}
			l := ""
			if d, ok := op.Terms[0].Diag.(he.Diagonal); ok {
				l = d.Of.Collect.String()
			}
			fmt.Println("   linear", len(op.Terms), "baby", len(bs), "giant", len(gs), l)
		case he.Fold:
			fmt.Println("   fold", op.Steps)
		}
	}
}
