// Package fleet lets several machines run the shards of one run: all of it at one moment, no
// shard twice, and with results that can be merged exactly. The machines share a [Store], a
// prefix of a bucket or a folder, and nothing else: no master, no open port, no private network.
//
// # The design
//
//  1. A [Member] is a process that runs one shard. [Member.Join] first makes sure that the
//     store lets exactly one of several create an object, and that the run of this id is the
//     same one: scenario, files, seed, number of shards (fleet.json, which the first creates).
//  2. The member reads the store's clock (clock.go), says that it is ready
//     (ready/INDEX-ATTEMPT.json), and renews that every three seconds.
//  3. Whichever member first sees marks of all shards that are fresh by the store's own clock
//     creates start.json, with a time that lies ahead. A member that has waited for too long
//     creates the same object to cancel the run, as [Stop] does. So one object decides whether
//     there is a load, and all members obey it.
//  4. A second before the start [Member.Claim] creates claims/INDEX.json. Who creates it sends
//     the load of the shard; everyone else who comes for that index, now or later, sends
//     nothing. Claim returns at the start.
//  5. An [Uploader] copies the run directory to parts/INDEX/ every ten seconds, and at the
//     end: of files that grow what is new, then the list of what is there (files.json, at the
//     end done.json). Meanwhile [Member.Stopped] looks for stop.json.
//  6. [Survey] says how far a run is, and [Collect] copies what was uploaded to this machine,
//     for results.Merge.
//
// # Clocks
//
// The start is a time of the store's clock, since that is the one that all members can read.
// A reading bounds the offset of a machine's clock, however long its request took: the date
// in the response is not before the request was sent, nor after the response came. All
// readings hold, so the offset is in what their intervals have in common. S3's date has whole
// seconds, so that one reading leaves a second; sixteen around the moment at which the second
// changes leave about two round trips. A clock that agrees with all readings is taken to be right, since
// machines that keep their time by NTP are nearer to each other than a store can show. What is
// left is recorded as uncertainty.
//
// Measured on a machine of two processors with a load average above 20, the clock of one of
// four processes two seconds ahead: they began within 5 to 9 ms in a folder (three runs), and
// within 12 ms by versitygw, with round trips of up to 93 ms; by their clocks, within 4 and 7 ms.
//
// # What may go wrong
//
//   - A member that dies before the start: its mark gets old. The fleet waits for another
//     attempt at its index, or gives up, and names the shard.
//   - A member that dies after its claim: the rest is never sent. What it uploaded, up to its
//     last ten seconds, is in the store, and [Collection.Missing] names it.
//   - A store that cannot be reached: before the start the members ask again until they give
//     up, at the start for ten seconds; during the load nothing waits for it; the end
//     tries for five minutes, and then says where the directory is.
//   - A member that is late by more than ten seconds sends nothing. One that is late by less
//     begins its whole schedule later, so that no rate is exceeded, and records how late it was.
//   - Objects that others wrote: sizes, names and versions are bounded when they are read, and
//     nothing is written outside the folder that the user names.
//
// # Why
//
//   - A claim stands a second before the start, and not at it: the way to the store would else be
//     the skew of the start. It is read once more, for servers that check a condition and
//     write in two steps.
//   - Readiness expires. Rejected: marks that stay, which start a load whose shards are gone.
//   - Growing files are uploaded in objects that never change. Rejected: to replace the files,
//     which sends an hour's log 360 times; one object for all files of an upload, which no
//     other program reads.
//   - Rejected: leases that another member can take over after the start: then two may send.
package fleet
