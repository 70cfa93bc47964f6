// Reads event streams, each a line of JSON with its parts, and prints what eventsource-parser
// makes of it: a line of JSON with the data of each event.
"use strict";
const { createParser } = require("eventsource-parser");

const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const events = [];
  const parser = createParser({ onEvent: (e) => events.push(e.data) });
  for (const part of JSON.parse(line)) parser.feed(part);
  console.log(JSON.stringify(events));
});
