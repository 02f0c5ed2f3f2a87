//go:build !js

package main

import "syscall"

// hangup asks a service to read its certificates again.
const hangup = syscall.SIGHUP
