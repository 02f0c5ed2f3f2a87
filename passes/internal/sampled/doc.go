// Package sampled evaluates graphs on many samples at a time, and derives them.
package sampled
