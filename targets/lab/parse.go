package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ParseConfig reads a Config from JSON and checks it. Unknown keys are errors.
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := decodeStrictly(data, "the lab's configuration", &c); err != nil {
		return Config{}, err
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// decodeStrictly reads one JSON value with no unknown keys and nothing behind it.
func decodeStrictly(data []byte, what string, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s is not what it should be: %w", what, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is followed by something else; it must be one JSON value", what)
	}
	return nil
}
