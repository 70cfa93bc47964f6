package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWhatHasNoPriceIsGatheredByRegion(t *testing.T) {
	book := readTestBook(t)
	rate := func(region, key string) error { _, err := book.Rate(region, key); return err }
	err := fmt.Errorf("target: %w", errors.Join(
		rate("eu-north-1", "lambda.requests"), errors.New("something else"), nil,
		errors.Join(rate("sa-east-1", "alb.lcu"), rate("eu-north-1", "alb.addresses")), rate("eu-north-1", "lambda.requests"),
	))
	lacks := Lacks(err)
	if len(lacks) != 2 || lacks[0].Region != "eu-north-1" || !slices.Equal(lacks[0].Keys, []string{"alb.addresses", "lambda.requests"}) || lacks[1].Region != "sa-east-1" {
		t.Fatalf("%+v", lacks)
	}
	if got := lacks[0].String(); got != "alb.addresses, lambda.requests (eu-north-1, Europe (Stockholm))" {
		t.Error(got)
	}
	if Lacks(nil) != nil || Lacks(errors.New("another")) != nil {
		t.Error("what is no missing price is one")
	}
}

func TestARemedyIsOneCommandAndWhatItCannotGet(t *testing.T) {
	for _, row := range []struct {
		lacks []Lack
		want  []string
		not   string
	}{
		{[]Lack{{"eu-north-1", []string{"lambda.requests"}}, {"sa-east-1", []string{"alb.lcu"}}}, []string{`"tollgate prices update --region eu-north-1 --region sa-east-1"`}, "state"},
		{[]Lack{{"eu-north-1", []string{"lambda.edge.requests", "alb.lcu"}}}, []string{"update --region eu-north-1\"", "; AWS's public price lists lack some: state those in US dollars per unit, as rates: {lambda.edge.requests: …} at the top of a workload or under pricing in a scenario"}, "alb.lcu"},
		{[]Lack{{"sa-east-1", nil}}, []string{"update --region sa-east-1\""}, "state"},
		{[]Lack{{"cn-north-1", []string{"lambda.requests", "transfer.out"}}}, []string{"rates: {lambda.requests: …, transfer.out: …}"}, "prices update"},
	} {
		got := Remedy(row.lacks)
		for _, want := range row.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: %s, want %s", row.lacks, got, want)
			}
		}
		if strings.Contains(got, row.not) {
			t.Errorf("%+v: %s", row.lacks, got)
		}
	}
}
