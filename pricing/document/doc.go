// Package document reads the files that people write for this program, in YAML or
// JSON: scenarios, lab files, workloads, price books and the user's configuration.
// One reader gives all of them the same positions, units, suggestions and bounds.
//
// # The design
//
//  1. [Open] parses a file within a [Bound], because the parser recurses on nesting.
//     It builds a tree of [Node]: anchors, aliases and merges are resolved, and
//     references ${env:NAME} replaced, if the [Options] say so.
//  2. Either [Read] decodes the tree into a struct by its json tags, with what a
//     [Unit], a bound or an old key needs in a second tag, doc. Or a caller walks
//     it by [Fields] and [Value], which suits a file whose keys depend on each other.
//     Both read scalars by the same methods of Value.
//  3. Everything wrong is a [Problem], which begins with file:line:column: unknown
//     keys with a suggestion, keys given twice, values of the wrong type or out of
//     bounds. All problems are reported at once.
//  4. [Document.Errors] places what only the owner of the values can know to be
//     wrong, by its path ("doors[2].cache.ttl").
//  5. [Node.With] replaces a value at such a path, and [Node.YAML] writes a tree as a
//     file: what programs change, or make, is a file that people can read.
//  6. Old keys and units are still read, and [Document.Notes] shows how to write
//     them now. A recorded copy in a run directory has no notes.
//
// # Units
//
// Numbers are written the same way in every file:
//
//	3_000_000  1e9  500k  10M  20G  numbers; k, M and G are 10³, 10⁶ and 10⁹
//	512  4kB  10MB  1GB             bytes; kB, MB and GB are 10³, 10⁶ and 10⁹
//	4KiB  10MiB  1GiB               bytes; 2¹⁰, 2²⁰ and 2³⁰
//	512MB  1GB                      memory and caches as AWS sells them: 1GB is 1024MB
//	400ms  30s  1m30s  2h           lengths of time
//	0.2  20%                        shares
//	200/s  30/m  10k/h              rates
//
// A suffix B alone once meant billion. It is still read so, with a note, because
// beside kB and MB it means bytes.
//
// # Why
//
//   - Anchors, aliases and merges are read everywhere, since long scenarios need
//     them. That nothing can multiply is seen to by counting every alias as a copy,
//     so refusing them, as price books and lab files once did, protected nothing.
//   - References are replaced after parsing, in strings only: a variable's value can
//     never add a key. Messages quote the reference, and never its value.
//   - Struct tags and not one method a field: a lab file has over a hundred keys, and
//     their types say most of what a reader must know.
//   - JSON Schemas are for editors, and no reader validates with them: their errors
//     speak of anyOf and patterns, and know neither lines nor old keys. A test in
//     each package that owns a schema holds it and the reader together.
//   - A changed file is written anew, without its comments. Rejected: to change the text in
//     place. An alias, a merge or a folded string has no one place to change.
//   - JSON goes the same way, as YAML is a superset of it. Tabs between its tokens,
//     which YAML refuses, are taken for spaces.
package document
