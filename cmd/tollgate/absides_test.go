package main

import "testing"

func TestWhichSidesAreCommands(t *testing.T) {
	for side, want := range map[string]bool{
		"./app": true, "npm start": true, "serve --upstream http://127.0.0.1:1": true, "PORT=1 ./app": true,
		"https://api.example.com/v1": false, "http://localhost:8000/a b": false, "localhost:8000": false, "api.example.com/items": false,
	} {
		if isCommand(side) != want {
			t.Errorf("%q: %v", side, !want)
		}
	}
}
