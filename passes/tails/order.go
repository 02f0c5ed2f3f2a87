package tails

import (
	"cmp"
	"slices"
)

// OrderBy lists samples by descending value.
func DescendingOrder(value []float64) []int {
	order := make([]int, len(value))
	for s := range order {
		order[s] = s
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
	return order
}
