package accesslog

import (
	"errors"
	"time"
)

var errTime = errors.New("is not a time")

// readISO reads a time such as 2026-11-30T12:00:00.123456Z, with an offset or none (UTC),
// and how exactly it is written.
func readISO(b []byte) (ns int64, resolution time.Duration, err error) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || (b[10] != 'T' && b[10] != ' ') || b[13] != ':' || b[16] != ':' {
		return 0, 0, errTime
	}
	day, err := readDay(b[:10])
	if err != nil {
		return 0, 0, err
	}
	clock, err := readClock(b[11:19])
	if err != nil {
		return 0, 0, err
	}
	fraction, rest, resolution := readFraction(b[19:])
	offset, err := readOffset(rest)
	return day + clock + fraction - offset, resolution, err
}

// readDay reads 2026-11-30.
func readDay(b []byte) (int64, error) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, errTime
	}
	return dayAt(digits(b[:4]), digits(b[5:7]), digits(b[8:10]))
}

// dayAt is the start of a day. The formula counts days from a March on, so that leap days
// are last: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
func dayAt(year, month, day int64) (int64, error) {
	if year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, errTime
	}
	if month <= 2 {
		year--
	}
	era, ofEra := year/400, year%400
	ofYear := (153*((month+9)%12)+2)/5 + day - 1
	days := era*146_097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719_468
	return days * int64(24*time.Hour), nil
}

// readClock reads 12:34:56.
func readClock(b []byte) (int64, error) {
	if len(b) != 8 || b[2] != ':' || b[5] != ':' {
		return 0, errTime
	}
	h, m, s := digits(b[:2]), digits(b[3:5]), digits(b[6:])
	if h < 0 || h > 24 || m < 0 || m > 59 || s < 0 || s > 60 {
		return 0, errTime
	}
	return h*int64(time.Hour) + m*int64(time.Minute) + s*int64(time.Second), nil
}

// readFraction reads the decimals of a second, if there are any.
func readFraction(b []byte) (ns int64, rest []byte, resolution time.Duration) {
	resolution = time.Second
	if len(b) == 0 || (b[0] != '.' && b[0] != ',') {
		return 0, b, resolution
	}
	i := 1
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		if resolution > 1 {
			resolution /= 10
			ns += int64(b[i]-'0') * int64(resolution)
		}
	}
	return ns, b[i:], resolution
}

// readOffset reads Z, +0100, +01:00, or nothing.
func readOffset(b []byte) (int64, error) {
	if len(b) == 0 || (len(b) == 1 && b[0] == 'Z') {
		return 0, nil
	}
	sign := int64(1)
	switch b[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, errTime
	}
	var h, m []byte
	switch len(b) {
	case 6:
		if b[3] != ':' {
			return 0, errTime
		}
		h, m = b[1:3], b[4:]
	case 5:
		h, m = b[1:3], b[3:]
	default:
		return 0, errTime
	}
	hours, minutes := digits(h), digits(m)
	if hours < 0 || hours > 15 || minutes < 0 || minutes > 59 {
		return 0, errTime
	}
	return sign * (hours*int64(time.Hour) + minutes*int64(time.Minute)), nil
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// readCLF reads a time of the Common Log Format, 10/Oct/2000:13:55:36 -0700, with a
// fraction or none. Without an offset it is taken for UTC.
func readCLF(b []byte) (ns int64, resolution time.Duration, err error) {
	if len(b) < 20 || b[2] != '/' || b[6] != '/' || b[11] != ':' {
		return 0, 0, errTime
	}
	month := int64(-1)
	for i := 0; i < len(months); i += 3 {
		if months[i:i+3] == string(b[3:6]) {
			month = int64(i/3 + 1)
		}
	}
	day, err := dayAt(digits(b[7:11]), month, digits(b[:2]))
	if err != nil {
		return 0, 0, err
	}
	clock, err := readClock(b[12:20])
	if err != nil {
		return 0, 0, err
	}
	fraction, rest, resolution := readFraction(b[20:])
	if len(rest) > 0 && rest[0] == ' ' {
		rest = rest[1:]
	}
	offset, err := readOffset(rest)
	return day + clock + fraction - offset, resolution, err
}

// digits is the number that a short text of digits is; -1 if it is none.
func digits(b []byte) (n int64) {
	if len(b) == 0 || len(b) > 18 {
		return -1
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
