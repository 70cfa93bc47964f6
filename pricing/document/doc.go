// Package document reads files that people write, in YAML or JSON, and says
// where everything is that is wrong with them.
//
// # The design
//
//  1. [Syntax] parses YAML within bounds. The parser recurses on nesting and
//     takes quadratic time in the number of keys, so what it is given is bounded
//     first, and a panic of its is an error like any other.
//  2. [Read] turns the syntax tree into plain nodes with places, and these into
//     a Go value by its json tags: the same structs are a file for people and a
//     line of JSON between processes.
//  3. Everything wrong is a [Problem] with file, line and column: unknown keys
//     with the key that was probably meant, keys given twice, values of the
//     wrong sort. All are told at once.
//  4. What only the reader of the value can know to be wrong is placed by its
//     path ("doors[2].cache.ttl") with [Document.Errors].
//
// # Why
//
//   - A struct with json tags rather than one method a field: a lab file has over
//     a hundred keys, and their types say all that a decoder must know.
//   - Anchors, aliases, merge keys and tags are refused: what a file says must
//     stand where one reads it, and nothing can multiply.
//   - JSON goes the same way, as YAML is a superset of it. Tabs between its words,
//     which YAML refuses, are taken for spaces.
package document
