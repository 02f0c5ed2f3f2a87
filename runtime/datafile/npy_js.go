package datafile

import "hecc/ir/diag"

// In a browser there are .csv files only: the libraries for arrays would make its program a third larger.
var errNoArrays error = diag.Reason("this build of hecc neither reads nor writes .npy files").Cure("give samples as text, .csv")

func decodeNpy([]byte) (*table, error) { return nil, errNoArrays }

// DecodeNpy fails in a browser.
func DecodeNpy([]byte) ([][]float64, error) { return nil, errNoArrays }

// EncodeNpy fails in a browser.
func EncodeNpy([][]float64) ([]byte, error) { return nil, errNoArrays }
