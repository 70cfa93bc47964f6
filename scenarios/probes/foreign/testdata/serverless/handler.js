// A function that takes INIT milliseconds to load, and writes to the file TRUTH when it
// loads and when it serves. A share SLOW of its requests takes 200 ms in place of 20.
"use strict";
const { appendFileSync } = require("node:fs");
const { randomUUID } = require("node:crypto");

const instance = randomUUID();
const { TRUTH, INIT = "0", SLOW = "0", NAMED } = process.env;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const write = (line) => appendFileSync(TRUTH, JSON.stringify({ Instance: instance, ...line }) + "\n");

Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(INIT));
write({ Init: true });

let first = true;

exports.hello = async (event) => {
  const waited = Date.now() - event.requestContext.timeEpoch;
  write({ First: first, WaitedMS: waited });
  first = false;
  await sleep(Math.random() < Number(SLOW) ? 200 : 20);
  return { statusCode: 200, headers: NAMED ? { "X-Instance-Id": instance } : {}, body: "hello" };
};
