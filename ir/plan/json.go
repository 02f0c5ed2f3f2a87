package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// readJSON decodes one JSON value so that it can be read in one way only, by any reader. encoding/json alone
// takes keys in any case, twice or not at all, null for everything, and replaces what is not Unicode; here
// each key of an object is there exactly once, spelled as the field's tag without escapes, null is nothing,
// and strings are valid Unicode. How the value is spaced and numbers are written is free: no hash depends on
// writing it again.
func readJSON(raw []byte, into any) error {
	if !utf8.Valid(raw) {
		return fmt.Errorf("is not UTF-8")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return err
	}
	s := jsonScanner{rest: raw}
	return s.value(reflect.TypeOf(into).Elem(), "")
}

// writeJSON is for values that a Check has passed, which JSON can hold.
func writeJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("plan: %v", err))
	}
	return b
}

// list is never nil: JSON has [] for it, not null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// jsonScanner walks JSON that is known to be valid along the type that it was decoded to.
type jsonScanner struct{ rest []byte }

// next skips spaces and says which byte follows.
func (s *jsonScanner) next() byte {
	for s.rest[0] == ' ' || s.rest[0] == '\t' || s.rest[0] == '\n' || s.rest[0] == '\r' {
		s.rest = s.rest[1:]
	}
	return s.rest[0]
}

// eat takes the next byte if it is c.
func (s *jsonScanner) eat(c byte) bool {
	if s.next() != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *jsonScanner) value(t reflect.Type, path string) error {
	switch {
	case s.next() == 'n':
		return fmt.Errorf("%s is null", at(path))
	case t.Kind() == reflect.Struct:
		return s.object(t, path)
	case t.Kind() == reflect.Slice:
		return s.array(t.Elem(), path)
	case s.next() == '"':
		_, err := s.text(path)
		return err
	}
	end := slices.IndexFunc(s.rest, func(c byte) bool {
		return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r'
	})
	if end < 0 {
		end = len(s.rest)
	}
	s.rest = s.rest[end:]
	return nil
}

func (s *jsonScanner) object(t reflect.Type, path string) error {
	fields, seen := fieldsOf(t), map[string]bool{}
	for s.eat('{'); !s.eat('}'); s.eat(',') {
		s.next()
		text, err := s.text(path)
		if err != nil {
			return err
		}
		key := string(text)
		field, known := fields[key]
		switch {
		case !known:
			return fmt.Errorf("%s has the unknown field %q", at(path), key)
		case seen[key]:
			return fmt.Errorf("%s has the field %q twice", at(path), key)
		}
		seen[key] = true
		s.eat(':')
		if err := s.value(field, path+"."+key); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !seen[key] {
			return fmt.Errorf("%s lacks the field %q", at(path), key)
		}
	}
	return nil
}

// fieldsOf lists the fields of an object by their keys.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for k := range t.NumField() {
		if f := t.Field(k); f.IsExported() {
			fields[f.Tag.Get("json")] = f.Type
		}
	}
	return fields
}

func (s *jsonScanner) array(of reflect.Type, path string) error {
	for s.eat('['); !s.eat(']'); s.eat(',') {
		if err := s.value(of, path); err != nil {
			return err
		}
	}
	return nil
}

// text takes a string as it is written, without its quotes.
func (s *jsonScanner) text(path string) ([]byte, error) {
	i := 1
	for ; s.rest[i] != '"'; i++ {
		if s.rest[i] != '\\' {
			continue
		}
		i++
		if s.rest[i] != 'u' {
			continue
		}
		if u, _ := strconv.ParseUint(string(s.rest[i+1:i+5]), 16, 16); u>>11 == 0xD800>>11 {
			return nil, fmt.Errorf("%s has half a character, \\u%04x: characters beyond the first 65536 are written as they are", at(path), u)
		}
	}
	text := s.rest[1:i]
	s.rest = s.rest[i+1:]
	return text, nil
}

// at names a place in the JSON for errors.
func at(path string) string {
	if path == "" {
		return "the JSON"
	}
	return strconv.Quote(path[1:])
}
