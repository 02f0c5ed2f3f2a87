package text

import "fmt"

// Attrs reads a line's attributes by name, each once. The first fault is kept;
// Done reports it, and any attribute that was left unread.
type Attrs struct {
	list []Attr
	err  error
	room *Room
}

// Read starts reading the attributes of l.
func (l *Line) Read() *Attrs { return &Attrs{list: append([]Attr(nil), l.Attrs...)} }

// Has says whether an attribute is present and not yet read.
func (a *Attrs) Has(key string) bool {
	for _, x := range a.list {
		if x.Key == key {
			return true
		}
	}
	return false
}

// Next is the key of the first attribute that is not yet read.
func (a *Attrs) Next() string {
	if len(a.list) == 0 {
		return ""
	}
	return a.list[0].Key
}

// Err returns the first fault so far.
func (a *Attrs) Err() error { return a.err }

// Done returns the first fault.
func (a *Attrs) Done() error {
	if a.err == nil && len(a.list) > 0 {
		a.err = fmt.Errorf("unexpected attribute %q", a.list[0].Key)
	}
	return a.err
}

func get[T any](a *Attrs, key string) (v T) {
	for i, x := range a.list {
		if x.Key != key {
			continue
		}
		a.list = append(a.list[:i], a.list[i+1:]...)
		t, ok := x.Value.(T)
		if !ok {
			a.wrongType(key)
		}
		return t
	}
	a.fail(fmt.Errorf("attribute %q is missing", key))
	return v
}

func (a *Attrs) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *Attrs) wrongType(key string) { a.fail(fmt.Errorf("attribute %q has the wrong type", key)) }

func (a *Attrs) Int(key string) int       { return get[int](a, key) }
func (a *Attrs) String(key string) string { return get[string](a, key) }
func (a *Attrs) Ints(key string) []int    { return get[[]int](a, key) }
func (a *Attrs) Blob(key string) Blob     { return get[Blob](a, key) }

// Float reads a float64; one that is a whole number was printed like an int.
func (a *Attrs) Float(key string) float64 {
	switch v := get[any](a, key).(type) {
	case float64:
		return v
	case int:
		return float64(v)
	case nil:
	default:
		a.wrongType(key)
	}
	return 0
}

// Floats reads a list of float64.
func (a *Attrs) Floats(key string) []float64 {
	switch v := get[any](a, key).(type) {
	case []float64:
		return v
	case []int:
		out := make([]float64, len(v))
		for i, x := range v {
			out[i] = float64(x)
		}
		return out
	case nil:
	default:
		a.wrongType(key)
	}
	return nil
}

// Strings reads a list of strings; the empty list prints like an empty list of ints.
func (a *Attrs) Strings(key string) []string {
	switch v := get[any](a, key).(type) {
	case []string:
		return v
	case nil:
	case []int:
		if len(v) == 0 {
			return []string{}
		}
		a.wrongType(key)
	default:
		a.wrongType(key)
	}
	return nil
}
