// Package crypt makes keys, encrypts and decrypts with Lattigo. Whatever it makes
// is bound to one plan and one key set.
//
//	GenerateSecretKey ──> secret.key ──> PublicKey, EvaluationKeys
//	slots ── Encryptor (secret or public key) ──> request ── server ──> response ── Decryptor ──> slots
//
// Secret randomness comes from crypto/rand, errors through Lattigo's samplers; uniform halves come from a
// fresh seed of each file, so that the file can carry the seed in their place.
package crypt
