package main

import (
	"strings"
	"testing"
)

// TestNpyOfOneSize: a file must hold exactly what its header declares; one that holds more has been misread.
func TestNpyOfOneSize(t *testing.T) {
	b, err := encodeNpy([][]float64{{1, 2}, {3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	if data, samples, err := decodeNpy(b, "<f8"); err != nil || samples != 2 || len(data) != 4 {
		t.Errorf("%v, %d samples, %v", data, samples, err)
	}
	_, _, err = decodeNpy(append(b, make([]byte, 8)...), "<f8")
	if err == nil || !strings.Contains(err.Error(), "8 bytes follow the array of shape [2 2]") {
		t.Errorf("got %v", err)
	}
}
