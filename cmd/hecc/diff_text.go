package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	diffTitle  = 26 // columns of a title
	diffColumn = 14 // and of each value
)

// text is a table of what differs, section by section. What is wider than a column stands below its title, as
// lines of a patch do.
func (c *planDiff) text(width int) string {
	var b strings.Builder
	if c.Same {
		fmt.Fprintf(&b, "%s and %s are the same plan\n", c.Before, c.After)
		return b.String()
	}
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", c.Before, c.After)
	if c.Compared == "clients" {
		b.WriteString("compared is what the client has; plans tell more\n")
	}
	section, layer := "", ""
	for _, d := range c.Differences {
		if d.Section != section || d.Layer != layer {
			section, layer = d.Section, d.Layer
			fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(section+" "+layer))
		}
		b.WriteString(d.line(width))
	}
	return b.String()
}

func (d *difference) line(width int) string {
	before, after := d.texts()
	if max(utf8.RuneCountInString(before), utf8.RuneCountInString(after)) > diffColumn {
		return fmt.Sprintf("  %s\n%s\n%s\n", d.title(), fold("-   ", before, "-     ", width), fold("+   ", after, "+     ", width))
	}
	line := "  " + padRight(d.title(), diffTitle) + padLeft(before, diffColumn) + "  " + padLeft(after, diffColumn)
	if d.Change != nil {
		line += "  " + padLeft(changeText(*d.Change), 8)
	}
	return line + "\n"
}

// changeText is a relative change: as a factor from the double, or to the half, on.
func changeText(change float64) string {
	switch {
	case change >= 1:
		return fmt.Sprintf("×%.3g", 1+change)
	case change <= -0.5 && change > -1:
		return fmt.Sprintf("÷%.3g", 1/(1+change))
	case change > -0.001 && change < 0.001:
		return fmt.Sprintf("%+.1e", change)
	}
	return fmt.Sprintf("%+.1f %%", 100*change)
}

// padRight and padLeft fill with spaces, counting characters.
func padRight(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}
func padLeft(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}
