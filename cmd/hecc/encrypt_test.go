package main

import "testing"

func TestListText(t *testing.T) {
	many := make([]int, 30)
	for k := range many {
		many[k] = 2 * k
	}
	for want, numbers := range map[string][]int{
		"3":           {3},
		"0-2, 5, 7-8": {0, 1, 2, 5, 7, 8},
		"0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38 and 10 more": many,
	} {
		if got := listText(numbers); got != want {
			t.Errorf("%v: got %q, want %q", numbers, got, want)
		}
	}
}
