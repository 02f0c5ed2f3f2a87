package audit

import (
	"crypto/sha256"
	"math/rand/v2"
)

// stream is the checker's own random source, of another kind than the planner's and seeded by a name, so that
// its points are independent of those that the planner measured on.
func stream(name string) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256([]byte("hecc audit: " + name))))
}
