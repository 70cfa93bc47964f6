// Package pricelist reads the price lists of AWS into a price book.
//
//  1. A list comes as a bulk file, which [ReadBulk] streams, or from the Query
//     API, which [Query] pages through. Both give [Offer]s: a product with the
//     steps of its on-demand price.
//  2. [Key] says which dimension of a book an offer is for, in which region, by
//     the whole usage type and the product family. Most offers are for none.
//  3. A [Collector] keeps the rates of the offers that are, and [Collector.Book]
//     lays them over a book.
//
// # Why
//
// Streaming. The bulk file of a large service has gigabytes, of which a book
// needs some dozens of products: those are kept, everything else is passed
// over as it is read, and no single value may be larger than a limit.
//
// Whole usage types. "Request" is part of many usage types, and the prefix for
// a region differs from service to service: API Gateway writes USE1- for
// N. Virginia where Lambda and load balancing write nothing, Ireland is EU-.
//
// One odd product stops nothing. A unit that is not known, or a price in another
// currency, is passed over and reported; a file that is cut off is an error.
//
// Nothing is trusted blindly. Who writes the book compares it with the one
// before; [pricing.Change.Drastic] marks what a person must look at.
package pricelist
