//go:build js && reveal

package main

import (
	"bytes"
	"syscall/js"
)

// reveal gives tests the secret key, which they look for in what was sent. The page is built without.
func reveal(s *side) {
	js.Global().Get("hecc").Set("secret", function(func([]js.Value) (any, error) {
		var b bytes.Buffer
		err := s.keys.WriteSecret(&b)
		return arrayOf(b.Bytes()), err
	}))
}
