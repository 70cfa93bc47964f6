//go:build !unix

package main

func noCore() {} // no core files here
