// Package worst chooses the inputs that noise and magnitudes are planned on: those with large values or a
// high noise gain.
package worst
