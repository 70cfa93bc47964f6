package report

import "testing"

func TestNumbersOfSentencesLookLikeThoseOfTables(t *testing.T) {
	for text, want := range map[string]string{
		"2.897 ms (-0.1999 to 5.995) longer":                "2.897 ms (−0.1999 to 5.995) longer",
		"-3 points":                                         "−3 points",
		"a front-door, from 2025-08-21, at 10-20/s":         "a front-door, from 2025-08-21, at 10-20/s",
		"55.9 % hits with 100 % of keys":                    "55.9% hits with 100% of keys",
		"sent more than 20ms late, or 1.5ms":                "sent more than 20 ms late, or 1.5 ms",
		"p(99) < 250ms in 1m30s":                            "p(99) < 250 ms in 1m30s",
		"of 100000000 requests a month":                     "of 100,000,000 requests a month",
		"of 7500 invocations in the log, 2130 requests":     "of 7,500 invocations in the log, 2,130 requests",
		"1004/s (1000 to 1005), 7529 pass and 5632 KiB":     "1,004/s (1,000 to 1,005), 7,529 pass and 5,632 KiB",
		"(1200/s to 1300/s)":                                "(1,200/s to 1,300/s)",
		"billed since August 2025, at 127.0.0.1:40123":      "billed since August 2025, at 127.0.0.1:40123",
		"the run 20261122T191853Z-x and the digest 9f86d0a": "the run 20261122T191853Z-x and the digest 9f86d0a",
		"$100000.00 and 12345.678 s":                        "$100000.00 and 12,345.678 s",
		"":                                                  "",
	} {
		got := normalize(text)
		if got != want {
			t.Errorf("%q is set as %q, want %q", text, got, want)
		}
		if again := normalize(got); again != got {
			t.Errorf("%q set again is %q", got, again)
		}
	}
}

func TestUnitsStayWithTheirNumber(t *testing.T) {
	if got, want := unbroken("at 269 ms, 12 min or 3 seconds"), "at 269\u00a0ms, 12\u00a0min or 3 seconds"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
