// Package codec takes samples to slots and slots to the model's outputs. It
// knows nothing of cryptography:
//
//	sample ── Check ── Pack ──> slots ── encrypt, run, decrypt ──> slots ── Unpack ──> Result
package codec
