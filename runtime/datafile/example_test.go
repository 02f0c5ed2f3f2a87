package datafile_test

import (
	"fmt"
	"log"

	"hecc/runtime/datafile"
)

// Samples go to a .npy file and come back: a row for each.
func Example() {
	file, err := datafile.EncodeNpy([][]float64{{1, 2, 3}, {4, 5, 6}})
	check(err)
	samples, err := datafile.DecodeNpy(file)
	check(err)
	fmt.Println(samples)
	// Output: [[1 2 3] [4 5 6]]
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
