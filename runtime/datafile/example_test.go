package datafile_test

import (
	"fmt"
	"log"

	"hecc/runtime/datafile"
)

// Samples go to a .npy file and come back: a row for each.
func Example() {
	file, err := datafile.EncodeNpy([][]float64{{1, 2, 3}, {4, 5, 6}})
	if err != nil {
		log.Fatal(err)
	}
	samples, err := datafile.DecodeNpy(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(samples)
	// Output: [[1 2 3] [4 5 6]]
}
