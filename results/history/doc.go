// Package history remembers runs: which there were, what they measured, and what
// people said about them.
//
// # The design
//
//  1. The run directories are the truth. An [Index] over a folder of them is an
//     SQLite file in a cache of the user's own; it can be deleted at any time, and
//     is made again from the directories.
//  2. [Index.Refresh] looks at every directory and reads those that have changed
//     since it was last read: one look at a directory's time and at its notes
//     says so, because everything else in it is replaced by renaming.
//  3. An [Entry] is a run as a run that gates evaluate by ([compare.RunValues]), with
//     its state, its tags, what the gate said, and its [Note]s. Entries are
//     found by a [Filter].
//  4. What people say is appended to the run's notes.jsonl, with who, when and
//     why, and nothing is ever taken out of it. The last word counts.
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
// elsewhere is a program. A view in it can run for ever, and its rows can say what
// no run directory does. Only what this user's own program read from the
// directories counts. A file with any other schema is deleted and made again.
// Rejected: an index in the folder whose schema is verified, because its rows
// would still be somebody else's word.
//
// SQLite in Go, so that the program stays one file without a C compiler. Writers
// wait for each other: a refresh is one transaction that begins with the intent
// to write. Where there is no cache that can be written to, the index is in memory.
//
// The format has a number, which is part of the file's name: programs of different
// versions do not undo each other's work.
//
// Notes, and not a column "accepted": whoever changes what counts as normal
// should be found in the record, next to what was changed. Rejected: notes in
// the index, which would make it a truth of its own.
package history
