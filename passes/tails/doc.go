// Package tails estimates from samples what unseen samples do: how far arguments reach, how large errors
// become, and which share of answers agrees. Copies among samples are found and dropped. The estimates are
// conservative; docs/promise.md has what is promised of them.
package tails
