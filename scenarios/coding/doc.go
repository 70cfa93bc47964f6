// Package coding undoes the content codings of response bodies: gzip, deflate, br and
// zstd, which are what curl --compressed and browsers ask for.
//
// [Decode] returns the start of a body, for checks and excerpts; [Measure] works out how
// large a whole one is. Both take a body as bytes and stop at a bound: a few bytes may
// stand for gigabytes.
//
// # Why
//
//   - Brotli is by github.com/andybalholm/brotli and zstd by github.com/klauspost/compress,
//     both without dependencies. They make the program larger by 0.2 MB each. Rejected:
//     gzip and deflate alone. Content networks and many servers answer a browser with br,
//     and who measures what browsers wait for has to ask for it.
//   - A body is decoded after it was received. Rejected: as it is received, as browsers
//     do. Decoding would slow down the reading, and count as latency of the target.
//   - The size at the end of gzip's format was rejected for measuring: it is right for
//     bodies of one member below 4 GB, and says nothing about whether the body is whole.
//   - Two codings one on the other are not undone: no server does that unasked.
package coding
