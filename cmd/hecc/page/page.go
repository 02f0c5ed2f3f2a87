// Package page makes of the report of `hecc inspect` one page for a browser: a single file that asks no network, reads
// on screens and paper, and works without its script, which only marks what belongs together.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
)

var (
	//go:embed page.html
	text string
	//go:embed page.css
	style string
	//go:embed page.js
	script string

	parsed = template.Must(template.New("page").Funcs(functions).Parse(text))
)

// view is what the template shows: the report, and what is drawn of it.
type view struct {
	Report
	Style  template.CSS
	Script template.JS
	Policy string // what the page may do: nothing but its own style and script

	CostsName string // of the costs that times are predicted by
	Figures   []keyFigure
	Rows      []graphRow
	Stairs    template.HTML
	Noise     *noiseView
	Costs     costsView
	Functions []functionView
	Layouts   []layoutView
	Front     *frontView
	Others    []option
	OwnRMS    float64
	Shares    []noiseShare
	Traced    *traceView
}

// Build makes the page from the JSON of a report.
func Build(report []byte) ([]byte, error) {
	v := view{Style: template.CSS(style), Script: template.JS(script), Policy: policy()}
	if err := json.Unmarshal(report, &v.Report); err != nil {
		return nil, err
	}
	v.CostsName = v.Report.Costs
	v.Figures = v.keyFigures()
	v.Rows = graphRows(&v.Report)
	v.Stairs = staircase(&v.Report)
	v.Noise = noiseOf(&v.Report)
	v.Costs = costsOf(&v.Report)
	v.Functions = functionViews(&v.Report)
	var err error
	if v.Layouts, err = layoutViews(&v.Report); err != nil {
		return nil, err
	}
	v.Front = frontOf(&v.Report)
	v.Others, v.OwnRMS = othersOf(v.Detail)
	v.Shares = noiseShares(v.Detail)
	v.Traced = traceOf(&v.Report)
	var b bytes.Buffer
	if err := parsed.Execute(&b, &v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Why says why something is not there; "" if it is.
func (v *view) Why(what string) string {
	for _, m := range v.Detail.Missing {
		if m.What == what {
			return m.Why
		}
	}
	return ""
}

// NoFront says why there is no front.
func (v *view) NoFront() string {
	if len(v.Detail.Functions) == 0 {
		return "the model has no functions, so there is no choice of polynomials"
	}
	return "the compiler knew no cheaper and no better network when it chose; inspect the model with --calibrate and --sweep for the whole front"
}

func policy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'", hash(style), hash(script))
}
