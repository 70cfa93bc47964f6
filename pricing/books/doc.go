// Package books carries the price books that ship inside the program.
//
// A book is a directory named for its date with one file per region, so that a
// new region is a new file and a new set of prices is a new directory; the old
// ones stay, for bills that were made with them.
//
// A price is sourced or unknown. Each rate says where it was read; what was read
// of the first units alone is unknown above them (known_to). A region has no price
// of another region under its name: leaving a price out does not price the thing at
// nothing, since a bill says that it is unknown and how to get it. Some numbers of a
// region's own are from general knowledge or from an old list: they are few, marked
// as not verified, and every bill that uses one says so. What is billed at edge
// locations costs the same for every commercial region, so us-east-1 has it for all.
package books
