package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestDifferences merges lists that have facts in common, apart, and in between.
func TestDifferences(t *testing.T) {
	list := func(names string) (out []fact) {
		for entry := range strings.FieldsSeq(names) {
			name, value, _ := strings.Cut(entry, "=")
			out = append(out, fact{factKey: factKey{"s", "", name}, value: value})
		}
		return out
	}
	for _, c := range []struct{ a, b, want string }{
		{"x=1 y=2", "x=1 y=2", ""},
		{"x=1 y=2 z=3", "x=1 y=3 z=3", "y:2,3"},
		{"x=1 z=3", "x=1 y=2 z=4 w=5", "y:<nil>,2 z:3,4 w:<nil>,5"},
		{"x=1 y=2", "z=3", "x:1,<nil> y:2,<nil> z:<nil>,3"},
		{"", "x=1", "x:<nil>,1"},
	} {
		var got []string
		for _, d := range differences(list(c.a), list(c.b)) {
			got = append(got, fmt.Sprintf("%s:%v,%v", d.Name, d.Before, d.After))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s against %s: %s, expected %s", c.a, c.b, s, c.want)
		}
	}
}

// TestDifferenceText: values that would be printed alike are told apart.
func TestDifferenceText(t *testing.T) {
	number := func(x float64) fact { return fact{title: "size", value: x, show: bits} }
	for _, c := range []struct {
		a, b fact
		want string
	}{
		{number(10), number(25), "  size                             10 bits         25 bits      ×2.5\n"},
		{number(10), number(4), "  size                             10 bits          4 bits      ÷2.5\n"},
		{number(10), number(9), "  size                             10 bits          9 bits   -10.0 %\n"},
		{number(10), number(10.00001), "  size                                  10        10.00001  +1.0e-06\n"},
		{number(10), number(0), "  size                             10 bits          0 bits  -100.0 %\n"},
		{number(0), number(1), "  size                              0 bits          1 bits\n"},
		{number(1), fact{}, "  size                              1 bits               –\n"},
	} {
		d := differenceOf(c.a, c.b)
		if got := d.line(narrow); got != c.want {
			t.Errorf("got %q, expected %q", got, c.want)
		}
	}
}
