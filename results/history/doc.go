// Package history remembers runs: which there were, what they measured, and what
// people said about them.
//
// # The design
//
//  1. The run directories are the truth. An [Index] over a folder of them is an
//     SQLite file in that folder; it can be deleted at any time, and is made
//     again from the directories.
//  2. [Index.Refresh] looks at every directory and reads those that have changed
//     since it was last read: one look at a directory's time and at its notes
//     says so, because everything else in it is replaced by renaming.
//  3. An [Entry] is a run as a night that gates judge by ([compare.Night]), with
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
// read with any tool, and losing the index loses nothing. A file in the folder,
// so that folders are independent of each other and of the machine.
//
// SQLite in Go, so that the program stays one file without a C compiler. Writers
// wait for each other: a refresh is one transaction that begins with the intent
// to write. Where the folder cannot be written to, the index is in memory.
//
// The format has a number. An index of an older one is thrown away and made
// again; one of a newer one is refused, because another program of this folder
// is newer, and two that undo each other's work would never end.
//
// Notes, and not a column "accepted": whoever changes what counts as normal
// should be found in the record, next to what was changed. Rejected: notes in
// the index, which would make it a truth of its own.
package history
