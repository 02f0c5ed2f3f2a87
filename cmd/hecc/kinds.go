package main

import (
	"path/filepath"
	"slices"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// What files hold, in the words of package wire.
const (
	aPlan         = "a plan"
	aClientFile   = "a client file"
	aSecretKey    = "a secret key"
	aPublicKey    = "a public key"
	evalKeys      = "evaluation keys"
	encryptedIn   = "encrypted inputs"
	encryptedOut  = "encrypted outputs"
	anArray       = "an array (.npy)"
	anONNXModel   = "an ONNX model"
	arrayFileHead = "\x93NUMPY"
)

// takers says which command takes what a file holds.
var takers = map[string]string{
	aPlan:        "hecc run, serve, inspect, verify, diff and bench take it, and every command that takes a client file",
	aClientFile:  "hecc keygen, encrypt, decrypt and diff take it; the others take the plan that was written with it",
	aSecretKey:   "hecc encrypt and hecc decrypt take it with --key",
	aPublicKey:   "hecc encrypt takes it with --key",
	evalKeys:     "hecc run takes them with --eval-keys",
	encryptedIn:  "hecc run takes them",
	encryptedOut: "hecc decrypt takes them",
	anONNXModel:  "hecc compile makes a plan and a client file of it",
	anArray:      "hecc encrypt, --calibrate, --data, --labels and --expect take it, and tables (.csv)",
}

// holds says what a file holds by how it starts, or "".
func holds(head []byte) string {
	switch {
	case strings.HasPrefix(string(head), plan.Magic):
		return aPlan
	case strings.HasPrefix(string(head), plan.ClientMagic):
		return aClientFile
	case strings.HasPrefix(string(head), arrayFileHead):
		return anArray
	}
	return wire.Holds(head)
}

// checkHolds refuses a file that holds something else than what is wanted, and says which command takes it.
// What it cannot recognise, and what is wanted, is left to the decoder.
func checkHolds(path string, head []byte, want ...string) error {
	found := holds(head)
	if found == "" && filepath.Ext(path) == ".onnx" { // models start with nothing that tells them
		found = anONNXModel
	}
	if found == "" || slices.Contains(want, found) || len(want) == 0 && found == anArray { // data need no name
		return nil
	}
	if len(want) == 0 {
		want = []string{anArray, "a table (.csv)"}
	}
	return diag.Reason("%s holds %s, expected %s", path, found, strings.Join(want, " or ")).Cure("%s", takers[found])
}
