// Package books carries the price books that ship inside the program.
//
// A book is a directory named for its date with one file per region, so that a
// new region is a new file and a new set of prices is a new directory; the old
// ones stay, for bills that were made with them. Each rate says where it was
// read and whether it was read at all: numbers from general knowledge are in
// the book too, marked as not verified, because leaving them out would price
// the thing at nothing; every bill that uses one says so.
package books
