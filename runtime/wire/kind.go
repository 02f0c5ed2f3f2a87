package wire

import "encoding/binary"

// HeadBytes is how much of a file says what it holds and what it belongs to.
const HeadBytes = headBytes

// Version is the version of the format that this package reads and writes.
const Version = version

// Holds says from a file's first bytes what it claims to hold, "a secret key" or such, or "" if it has
// another format. Decoding checks the rest.
func Holds(head []byte) string {
	k, ok := kindOf(head)
	if !ok {
		return ""
	}
	return k.String()
}

// IsPublicKey says whether a file claims to hold a public key.
func IsPublicKey(head []byte) bool {
	k, ok := kindOf(head)
	return ok && k == publicKey
}

func kindOf(head []byte) (kind, bool) {
	if len(head) < 16 || string(head[:8]) != magic {
		return 0, false
	}
	return kind(binary.LittleEndian.Uint32(head[12:])), true
}

// ClaimedBinding is what a file's first HeadBytes say that it belongs to. Decoding checks the rest.
func ClaimedBinding(head []byte) (b Binding, ok bool) {
	if _, ok := kindOf(head); !ok || len(head) < HeadBytes {
		return b, false
	}
	copy(b.Plan[:], head[16:])
	copy(b.Key[:], head[48:])
	return b, true
}
