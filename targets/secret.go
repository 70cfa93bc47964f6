package targets

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// A Secret is a value that must never reach a file, a log or a report. Every
// way of printing it gives the same mask; Reveal is the only way to its text.
//
// The text hangs on a pointer, because fmt asks no methods of a value in an
// unexported field: of a pointer within a struct it prints the address only. Equal
// secrets have the same pointer, so that what holds them can be compared.
type Secret struct {
	text   unique.Handle[string]
	stored unique.Handle[Stored] // where it is kept, of one that is read when a run begins
}

const mask = "[secret]"

// NewSecret hides s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{text: unique.Make(s)}
}

// StoredSecret is a secret that AWS keeps. It has no text: package aws reads that.
func StoredSecret(at Stored) Secret { return Secret{stored: unique.Make(at)} }

// Stored returns where AWS keeps the secret, if it does.
func (s Secret) Stored() (at Stored, is bool) {
	if s.stored == (unique.Handle[Stored]{}) {
		return Stored{}, false
	}
	return s.stored.Value(), true
}

// Reveal returns the text, for the one who puts it on the wire; "" where AWS keeps it.
func (s Secret) Reveal() string {
	if s.text == (unique.Handle[string]{}) {
		return ""
	}
	return s.text.Value()
}

// IsZero says whether there is no secret at all.
func (s Secret) IsZero() bool { return s == Secret{} }

// Format prints the mask whatever the verb: String alone would let %d through.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

func (s Secret) String() string               { return mask }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(mask) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
