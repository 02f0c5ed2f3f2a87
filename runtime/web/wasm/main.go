//go:build js

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall/js"

	"hecc/runtime/client"
)

// memory is what the program keeps to before it collects garbage more often: phones have little.
const memory = 64 << 20

func main() {
	debug.SetMemoryLimit(memory)
	s := &side{}
	js.Global().Set("hecc", map[string]any{
		"open":            function(func(a []js.Value) (any, error) { return s.open(bytesOf(a[0])) }),
		"newKeys":         function(func([]js.Value) (any, error) { return nil, s.newKeys() }),
		"secretKey":       function(func([]js.Value) (any, error) { return s.secretKey() }),
		"restoreKeys":     function(func(a []js.Value) (any, error) { return nil, s.restoreKeys(bytesOf(a[0])) }),
		"dropKeys":        function(func([]js.Value) (any, error) { s.keys = nil; return nil, nil }),
		"writeEvaluation": function(func(a []js.Value) (any, error) { return s.writeEvaluation(taker(a[0])) }),
		"encryptText": function(func(a []js.Value) (any, error) {
			return s.encryptText([]byte(a[0].String()), limits{a[1].Bool(), int64(a[2].Float())})
		}),
		"encryptValues": function(func(a []js.Value) (any, error) {
			return s.encrypt([][]float64{floatsOf(a[0])}, nil, limits{a[1].Bool(), int64(a[2].Float())})
		}),
		"decrypt": function(func(a []js.Value) (any, error) { return s.decrypt(bytesOf(a[0])) }),
	})
	select {}
}

// function makes a function of JavaScript of one that may fail.
func function(f func(args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		v, err := f(args)
		if err != nil {
			far := (*client.RangeError)(nil)
			return map[string]any{"error": said(err), "outside": errors.As(err, &far)}
		}
		return v
	})
}

// said is an error in the words of the page, which counts samples and numbers from one.
func said(err error) string {
	sample := (*client.SampleError)(nil)
	if !errors.As(err, &sample) {
		return err.Error()
	}
	text, element := sample.Err.Error(), -1
	if far := (*client.RangeError)(nil); errors.As(err, &far) {
		element = far.Element
	}
	if cell := (*client.CellError)(nil); errors.As(err, &cell) {
		element = cell.Element
	}
	text = strings.Replace(text, fmt.Sprintf("element %d ", element), fmt.Sprintf("number %d ", element+1), 1)
	return fmt.Sprintf("sample %d: %s", sample.Sample+1, text)
}

func bytesOf(v js.Value) []byte {
	b := make([]byte, v.Length())
	js.CopyBytesToGo(b, v)
	return b
}

func arrayOf(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}

func floatsOf(v js.Value) []float64 {
	f := make([]float64, v.Length())
	for i := range f {
		f[i] = v.Index(i).Float()
	}
	return f
}

// parsed makes a value of JavaScript of what JSON can say.
func parsed(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return js.Global().Get("JSON").Call("parse", string(text)), nil
}

// taker is an io.Writer that hands bytes to a function.
type taker js.Value

func (t taker) Write(b []byte) (int, error) {
	js.Value(t).Invoke(arrayOf(b))
	return len(b), nil
}
