// Package history finds runs: their values, and the notes that people made on them.
//
// # The design
//
//  1. The run directories are the truth. An [Index] over a folder of them is an
//     SQLite file in a cache of the user's own; it can be deleted at any time, and
//     is made again from the directories.
//  2. [Index.Refresh] looks at every directory and reads those that have changed
//     since it was last read: one look at a directory's time and at its notes
//     shows it, because everything else in it is replaced by renaming.
//  3. An [Entry] is a run with the values that the gate compares
//     ([compare.RunValues]), its state, its tags, the gate's outcome, and its
//     [Note]s. A [Filter] selects entries.
//  4. A note is appended to the run's notes.jsonl, with who, when and why, and is
//     never removed. The last one counts.
//  5. [Formats] write entries for other programs.
//
// # Why
//
// An index, and not the directories alone: of ten thousand runs a gate needs
// sixty, and opening a run reads all of its histograms. An index, and not a
// database that is the truth: a directory can be copied, moved, archived and
// read with any tool, and losing the index loses nothing.
//
// A file in the user's cache, named by the folder's path, and not in the folder:
// folders of runs travel, as artifacts, branches and archives, and a database from
// elsewhere is a program: a view in it can run for ever, and its rows need not
// match any run directory. A file with any other schema is deleted and made again.
// Rejected: an index in the folder whose schema is verified, because its rows
// would still be someone else's.
//
// SQLite in Go, so that the program stays one file without a C compiler. Writers
// wait for each other: a refresh is one transaction that begins with the intent
// to write. Without a writable cache the index is in memory.
//
// The format has a number, which is part of the file's name: programs of different
// versions do not undo each other's work.
//
// Notes, and not a column "accepted": the record should show who changed what counts
// as normal, next to what was changed. Rejected: notes in the index, which would
// then hold something that the directories do not.
package history
