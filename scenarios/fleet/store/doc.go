// Package store opens the stores of a fleet: a bucket of Amazon S3 or of a server that speaks
// its protocol, and a folder, for tests, for one machine and for file systems that machines
// share.
//
// A bucket needs conditional writes (If-None-Match: *), which S3 has had since August 2024.
// Its endpoint and credentials are the SDK's: AWS_ENDPOINT_URL_S3, AWS_PROFILE and the like.
// [Policy] is what it has to allow.
//
// Rejected: the SDK's client of S3, for the reasons of package aws; locks of a file system,
// which networks of file systems promise and do not keep, where links and exclusive creation
// work since NFS version 3.
package store
