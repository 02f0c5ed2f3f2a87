// Package promise is what becomes of an error on its way to the user: the client floods, rounds, and computes the end of the
// model in clear, and a plan promises how far its answers are off after that.
package promise
