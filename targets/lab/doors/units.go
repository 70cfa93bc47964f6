package doors

import (
	"fmt"
	"strconv"
	"time"

	"tollgate/pricing/document"
)

// The numbers of a Config that have a unit. As text they are what files have, see
// package document.
type (
	Duration  time.Duration
	PerSecond float64 // a rate
	Megabytes int     // of memory
	Seconds   int     // a whole number of them
)

// MarshalText writes d as "1.5ms".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "1.5ms".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := document.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q %w", text, err)
	}
	*d = Duration(v)
	return nil
}

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes r as "100/s".
func (r PerSecond) MarshalText() ([]byte, error) {
	return append(strconv.AppendFloat(nil, float64(r), 'f', -1, 64), "/s"...), nil
}

// UnmarshalText reads "100/s".
func (r *PerSecond) UnmarshalText(text []byte) error {
	v, err := document.ParsePerSecond(string(text))
	if err != nil {
		return fmt.Errorf("%q %w", text, err)
	}
	*r = PerSecond(v)
	return nil
}

// MarshalText writes m as "512MB".
func (m Megabytes) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%dMB", m), nil }

// UnmarshalText reads "512MB".
func (m *Megabytes) UnmarshalText(text []byte) error { return whole(m, text, document.Megabytes) }

// MarshalText writes s as "300s".
func (s Seconds) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%ds", s), nil }

// UnmarshalText reads "5m".
func (s *Seconds) UnmarshalText(text []byte) error { return whole(s, text, document.Seconds) }

func whole[T ~int](into *T, text []byte, unit document.Unit) error {
	r, err := document.Parse(string(text), unit)
	if err == nil && (!r.IsInt() || !r.Num().IsInt64()) {
		err = fmt.Errorf("is not a whole number of %s", unit)
	}
	if err != nil {
		return fmt.Errorf("%q %w", text, err)
	}
	*into = T(r.Num().Int64())
	return nil
}
