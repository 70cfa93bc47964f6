// Talks to the WebSocket API at the address in argv by ws, and to its @connections API by
// AWS's SDK for JavaScript, and prints what it saw as JSON.
import WebSocket from "ws";
import { ApiGatewayManagementApiClient, PostToConnectionCommand, GetConnectionCommand, DeleteConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";

const [url] = process.argv.slice(2);
const seen = {};
const once = (socket, event) => new Promise((done, fail) => {
  socket.once(event, (...args) => done(args));
  socket.once("error", fail);
});

const open = async (address = url) => {
  const socket = new WebSocket(address);
  await once(socket, "open");
  return socket;
};
const ask = async (socket, text) => {
  const answer = once(socket, "message");
  socket.send(text);
  return String((await answer)[0]);
};

const socket = await open();
seen.echo = await ask(socket, JSON.stringify({ action: "other", n: 1 }));
const pong = once(socket, "pong");
socket.ping("alive");
seen.pong = String((await pong)[0]);

// 128 KB in four frames come back whole.
const large = "x".repeat(128 * 1024);
const answer = once(socket, "message");
for (let i = 0; i < 4; i++) socket.send(large.slice(i * 32768, (i + 1) * 32768), { fin: i === 3 });
seen.large = String((await answer)[0]).length;

const { id } = JSON.parse(await ask(socket, JSON.stringify({ action: "whoami" })));
const client = new ApiGatewayManagementApiClient({ endpoint: url.replace("ws", "http") });
const pushed = once(socket, "message");
await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: "pushed" }));
seen.pushed = String((await pushed)[0]);
const described = await client.send(new GetConnectionCommand({ ConnectionId: id }));
seen.source = described.Identity.SourceIp;
seen.age = Math.abs(Date.now() - described.ConnectedAt.getTime());

// What a function sends, the client that asked and another one get.
const other = await open();
const others = [id, JSON.parse(await ask(other, JSON.stringify({ action: "whoami" }))).id];
const both = [once(socket, "message"), once(other, "message")];
socket.send(JSON.stringify({ action: "tell", others, text: "all" }));
seen.told = (await Promise.all(both)).map(([m]) => String(m));

const closed = once(socket, "close");
await client.send(new DeleteConnectionCommand({ ConnectionId: id }));
seen.closed = (await closed)[0];
try {
  await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: "gone" }));
} catch (e) {
  seen.gone = [e.name, e.$metadata.httpStatusCode];
}

const code = async (send) => {
  const s = await open();
  const ended = once(s, "close");
  send(s);
  return (await ended)[0];
};
seen.binary = await code((s) => s.send(Buffer.from([1, 2, 3])));
seen.frame = await code((s) => s.send("x".repeat(32769)));
console.log(JSON.stringify(seen));
process.exit(0);
