// Command bench measures Tollgate's load engines against other load generators:
//
//	bench peers            all tools, all cases, in rounds
//	bench drive            one load through one of our engines
//	bench delay-server     a target that answers after a fixed time
//
// install.sh gets the peers at pinned versions; "make bench-peers" does both.
//
// # What is compared
//
// CPU time per request is the figure that matters: user and system time of the
// generator's whole process, by getrusage, divided by its requests. It hardly
// depends on how fast the target is, and it is what limits a generator. Rates
// and percentiles are shown as well, as each tool reports them.
//
// # Fairness
//
// Every generator runs on one processor (taskset), the target, nginx with one
// worker, on another. The tools take turns in rounds, so that a busy minute of
// the machine hits all of them, and medians over the rounds are shown. All have
// the same connections and the same time, keep-alive on, and the fastest
// settings that are known to us; every command line is printed. Ours records as
// in a real run, with a run directory on disk; "run" is the whole program. Of HTTP/2, hey
// and fortio have no setting for several streams on each of several connections, and
// vegeta opens as many connections as it likes.
//
// # Measured
//
// On a virtual machine with two processors of an AMD EPYC, whose hypervisor took
// about a tenth of them away, 2026-11-23, medians of three rounds of 4 s; the
// range is over this and one other series. System calls cost two to three times
// what they cost on hardware, which is why all figures are far above those that
// the tools are known for, and why only ratios say anything.
//
//	CPU per request, wire ÷ the tool    wrk        fortio     vegeta     k6
//	closed, HTTP/1.1, 64 connections    0.86-1.15  0.52-0.71  0.17-0.19  0.08-0.11
//	closed, TLS 1.3, 64 connections     0.74-0.75  0.76       0.22-0.31  0.12-0.13
//	open, 100,000/s, 64 connections     -          0.57-0.75  0.15-0.17  0.06-0.07
//	pacing, 1,000/s                     -          -          0.54-0.58  -
//
// What was wished for and does not hold here, and what stands in the way:
//
//   - TLS against vegeta, 0.26: 0.31 in one of two series. A fifth of wire's time
//     is crypto/tls, which is vegeta's as well; the rest is system calls.
//   - 150,000/s on one processor: this nginx answers 40,000 to 87,000/s and no
//     more, so that nothing is shown. 35,000/s are kept to with a lag of 50 µs at
//     p50; p99 (38 ms) is the hypervisor's.
//   - 20,000/s at 100 ms, growing from nothing: every request is sent, 100 % of
//     the rate, in 19 to 27 MB. But the lag's p99 is 70 to 140 ms in runs of 4 s and
//     33 ms in one of 20 s, where 2 ms are wished for. In the first 100 ms each
//     request needs a connection of its own: 2,000 in 100 ms, 50 µs each, and opening
//     one and sending on it takes about 65 µs of kernel time on the one processor.
//     With the connections opened beforehand it is 5 ms, and 33 µs at p50.
//
// The profile of the closed case: 92 % in system calls, of which send takes 70
// points (the kernel delivers to the server within it), receive 14 and
// epoll_pwait2 9; all of Go, parser, clocks and histograms included, is 8 %. Of
// growing, 90 % is system calls: send 63 points, epoll_pwait2 12, connect 4.
package main
