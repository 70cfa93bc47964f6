// Package targettest is the conformance suite of front doors: what AWS
// documents of each kind, as rows that a door passes or fails.
//
// # The design
//
//  1. A [Row] is one fact: the kinds it holds for, one request, and what its
//     response must be. [Rows] lists them, and their names read as sentences.
//  2. [Conform] sends each row that holds for a target's kind to that target. It
//     speaks HTTP/1.1 in plain bytes, since Go's client hides how header names
//     are spelt.
//  3. [Faults] is the table of the same fault behind or at each kind of door.
//     Provoking a fault needs a door that can be told to fail; the lab's are in
//     this package's tests.
//
// Expected bytes are written out here, and not taken from targets.ErrorResponses, so
// that a slip there is noticed.
package targettest
