// Package tails is what samples say about those that were not seen: how far arguments reach, how large errors get, which share of
// answers stays, and which samples are copies and say nothing new. Its estimates lie on the safe side; docs/promise.md has
// what is promised of them.
package tails
