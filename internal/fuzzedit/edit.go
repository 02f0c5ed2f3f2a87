// Package fuzzedit lets fuzz targets work on small inputs: a script of changes to a file, in place of the file. The Go
// command minimises every interesting input in time that grows with the square of its length, so that files of some
// kilobytes stop a fuzzer, and committed scripts stay valid when a file format gets another version.
package fuzzedit

import (
	"encoding/binary"
	"slices"
)

// stepBytes is how a step begins: where (two bytes, modulo what there is), how many bytes to take out there, how many of
// the script's next bytes to put in.
const stepBytes = 4

// Apply changes a copy of a file step by step. Every script is a valid one; what a last step lacks is nothing.
func Apply(file, script []byte) []byte {
	out := slices.Clone(file)
	for len(script) >= stepBytes {
		at := int(binary.LittleEndian.Uint16(script)) % (len(out) + 1)
		end := min(at+int(script[2]), len(out))
		insert := min(int(script[3]), len(script)-stepBytes)
		out = slices.Replace(out, at, end, script[stepBytes:stepBytes+insert]...)
		script = script[stepBytes+insert:]
	}
	return out
}
