// Package promise follows errors to the user: the client floods and rounds decrypted values and computes the
// end of the model in clear, and a plan promises the error of the answers after that, and how many decisions stay.
package promise
