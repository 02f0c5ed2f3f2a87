// Package params turns the parameters of a plan into Lattigo's rings, and fixes what
// client and server must do alike: rotations and the expansion of seeds.
//
// It imports Lattigo's ring arithmetic only, nothing that can hold a secret key.
package params
