// Package worst finds the inputs that noise and magnitudes are planned on: those on which values are large or noise is
// amplified much.
package worst
