package paths

import "bytes"

// fixed are endings of files that a program has, which say more than {id}.
var fixed = []string{".js", ".css", ".html", ".json", ".xml", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2", ".map", ".txt", ".pdf", ".php"}

// shape is what a segment is called: itself, or what it looks like.
func shape(segment []byte) string {
	if Varies(segment) {
		for _, end := range fixed {
			if bytes.HasSuffix(segment, []byte(end)) {
				return ID + end
			}
		}
		return ID
	}
	return string(segment)
}

// The lengths from which on a segment is an identifier, or a secret, rather than a word.
const (
	longWithDigits = 12
	longest        = 40
	digitsInARow   = 4
)

// Varies says whether a segment looks like an identifier. A place of a route such as {id}
// is none: it is one already.
func Varies(segment []byte) bool {
	if len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}' && len(segment) <= longest && !bytes.ContainsAny(segment, "@%") {
		return false
	}
	digits, run, most, upper, lower := 0, 0, 0, false, false
	for _, c := range segment {
		switch {
		case c >= '0' && c <= '9':
			digits++
			run++
			most = max(most, run)
			continue
		case c == '@', c == '%', c < ' ', c > '~', c == ':', c == ';', c == '=', c == ',', c == '{', c == '}', c == '"', c == '\\', c == '<', c == '>', c == '^', c == '`', c == '|', c == '#', c == '$':
			return true
		case c >= 'A' && c <= 'Z':
			upper = true
		case c >= 'a' && c <= 'z':
			lower = true
		}
		run = 0
	}
	switch {
	case len(segment) == 0:
		return false
	case digits == len(segment), most >= digitsInARow, len(segment) > longest:
		return true
	case digits > 0 && len(segment) >= longWithDigits:
		return true
	}
	return digits > 0 && upper && lower && len(segment) >= 8 // base64 and the like
}
