package tails

import (
	"cmp"
	"slices"
)

// DescendingOrder lists indices by descending value; equal values keep their order.
func DescendingOrder(value []float64) []int {
	order := make([]int, len(value))
	for s := range order {
		order[s] = s
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
	return order
}
