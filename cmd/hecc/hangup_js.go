package main

import "syscall"

// hangup does not exist here; this signal never comes.
const hangup = syscall.SIGTRAP
