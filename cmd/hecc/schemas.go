package main

import (
	"reflect"

	"hecc/cmd/hecc/detail"
)

// The JSON that commands print with --json has a schema with a version: fields are added under the same number, and
// changed or removed under the next. docs/json.md has all fields; it is written from the structs and their comments
// (json_test.go).
const (
	compileSchema = "hecc.compile/1"
	inspectSchema = "hecc.inspect/1"
	sweepSchema   = "hecc.sweep/1"
	checkSchema   = "hecc.check/1"
	explainSchema = "hecc.explain/1"
	verifySchema  = "hecc.verify/1"
	traceSchema   = "hecc.trace/1"
	benchSchema   = "hecc.bench/1"
	diffSchema    = "hecc.diff/1"
	resultsSchema = "hecc.results/1"
	demoSchema    = "hecc.demo/1"
)

// schemas lists what each is and who prints it.
var schemas = []struct {
	name, command string
	report        reflect.Type
}{
	{compileSchema, "hecc compile --json", reflect.TypeFor[compileReport]()},
	{inspectSchema, "hecc inspect --json", reflect.TypeFor[summary]()},
	{sweepSchema, "hecc inspect --sweep --json", reflect.TypeFor[sweepReport]()},
	{checkSchema, "hecc inspect --check --json", reflect.TypeFor[checkReport]()},
	{explainSchema, "hecc explain --json", reflect.TypeFor[explanation]()},
	{verifySchema, "hecc verify --json", reflect.TypeFor[measurement]()},
	{traceSchema, "hecc verify --trace --json", reflect.TypeFor[trace]()},
	{benchSchema, "hecc bench --json", reflect.TypeFor[benchmark]()},
	{diffSchema, "hecc diff --json", reflect.TypeFor[planDiff]()},
	{resultsSchema, "hecc infer --json, hecc decrypt --json", reflect.TypeFor[resultReport]()},
	{demoSchema, "hecc demo --json", reflect.TypeFor[demoReport]()},
	{detail.Schema, "detail of hecc inspect --html --json", reflect.TypeFor[detail.Detail]()},
}
