package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// api is openapi.json as tests use it.
type api struct {
	Paths map[string]map[string]json.RawMessage `json:"paths"`
	Parts struct {
		Schemas   map[string]*schema  `json:"schemas"`
		Responses map[string]response `json:"responses"`
	} `json:"components"`

	operations map[string]*operation // by method and path
}

type operation struct {
	ID        string              `json:"operationId"`
	Summary   string              `json:"summary"`
	Security  *[]any              `json:"security"`
	Problems  []string            `json:"x-problems"`
	Parts     []string            `json:"x-part-problems"`
	Responses map[string]response `json:"responses"`
}

type response struct {
	Ref     string         `json:"$ref"`
	Headers map[string]any `json:"headers"`
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

// schema is the part of JSON Schema that the description uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Enum       []string           `json:"enum"`
	Pattern    string             `json:"pattern"`
	Minimum    *float64           `json:"minimum"`
	Required   []string           `json:"required"`
	Properties map[string]*schema `json:"properties"`
	Closed     *bool              `json:"additionalProperties"`
	Items      *schema            `json:"items"`
}

func readAPI(t testing.TB) *api {
	t.Helper()
	a := &api{operations: map[string]*operation{}}
	check(t, json.Unmarshal(description, a))
	for path, item := range a.Paths {
		for method, raw := range item {
			if method != "parameters" {
				op := &operation{}
				check(t, json.Unmarshal(raw, op))
				a.operations[strings.ToUpper(method)+" "+path] = op
			}
		}
	}
	return a
}

// TestOpenAPI holds the description against the routes: paths, methods, names, who may, and every problem.
func TestOpenAPI(t *testing.T) {
	a := readAPI(t)
	var described, served []string
	for key := range a.operations {
		described = append(described, key)
	}
	seen := map[string]bool{noRoute.name: true, wrongMethod.name: true}
	for _, r := range routes {
		key := r.method + " " + r.path
		served = append(served, key)
		op := a.operations[key]
		if op == nil {
			continue
		}
		if op.ID != r.id || (op.Security != nil) != r.open {
			t.Errorf("%s: operation %s, open to all: %v", key, op.ID, op.Security != nil)
		}
		kinds := slices.Concat(r.problems, anyRoute)
		if !r.open {
			kinds = slices.Concat(kinds, clientRoute)
		}
		names, codes := map[string]bool{}, map[string]bool{}
		for _, k := range kinds {
			names[k.name], codes[fmt.Sprint(k.status)], seen[k.name] = true, true, true
		}
		if want := slices.Sorted(maps.Keys(names)); !slices.Equal(op.Problems, want) {
			t.Errorf("%s: described problems %v, in the code %v", key, op.Problems, want)
		}
		for code := range op.Responses {
			if code >= "400" && !codes[code] {
				t.Errorf("%s: no problem has status %s", key, code)
			}
		}
		for code := range codes {
			if _, ok := op.Responses[code]; !ok {
				t.Errorf("%s: status %s is not described", key, code)
			}
		}
	}
	var ofItems []string
	for _, k := range itemProblems {
		ofItems = append(ofItems, k.name)
		seen[k.name] = true
	}
	slices.Sort(ofItems)
	if got := a.operations["GET /v1/batches/{batch}/result"].Parts; !slices.Equal(got, ofItems) {
		t.Errorf("described problems of items %v, in the code %v", got, ofItems)
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described %v\nserved %v", described, served)
	}
	var names []string
	for name := range seen {
		names = append(names, problemType+name)
	}
	slices.Sort(names)
	if enum := a.Parts.Schemas["Problem"].Properties["type"].Enum; !slices.Equal(enum, names) {
		t.Errorf("described types %v\nin the code %v", enum, names)
	}
}

var wildcard = regexp.MustCompile(`\{[a-z]+\}`)

// find gives the operation of a request.
func (a *api) find(method, path string) *operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for key, op := range a.operations {
		if regexp.MustCompile("^" + wildcard.ReplaceAllString(key, "[^/]+") + "$").MatchString(method + " " + path) {
			return op
		}
	}
	return nil
}

// check says whether an answer is one that is described.
func (a *api) check(method, path string, got answer) error {
	kind, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	op := a.find(method, path)
	if op == nil || got.problem() == noRoute.name {
		if got.status != 404 && got.status != 405 || kind != "application/problem+json" {
			return fmt.Errorf("%d %s where there is no route", got.status, kind)
		}
		return a.checkBody(&schema{Ref: "#/components/schemas/Problem"}, got.body)
	}
	r, ok := op.Responses[fmt.Sprint(got.status)]
	if !ok {
		return fmt.Errorf("status %d is not described: %.300s", got.status, got.body)
	}
	if name, is := strings.CutPrefix(r.Ref, "#/components/responses/"); is {
		if r, ok = a.Parts.Responses[name]; !ok {
			return fmt.Errorf("no response %s", name)
		}
	}
	for name := range r.Headers {
		if got.header.Get(name) == "" {
			return fmt.Errorf("status %d without the header %s", got.status, name)
		}
	}
	if p := got.problem(); p != "" && !slices.Contains(op.Problems, p) {
		return fmt.Errorf("problem %s is not described", p)
	}
	content, ok := r.Content[kind]
	if !ok && (kind != "" || len(r.Content) > 0) {
		return fmt.Errorf("status %d as %q is not described", got.status, kind)
	}
	if method == http.MethodHead || !strings.Contains(kind, "json") {
		return nil
	}
	return a.checkBody(content.Schema, got.body)
}

func (a *api) checkBody(s *schema, body []byte) error {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("%w: %.200s", err, body)
	}
	return a.valid(s, v, "the body")
}

// valid checks a value against a schema.
func (a *api) valid(s *schema, v any, at string) error {
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		if a.Parts.Schemas[name] == nil {
			return fmt.Errorf("no schema %s", name)
		}
		return a.valid(a.Parts.Schemas[name], v, at)
	}
	switch x := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := x[name]; !ok {
				return fmt.Errorf("%s has no %s", at, name)
			}
		}
		for name, field := range x {
			of := s.Properties[name]
			if of == nil && s.Closed != nil && !*s.Closed {
				return fmt.Errorf("%s has a field %s", at, name)
			}
			if of != nil {
				if err := a.valid(of, field, at+"."+name); err != nil {
					return err
				}
			}
		}
		return isType(s, at, "object")
	case []any:
		for k, item := range x {
			if err := a.valid(s.Items, item, fmt.Sprintf("%s[%d]", at, k)); err != nil {
				return err
			}
		}
		return isType(s, at, "array")
	case string:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, x) || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(x) {
			return fmt.Errorf("%s is %q", at, x)
		}
		return isType(s, at, "string")
	case float64:
		if s.Minimum != nil && x < *s.Minimum || x != float64(int64(x)) {
			return fmt.Errorf("%s is %g", at, x)
		}
		return isType(s, at, "integer")
	case bool:
		return isType(s, at, "boolean")
	}
	return fmt.Errorf("%s is %v", at, v)
}

func isType(s *schema, at, got string) error {
	if s.Type != got {
		return fmt.Errorf("%s is of type %s, expected %s", at, got, s.Type)
	}
	return nil
}
