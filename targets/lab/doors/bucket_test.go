package doors

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// noon is when the tests' time begins.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A referenceBucket is a token bucket in the words of its definition, in exact
// fractions.
type referenceBucket struct {
	rate, burst, tokens *big.Rat
	at                  time.Time
}

func (r *referenceBucket) take(now time.Time) bool {
	seconds := big.NewRat(int64(now.Sub(r.at)), int64(time.Second))
	r.at = now
	r.tokens.Add(r.tokens, seconds.Mul(seconds, r.rate))
	if r.tokens.Cmp(r.burst) > 0 {
		r.tokens.Set(r.burst)
	}
	if r.tokens.Cmp(big.NewRat(1, 1)) < 0 {
		return false
	}
	r.tokens.Sub(r.tokens, big.NewRat(1, 1))
	return true
}

func TestTheBucketIsTheTokenBucketOfTheBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		thousandths := rapid.Int64Range(1, 2_000_000).Draw(t, "rate in 1/1000")
		burst := rapid.Int64Range(1, 20).Draw(t, "burst")
		steps := rapid.SliceOfN(rapid.OneOf(
			rapid.Just(int64(0)),
			rapid.Int64Range(0, 1e12/thousandths), // up to a token
			rapid.Int64Range(0, 1e15/thousandths), // up to a thousand
			rapid.Just(int64(100*365*24*time.Hour)),
		), 1, 200).Draw(t, "steps")

		now := noon
		b := newBucket(Throttle{Rate: PerSecond(thousandths) / 1000, Burst: int(burst)}, now)
		full := big.NewRat(burst, 1)
		model := &referenceBucket{rate: big.NewRat(thousandths, 1000), burst: full, tokens: new(big.Rat).Set(full), at: now}
		for i, step := range steps {
			now = now.Add(time.Duration(step))
			got, want := b.take(now), model.take(now)
			if got != want {
				t.Fatalf("take %d: %v, the book says %v", i, got, want)
			}
			if step > int64(10*365*24*time.Hour) { // keep the sum of steps within a Duration
				model.at, b.at, now = noon, noon, noon
			}
		}
	})
}

func TestABurstOfTwoThousandAtAThousandASecondCarriesFifteenHundredForFourSeconds(t *testing.T) {
	b := newBucket(Throttle{Rate: 1000, Burst: 2000}, noon)
	passed := 0
	for i := range 7500 { // 1,500 a second for 5 s
		if !b.take(noon.Add(time.Duration(i) * time.Second / 1500)) {
			continue
		}
		if passed++; i < 5999 && passed != i+1 {
			t.Fatalf("request %d was the first to be refused", passed)
		}
	}
	if passed != 6999 { // 2,000 and 1,000 for each of the 4.9993 s until the last request
		t.Errorf("%d of 7,500 passed", passed)
	}
}

func TestABucketStandsStillWhenItsCallersAreOutOfOrder(t *testing.T) {
	b := newBucket(Throttle{Rate: 1, Burst: 1}, noon)
	if !b.take(noon.Add(time.Second)) || b.take(noon) || b.take(noon.Add(time.Second)) {
		t.Error("going back in time gave a token")
	}
	if !b.take(noon.Add(2 * time.Second)) {
		t.Error("no token a second later")
	}
}

func TestABucketOfNothingLetsNothingPass(t *testing.T) {
	b := newBucket(Throttle{}, noon)
	if b.take(noon.Add(time.Hour)) {
		t.Error("a token came from nowhere")
	}
}
