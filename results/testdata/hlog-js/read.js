// Prints every series of a histogram log as a line of JSON: its intervals added
// up by hdr-histogram-js, its count and its percentiles.
"use strict";
const fs = require("node:fs");
const hdr = require("hdr-histogram-js");

const reader = new hdr.HistogramLogReader(fs.readFileSync(process.argv[2], "utf8"), 64);
const series = new Map();
for (let h = reader.nextIntervalHistogram(); h !== null; h = reader.nextIntervalHistogram()) {
  let sum = series.get(h.tag);
  if (sum === undefined) {
    sum = { first: h.startTimeStampMsec, histogram: h };
    series.set(h.tag, sum);
  } else {
    sum.histogram.add(h);
  }
  sum.last = h.endTimeStampMsec;
}
for (const [tag, { first, last, histogram }] of series) {
  const percentiles = {};
  for (const p of [1, 50, 90, 95, 99, 99.9, 100]) {
    percentiles[p] = histogram.getValueAtPercentile(p);
  }
  console.log(JSON.stringify({ tag, first, last, count: histogram.totalCount, percentiles }));
}
