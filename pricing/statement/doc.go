// Package statement prints what package pricing works out, for a terminal:
// price books, their differences, bills and comparisons.
//
// Everything is plain text in columns, as wide as its contents; marks are
// words or single characters, never colour alone. The same facts in JSON come
// from the values themselves.
package statement
