package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// jsonPage is written from the structs that commands print: types by reflection, meanings from the comments of
// their fields. "go test ./cmd/hecc -run JSONPage -update" writes it.
const jsonPage = "../../docs/json.md"

const jsonIntro = `# The JSON that commands print

<!-- written by go test ./cmd/hecc -run JSONPage -update, from the structs and the comments of their fields -->

Each command that reports figures prints one JSON object with ` + "`--json`" + `, on standard output; errors, warnings and notes stay on standard error. Its first field is ` + "`schema`" + `: a name and a version. Fields are added under the same version, so a reader must pass over those that it does not know; where one changes its meaning or goes, the version is the next.

Sizes are bytes, times milliseconds, sizes of moduli bits (log2). Errors and noise are in the units of the values that they are errors of: of the model's outputs, if nothing else is said. Times that are called predicted are those of a cost model on one core. Where a number is not known, there is ` + "`null`" + ` or the field is missing (optional); what is no finite number is 1.8e308, and in answers ` + "`null`" + `.

`

// fieldUnits are those of fields that do not end in _ms, _bytes or _bits. Whole numbers that are not listed count things.
var fieldUnits = map[string]string{
	"log_n": "log2", "log_qp": "bits", "q_bits": "bits", "p_bits": "bits", "security_bits": "bits", "log_qp_bound": "bits",
	"predicted_bits_above_measured": "bits", "least": "bits", "median": "bits", "mean": "bits", "most": "bits",
	"predicted_error": "of the output", "predicted_error_public_key": "of the output", "rounding": "of decrypted values",
	"deviation": "of decrypted values", "allowed_noise": "of the output", "least_noise": "of the output", "fit_error": "of the output, of a layer in units of the function",
	"error": "of the output", "rms": "of the output", "own_rms": "of the output", "rmse_clear": "of the output", "rmse_plan": "of the output",
	"max_abs_error": "of the output", "mean_abs_error": "of the output", "max_abs_error_outside": "of the output", "max_abs_error_expect": "of the output",
	"measured_noise": "of the value", "predicted_noise": "of the value", "predicted_most": "of the value", "predicted_largest": "of the value",
	"measured_largest": "of the value", "largest_value": "of the value", "terms": "of the value", "measured_fit": "of the output", "predicted_fit": "of the output",
	"auc_clear": "share", "auc_encrypted": "share", "explained": "share", "agreement": "share", "predicted_agreement": "share", "argmax_agreement": "share", "accuracy_clear": "share", "accuracy_plan": "share",
	"accuracy_encrypted": "share", "share": "share", "noise_share": "share", "fit_share": "share", "outside": "share", "r2_clear": "share", "r2_plan": "share",
	"largest_t": "half an interval", "lo": "of the argument", "hi": "of the argument", "err": "of the function",
	"ratio_vs_naive": "ratio", "change": "share", "figures": "as its name says", "values": "of the output", "primary": "of the output",
	"degree": "degree", "degrees": "degree", "from_level": "level", "to_level": "level", "level": "level", "levels": "levels",
	"node": "number", "id": "number", "outside_prediction": "numbers", "lost_samples": "numbers",
	"min": "milliseconds", "max": "milliseconds", "ms": "milliseconds",
	"asked": "of the output", "predicted": "of the output", "fit": "of the output", "noise": "of the value", "err_typical": "of the function",
	"largest": "of the value", "magnitude": "of the value", "bits": "bits", "x": "of the argument", "f": "of the function", "p": "of the function",
	"bins_lo": "of the argument", "bins_hi": "of the argument",
}

// fieldDoc is a row of the page.
type fieldDoc struct{ name, kind, unit, meaning string }

// jsonDoc collects rows and the structs they lead to.
type jsonDoc struct {
	t        *testing.T
	comments map[string]string // of types, and of fields as Type.Field
	used     map[string]bool   // of fieldUnits
	queue    []reflect.Type
}

// fields are those of a struct as JSON has them, embedded ones in place.
func (d *jsonDoc) fields(of reflect.Type) (out []fieldDoc) {
	for f := range of.Fields() {
		at := f.Type
		for at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		tag, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && tag == "":
			out = append(out, d.fields(at)...)
			continue
		case tag == "-" || !f.IsExported():
			continue
		case tag == "":
			d.t.Errorf("%s.%s has no name in JSON", of, f.Name)
		}
		r := fieldDoc{name: tag, kind: d.kind(f.Type), unit: d.unit(tag, at), meaning: d.comments[of.String()+"."+f.Name]}
		if option == "omitempty" {
			r.kind += ", optional"
		}
		if tag == "schema" {
			r.meaning = "name and version of this object"
		}
		if r.meaning == "" {
			d.t.Errorf("%s.%s (%s) has no comment: say what it is", of, f.Name, tag)
		}
		if slices.ContainsFunc(out, func(x fieldDoc) bool { return x.name == tag }) {
			d.t.Errorf("%s has %s twice", of, tag)
		}
		out = append(out, r)
	}
	return out
}

// kind is a JSON type in words.
func (d *jsonDoc) kind(of reflect.Type) string {
	switch of.Kind() {
	case reflect.Pointer:
		return d.kind(of.Elem()) + " or null"
	case reflect.Struct:
		if !slices.Contains(d.queue, of) {
			d.queue = append(d.queue, of)
		}
		for _, s := range schemas {
			if s.report == of {
				return "[" + s.name + "](#" + anchorOf(s.name) + ")"
			}
		}
		return "[" + of.Name() + "](#" + strings.ToLower(of.Name()) + ")"
	case reflect.Slice:
		return "array of " + d.kind(of.Elem())
	case reflect.Map:
		return "object of " + d.kind(of.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Interface:
		return "number, string or null"
	case reflect.Float64:
		return "number"
	}
	return "whole number"
}

func (d *jsonDoc) unit(name string, of reflect.Type) string {
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	if u, ok := fieldUnits[name]; ok {
		d.used[name] = true
		return u
	}
	switch of.Kind() {
	case reflect.Bool, reflect.String, reflect.Struct, reflect.Interface, reflect.Pointer:
		return ""
	}
	for suffix, unit := range map[string]string{"_ms": "milliseconds", "_bytes": "bytes", "_bits": "bits"} {
		if strings.HasSuffix(name, suffix) {
			return unit
		}
	}
	if of.Kind() == reflect.Float64 {
		d.t.Errorf("%s has no unit: name it so that it ends in _ms, _bytes or _bits, or add it to fieldUnits", name)
	}
	if of.PkgPath() == "" && of.Kind() == reflect.Int64 {
		return "bytes" // of memory
	}
	return "count"
}

// commentsOf reads what the fields of structs are said to be.
func commentsOf(t *testing.T, folders ...string) map[string]string {
	out := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			p, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			name := p.Name.Name
			ast.Inspect(p, func(n ast.Node) bool {
				decl, ok := n.(*ast.GenDecl)
				if !ok {
					return true
				}
				for _, spec := range decl.Specs {
					s, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					of := name + "." + s.Name.Name
					out[of] = oneLine(decl.Doc.Text())
					body, ok := s.Type.(*ast.StructType)
					if !ok {
						continue
					}
					for _, f := range body.Fields.List {
						text := f.Comment.Text()
						if text == "" {
							text = f.Doc.Text()
						}
						for _, x := range f.Names {
							out[of+"."+x.Name] = oneLine(text)
						}
					}
				}
				return false
			})
		}
	}
	return out
}

// anchorOf is what a heading is linked by.
func anchorOf(heading string) string { return strings.NewReplacer(".", "", "/", "").Replace(heading) }

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestJSONPage(t *testing.T) {
	d := &jsonDoc{t: t, used: map[string]bool{}, comments: commentsOf(t, ".", "detail", "../../ir/he", "../../ir/memory", "../../ir/plan", "../../ir/audit", "../../runtime/codec")}
	var b strings.Builder
	b.WriteString(jsonIntro)
	b.WriteString("| schema | printed by |\n|---|---|\n")
	for _, s := range schemas {
		d.queue = append(d.queue, s.report)
		fmt.Fprintf(&b, "| [%s](#%s) | `%s` |\n", s.name, anchorOf(s.name), s.command)
	}
	for k := 0; k < len(d.queue); k++ {
		of := d.queue[k]
		if k < len(schemas) {
			fmt.Fprintf(&b, "\n## %s\n\n", schemas[k].name)
		} else {
			fmt.Fprintf(&b, "\n### %s\n\n", of.Name())
		}
		about := d.comments[of.String()]
		if about == "" {
			t.Errorf("%s has no comment", of)
		}
		about = strings.TrimPrefix(strings.TrimPrefix(about, of.Name()+" "), "is ")
		fmt.Fprintf(&b, "%s%s\n\n| field | type | unit | |\n|---|---|---|---|\n", strings.ToUpper(about[:1]), about[1:])
		for _, f := range d.fields(of) {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.kind, f.unit, f.meaning)
		}
	}
	for name := range fieldUnits {
		if !d.used[name] {
			t.Errorf("fieldUnits lists %s, which no field is called", name)
		}
	}
	got, err := os.ReadFile(filepath.FromSlash(jsonPage))
	if *update && !t.Failed() {
		err, got = os.WriteFile(jsonPage, []byte(b.String()), 0o644), []byte(b.String())
	}
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what the structs say: go test ./cmd/hecc -run JSONPage -update", jsonPage)
	}
}

// checkJSON holds what a command printed against its schema: every field that is printed is documented.
func checkJSON(t *testing.T, output []byte) {
	t.Helper()
	var head struct{ Schema string }
	if err := json.Unmarshal(output, &head); err != nil {
		t.Fatalf("%v in %.200s", err, output)
	}
	for _, s := range schemas {
		if s.name == benchSchema && head.Schema == benchSchema { // a part of its fields is embedded, where they cannot be decoded to
			checkFieldNames(t, output, s.report)
			return
		}
		if s.name == head.Schema {
			decoder := json.NewDecoder(strings.NewReader(string(output)))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(reflect.New(s.report).Interface()); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
			return
		}
	}
	t.Errorf("schema %q is not listed", head.Schema)
}

// checkFieldNames looks at the names of an object's fields alone.
func checkFieldNames(t *testing.T, output []byte, of reflect.Type) {
	t.Helper()
	d := &jsonDoc{t: t, used: map[string]bool{}, comments: commentsOf(t, ".")}
	documented, printed := d.fields(of), map[string]any{}
	if err := json.Unmarshal(output, &printed); err != nil {
		t.Fatal(err)
	}
	for name := range printed {
		if !slices.ContainsFunc(documented, func(f fieldDoc) bool { return f.name == name }) {
			t.Errorf("%s prints %s, which is not documented", of, name)
		}
	}
}
