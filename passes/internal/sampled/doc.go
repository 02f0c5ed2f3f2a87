// Package sampled evaluates graphs on many samples at a time, and differentiates them by back-propagation.
package sampled
