// Bootstrap is the program of the reference stack's function: see package function.
package main

import "tollgate/targets/stack/function"

func main() { function.Serve() }
