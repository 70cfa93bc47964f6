package http1

// Malformed is why bytes are not an HTTP/1.1 response that we understand.
type Malformed string

func (m Malformed) Error() string { return "malformed response: " + string(m) }

// The reasons.
const (
	BadStatusLine  Malformed = "the status line is not HTTP/1.x with a status of three digits"
	BadUpgrade     Malformed = "101 switches to a protocol that was not asked for"
	BadField       Malformed = "a line of the header is not a field"
	BadLength      Malformed = "Content-Length is not one number"
	BadCoding      Malformed = "Transfer-Encoding is not chunked alone"
	BadFraming     Malformed = "Transfer-Encoding and Content-Length are both there, and one has a blank before its colon"
	BadChunk       Malformed = "a chunk is not framed as one"
	BadTrailer     Malformed = "the trailer section is not made of fields that end with CRLF"
	HeadTooLong    Malformed = "the header is longer than 256 KiB"
	TrailerTooLong Malformed = "the trailer section is longer than 4 KiB"
)
