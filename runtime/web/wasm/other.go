//go:build !js

package main

import "log"

func main() { log.Fatal("this program is for browsers: build it with GOOS=js GOARCH=wasm") }
