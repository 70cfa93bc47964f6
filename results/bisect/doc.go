// Package bisect finds the commit that changed a metric for the worse, from comparisons
// that are noisy. It says what to measure next, and concludes; others check out, build and
// measure.
//
//  1. The ends. The good and the bad revision are compared, with more blocks until they
//     differ for certain, or are equivalent within the margin: then there is no commit to
//     find, which is an answer.
//  2. The search. One commit is assumed to have made the change, every commit with the same
//     probability at first. Each measurement of a commit against the good revision changes
//     the probabilities by Bayes' rule; the next commit is the one that splits them into
//     halves. A commit may be measured again, so that one wrong reading is undone by later
//     ones: the search has no step to go back.
//  3. The confirmation. Once a commit has 98 %, it is compared with its parent alone. Only
//     a certain difference there is an answer, and its effect and interval are those of
//     this comparison, which the search did not choose for being large.
//
// A commit that cannot be built is skipped. What its neighbors cannot separate is named
// together.
//
// # Error rates
//
// The tests of the first and the third step look at their data again and again: look j has
// the level 6α/(πj)², so that all of them together have α, which is 1 %. (Spending of the
// level over looks: Lan and DeMets, Biometrika 70, 1983; this one suits a number of looks
// that is not known. The tenth takes 4.0 standard errors, where one test would take 2.6.)
// So a change is found where there is none in at most 1 % of searches, and a wrong commit
// needs a wrong search and a wrong confirmation. The tests simulate repositories of 32
// commits, with blocks that vary by 2 % (quiet), 4 % (noisy) or 10 % (very noisy), stalls
// in 3 % of them, and a level of its own for every start of a server. Measurements have six
// blocks; go test -tags aaab counts 2,000 searches of each kind:
//
//	                         searches     right   wrong     none   undecided   blocks
//	quiet, 10 % slower           2000    100.0%   0.00%     0.0%        0.0%       48
//	quiet, no change             2000      0.0%   0.00%   100.0%        0.1%       11
//	noisy, 10 % slower           2000     99.9%   0.00%     0.0%        0.1%       55
//	noisy, no change             2000      0.0%   0.00%    99.8%        0.2%       24
//	quiet, 20 % slower           2000    100.0%   0.00%     0.0%        0.0%       45
//	very noisy, 30 % slower      2000    100.0%   0.00%     0.0%        0.0%       49
//
// make bisect searches real repositories with real servers, which sleep for 20 ms, and from
// one commit on for 22 ms. On a machine of two cores whose load average was about 25, as
// others compiled, and with four searches at a time, the commit was found in 20 of 20
// repositories, in 1.5 to 3.5 minutes, and none in 20 of 20 without one, in 13 to 104 s.
//
// # Why
//
// A probability for each commit, and not git bisect with a repeated test: where each of
// five steps is wrong in 2 %, one of ten searches is, and to make each step as certain as
// the whole takes twice the blocks. (Probabilistic bisection: Horstein, IEEE Transactions
// on Information Theory 9, 1963; Waeber, Frazier and Henderson, SIAM Journal on Control and
// Optimization 51, 2013.) The likelihood is Student's, whose tails forgive a block that
// stood still, and the size of the change is integrated out, since all commits share it.
//
// Rejected: to compare each commit with its parent, which takes as many builds as there
// are commits; to fit several changes, for which a search has too few measurements: a
// change that is spread over commits fails the confirmation, and the conclusion says so.
//
// Not the betting test that a run until decided uses: it is of the blocks of one start of
// two servers. Here blocks come from several starts, whose levels differ.
//
// The servers of a measurement are started anew each time, and each start has a level of
// its own (the layout of memory, the placement of connections), which no block of one
// start shows: half a percent, the least spread that package compare assumes of runs.
package bisect
