package main

import (
	"os"
	"testing"
)

// TestWhichSidesAreCommands has a folder whose path is that of an address, such as one
// that a stack named: it is not run.
func TestWhichSidesAreCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("https:/api.example.com", 0o700); err != nil {
		t.Fatal(err)
	}
	for side, want := range map[string]bool{
		"./app": true, "npm start": true, "serve --upstream http://127.0.0.1:1": true, "PORT=1 ./app": true,
		"https://api.example.com": false, "http://localhost:8000/a b": false, "localhost:8000": false, "api.example.com/items": false,
	} {
		if isCommand(side) != want {
			t.Errorf("%q: %v", side, !want)
		}
	}
}
