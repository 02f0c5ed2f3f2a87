package polyeval

import (
	"math"
	"math/bits"
)

const (
	maxBabyStepRatio = 4   // largest k tried, over the root of the number of terms
	productWork      = 0.3 // work of a product relative to that of a relinearisation
	levelsAtTheEnd   = 4   // levels that the operations after it typically need
)

// Of finds the cheapest tree for polynomials that have these terms.
func Of(terms []bool) *Tree {
	if isEven(terms) {
		t := choose(EverySecond(terms))
		t.Even, t.Products, t.Depth = true, t.Products+1, t.Depth+1
		return t
	}
	return choose(terms)
}

// choose tries all k. Every level of depth makes all earlier operations more expensive. Of trees with equal
// work, one with a power of two is preferred: its T_m lie at the ends of depths, which leaves rescaling more
// choice.
func choose(terms []bool) *Tree {
	var best *Tree
	most := max(2, min(len(terms), maxBabyStepRatio*int(math.Sqrt(float64(len(terms))))))
	for _, powers := range []bool{true, false} {
		for k := 2; k <= most; k++ {
			if (k&(k-1) == 0) != powers {
				continue
			}
			if t := price(decompose(terms, k)); best == nil || t.work() < best.work() {
				best = t
			}
		}
	}
	return best
}

// work is what the chosen tree minimises. The T_2 of an even polynomial is the same for every k.
func (t *Tree) work() float64 {
	return (float64(t.relins) + productWork*float64(t.Products)) * float64(t.Depth+levelsAtTheEnd)
}

// price counts the products, relinearisations and depth of a tree. Products are added at degree 2, and
// relinearised before they are multiplied again.
func price(root *Node) *Tree {
	t := &Tree{Root: root}
	made := map[int]bool{1: true}
	listed := map[int]bool{}
	var produce func(n int)
	produce = func(n int) {
		if !made[n] {
			made[n] = true
			t.Products, t.relins = t.Products+1, t.relins+1
			produce(n - n/2)
			produce(n / 2)
		}
	}
	power := func(n int) {
		if !listed[n] {
			listed[n] = true
			t.Powers = append(t.Powers, n)
		}
		produce(n)
	}
	var walk func(n *Node) (depth int, multiplied bool)
	walk = func(n *Node) (depth int, multiplied bool) {
		if n.M == 0 {
			for i := 1; i < len(n.Terms); i++ {
				if n.Terms[i] {
					power(i)
					depth = powerDepth(i) + 1
				}
			}
			return depth, false
		}
		own, again := walk(n.Q)
		if !n.Q.Constant() {
			t.Products, multiplied = t.Products+1, true
			if again {
				t.relins++
			}
		}
		depth, rest := walk(n.R)
		power(n.M)
		return max(depth, max(own, powerDepth(n.M))+1), multiplied || rest
	}
	depth, multiplied := walk(root)
	if t.Depth = depth; multiplied {
		t.relins++
	}
	return t
}

// powerDepth is the depth of T_n.
func powerDepth(n int) int { return bits.Len(uint(n - 1)) }
