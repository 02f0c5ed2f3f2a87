//go:build !unix

package main

func reportBrokenPipes() {}
