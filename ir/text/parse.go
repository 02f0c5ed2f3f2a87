package text

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Parse reads a document that Print wrote.
func Parse(src string) (*Document, error) {
	body, tail := src, ""
	if strings.HasPrefix(src, "@") {
		body, tail = "", src
	} else if i := strings.Index(src, "\n@"); i >= 0 {
		body, tail = src[:i+1], src[i+1:]
	}
	var blobs []Blob
	for line := range strings.Lines(tail) {
		def, data, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if !ok || def != fmt.Sprintf("@%d", len(blobs)) {
			return nil, fmt.Errorf("expected a definition of blob @%d", len(blobs))
		}
		raw, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, fmt.Errorf("blob %s: %v", def, err)
		}
		if line != blobLine(len(blobs), raw) {
			return nil, fmt.Errorf("blob %s is not in its printed form", def)
		}
		blob, err := Floats(raw)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, blob)
	}
	return Join(body, blobs)
}

// Join reads back what Split took apart. Every blob must be used exactly once, in order.
func Join(src string, blobs []Blob) (*Document, error) {
	d := new(Document)
	used, n := 0, 0
	for text := range strings.Lines(src) {
		n++
		p := lineParser{s: strings.TrimSuffix(text, "\n"), blobs: blobs, used: &used}
		line, err := p.line()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		d.Lines = append(d.Lines, line)
	}
	if used != len(blobs) {
		return nil, fmt.Errorf("%d blobs given, %d used", len(blobs), used)
	}
	return d, d.checkForm(src)
}

// checkForm rejects a text that means the document, but that Split writes in another way.
func (d *Document) checkForm(src string) error {
	printed, _ := d.Split()
	if printed == src {
		return nil
	}
	n := 0
	for i := range min(len(src), len(printed)) {
		if src[i] != printed[i] {
			break
		}
		if src[i] == '\n' {
			n++
		}
	}
	return fmt.Errorf("line %d is not in its printed form", n+1)
}

// lineParser consumes one line from the left.
type lineParser struct {
	s     string
	blobs []Blob
	used  *int
}

func (p *lineParser) line() (Line, error) {
	l := Line{ID: NoResult}
	var err error
	if strings.HasPrefix(p.s, "%") {
		if l.ID, err = p.ref(); err != nil {
			return l, err
		}
		if !p.eat(" = ") {
			return l, fmt.Errorf("expected ` = ` at %q", p.s)
		}
	}
	if l.Op = p.word(); l.Op == "" {
		return l, fmt.Errorf("expected an operation at %q", p.s)
	}
	for p.eat(" ") {
		switch {
		case strings.HasPrefix(p.s, "%"):
			arg, err := p.ref()
			if err != nil {
				return l, err
			}
			l.Args = append(l.Args, arg)
		case strings.HasPrefix(p.s, "; "):
			p.eat("; ")
			if err := p.pos(&l); err != nil {
				return l, err
			}
		default:
			a, err := p.attr()
			if err != nil {
				return l, err
			}
			l.Attrs = append(l.Attrs, a)
		}
	}
	if p.s != "" {
		return l, fmt.Errorf("unexpected %q", p.s)
	}
	return l, nil
}

func (p *lineParser) eat(prefix string) bool {
	rest, ok := strings.CutPrefix(p.s, prefix)
	if ok {
		p.s = rest
	}
	return ok
}

// take consumes the longest prefix whose bytes satisfy ok.
func (p *lineParser) take(ok func(c byte) bool) string {
	i := 0
	for i < len(p.s) && ok(p.s[i]) {
		i++
	}
	taken := p.s[:i]
	p.s = p.s[i:]
	return taken
}

func (p *lineParser) word() string {
	return p.take(func(c byte) bool {
		return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	})
}

func isNumeric(c byte) bool { return c != ' ' && c != ',' && c != ']' }

// ref reads %12.
func (p *lineParser) ref() (int, error) {
	p.eat("%")
	return p.int()
}

func (p *lineParser) int() (int, error) {
	t := p.take(func(c byte) bool { return '0' <= c && c <= '9' })
	n, err := strconv.ParseInt(t, 10, 32)
	if err != nil || strconv.FormatInt(n, 10) != t {
		return 0, fmt.Errorf("expected a number, found %q", t+p.s)
	}
	return int(n), nil
}

func (p *lineParser) pos(l *Line) error {
	var err error
	if l.Pos.Node, err = p.int(); err != nil {
		return err
	}
	for _, field := range []*string{&l.Pos.Name, &l.Pos.Op} {
		if !p.eat(" ") {
			return fmt.Errorf("expected a position at %q", p.s)
		}
		if *field, err = p.quoted(); err != nil {
			return err
		}
	}
	if l.Pos.Op == "" {
		return fmt.Errorf("position without an operator")
	}
	return nil
}

func (p *lineParser) quoted() (string, error) {
	q, err := strconv.QuotedPrefix(p.s)
	if err != nil || q[0] != '"' {
		return "", fmt.Errorf("expected a quoted string at %q", p.s)
	}
	p.s = p.s[len(q):]
	s, err := strconv.Unquote(q)
	if err == nil && strconv.Quote(s) != q {
		err = fmt.Errorf("string %s is not in its printed form", q)
	}
	return s, err
}

func (p *lineParser) attr() (Attr, error) {
	a := Attr{Key: p.word()}
	if a.Key == "" || !p.eat("=") {
		return a, fmt.Errorf("expected an attribute at %q", p.s)
	}
	var err error
	switch {
	case strings.HasPrefix(p.s, "@"):
		a.Value, err = p.blob()
	case strings.HasPrefix(p.s, "["):
		a.Value, err = p.list()
	default:
		a.Value, err = p.scalar()
	}
	return a, err
}

func (p *lineParser) blob() (any, error) {
	p.eat("@")
	n, err := p.int()
	if err != nil {
		return nil, err
	}
	if n != *p.used || n >= len(p.blobs) {
		return nil, fmt.Errorf("blob @%d is missing or out of order", n)
	}
	*p.used++
	return p.blobs[n], nil
}

// scalar reads a string, an int or a float64. A float that is a whole number
// prints like an int; Attrs.Float accepts both.
func (p *lineParser) scalar() (any, error) {
	if strings.HasPrefix(p.s, `"`) {
		return p.quoted()
	}
	t := p.take(isNumeric)
	if n, err := strconv.ParseInt(t, 10, 64); err == nil && t != "-0" {
		if strconv.FormatInt(n, 10) != t {
			return nil, fmt.Errorf("number %q is not in its printed form", t)
		}
		return int(n), nil
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("expected a finite number, found %q", t)
	}
	if FormatFloat(v) != t {
		return nil, fmt.Errorf("number %q is not in its printed form", t)
	}
	return v, nil
}

// list reads [a,b,…], all strings or all numbers; the empty list is []int.
func (p *lineParser) list() (any, error) {
	p.eat("[")
	if p.eat("]") {
		return []int{}, nil
	}
	var items []any
	for {
		v, err := p.scalar()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if p.eat("]") {
			return uniform(items)
		}
		if !p.eat(",") {
			return nil, fmt.Errorf("expected `,` or `]` at %q", p.s)
		}
	}
}

// uniform turns items into a []string, a []int, or, if any is a float64, a []float64.
func uniform(items []any) (any, error) {
	var ints []int
	var floats []float64
	var strs []string
	for _, v := range items {
		switch v := v.(type) {
		case int:
			ints = append(ints, v)
			floats = append(floats, float64(v))
		case float64:
			floats = append(floats, v)
		case string:
			strs = append(strs, v)
		}
	}
	switch len(items) {
	case len(ints):
		return ints, nil
	case len(floats):
		return floats, nil
	case len(strs):
		return strs, nil
	}
	return nil, fmt.Errorf("list of strings and numbers")
}
