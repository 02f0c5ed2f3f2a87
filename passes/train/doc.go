// Package train changes the weights of a polynomial network so that it does what the exact one does, without labels: layer
// after layer by least squares (compensation), or all together by gradients (distillation).
package train
