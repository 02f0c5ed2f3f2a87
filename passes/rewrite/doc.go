// Package rewrite builds a graph from another one, node by node.
package rewrite
