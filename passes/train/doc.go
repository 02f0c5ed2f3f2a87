// Package train changes the weights of a polynomial network so that it computes what the exact one does,
// without labels: layer after layer by ridge regression (Refit), or all layers together by gradient descent
// (Distill).
package train
