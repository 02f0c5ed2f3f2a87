// Package parallel shares numbered work out among all cores.
package parallel
