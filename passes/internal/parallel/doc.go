// Package parallel runs numbered tasks on all cores.
package parallel
