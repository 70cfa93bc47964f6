package targets

import "log/slog"

// A Secret is a value that must never reach a file, a log or a report. Every
// way of printing it gives the same mask; Reveal is the only way to its text.
type Secret struct{ text string }

const mask = "[secret]"

// NewSecret hides s.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the text, for the one who puts it on the wire.
func (s Secret) Reveal() string { return s.text }

// IsZero says whether there is no secret at all.
func (s Secret) IsZero() bool { return s.text == "" }

func (s Secret) String() string               { return mask }
func (s Secret) GoString() string             { return mask }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(mask) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
