package audit

import (
	"crypto/sha256"
	"math/rand/v2"
)

// stream is a random source of the checker's own, of another kind than the planner's and seeded by a name:
// what the planner has measured on is no more likely here than anything else.
func stream(name string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte("hecc audit: " + name))))
}
