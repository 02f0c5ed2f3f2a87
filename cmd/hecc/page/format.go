package page

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

var functions = template.FuncMap{
	"number":    func(of string, x float64) template.HTML { return figure(of, x, number(x)) },
	"count":     func(of string, n int) template.HTML { return figure(of, float64(n), strconv.Itoa(n)) },
	"bytes":     func(of string, n int64) template.HTML { return figure(of, float64(n), bytesText(n)) },
	"ms":        func(of string, x float64) template.HTML { return figure(of, x, msText(x)) },
	"share":     func(of string, x float64) template.HTML { return figure(of, x, percent(x)) },
	"bits":      func(of string, x float64) template.HTML { return figure(of, x, fmt.Sprintf("%.1f", x)) },
	"maybe":     maybe,
	"bar":       bar,
	"join":      strings.Join,
	"at":        func(name string, k int, field string) string { return fmt.Sprintf("%s.%d.%s", name, k, field) },
	"short":     number,
	"range":     func(lo, hi float64) string { return number(lo) + " to " + number(hi) },
	"bytesText": bytesText,
	"msText":    msText,
	"percent":   percent,
	"super":     superscript,
	"degrees":   func(d []int) string { return degreesText(d, false) },
}

// figure is a number of the report with its place there: its text is for people, its value for programs.
func figure(of string, x float64, text string) template.HTML {
	return template.HTML(fmt.Sprintf(`<data value="%s" data-of="%s">%s</data>`, strconv.FormatFloat(x, 'g', -1, 64), html.EscapeString(of), text))
}

func maybe(of string, x *float64, format string) template.HTML {
	if x == nil {
		return "–"
	}
	return figure(of, *x, fmt.Sprintf(format, *x))
}

// bar is a share as a bar, for tables.
func bar(share float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="%.1f" height="10"/></svg>`, 100*min(max(share, 0), 1)))
}

// number has two digits that count.
func number(x float64) string {
	switch a := math.Abs(x); {
	case x == 0:
		return "0"
	case a < 1e-3 || a >= 1e5:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', 1, 64), "e")
		power, _ := strconv.Atoi(exponent)
		return fmt.Sprintf("%s·10%s", mantissa, superscript(power))
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	}
	_, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', 1, 64), "e")
	power, _ := strconv.Atoi(exponent)
	return strconv.FormatFloat(x, 'f', max(0, 1-power), 64)
}

var superscripts = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

func superscript(n int) string { return superscripts.Replace(strconv.Itoa(n)) }

func bytesText(n int64) string {
	x, unit := float64(n), "B"
	for _, u := range []string{"KiB", "MiB", "GiB"} {
		if x >= 1024 {
			x, unit = x/1024, u
		}
	}
	if x >= 100 || unit == "B" {
		return fmt.Sprintf("%.0f %s", x, unit)
	}
	return fmt.Sprintf("%.1f %s", x, unit)
}

func msText(x float64) string {
	switch {
	case x >= 1000:
		return fmt.Sprintf("%.2f s", x/1000)
	case x >= 10:
		return fmt.Sprintf("%.0f ms", x)
	}
	return fmt.Sprintf("%.2g ms", x)
}

func percent(x float64) string {
	if x > 0 && x < 0.01 {
		return "<1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}
