package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// function begins a function: all take pointers and numbers only, and keep none.
func function(name, signature string) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
}

// end returns. It clears the upper halves of registers first, which else slow down code without vectors on some processors.
func end() {
	VZEROUPPER()
	RET()
}

// pointer loads an argument to address memory with.
func pointer(name string) Mem { return Mem{Base: Load(Param(name), GP64())} }
