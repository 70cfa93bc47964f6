// A WebSocket server on PORT that counts what it sees and says it to any other request. It
// sends messages back, to all with {"to": "all"}, a word of its own with {"ask": ...}, and
// closes with a code that a message {"close": 4001} names.
import http from "node:http";
import { WebSocketServer } from "ws";

const seen = { opened: 0, compressed: 0, received: 0, binary: 0, bytes: 0, sent: 0, sentBytes: 0, pings: 0, closed: {}, users: {} };
const server = http.createServer((_, response) => response.end(JSON.stringify(seen)));
const sockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });

const send = (socket, data, binary) => {
  seen.sent++;
  seen.sentBytes += Buffer.byteLength(data);
  socket.send(data, { binary });
};

sockets.on("connection", (socket, request) => {
  seen.opened++;
  if (socket.extensions.includes("permessage-deflate")) seen.compressed++;
  const user = new URL(request.url, "http://x").searchParams.get("user");
  if (user) seen.users[user] = (seen.users[user] ?? 0) + 1;
  socket.on("ping", () => seen.pings++);
  socket.on("close", (code) => { seen.closed[code] = (seen.closed[code] ?? 0) + 1; });
  socket.on("message", (data, binary) => {
    seen.received++;
    seen.bytes += data.length;
    if (binary) {
      seen.binary++;
      send(socket, data, true);
      return;
    }
    const text = String(data);
    const message = text.startsWith("{") ? JSON.parse(text) : {};
    if (message.close) socket.close(message.close);
    else if (message.to === "all") for (const one of sockets.clients) { if (one.readyState === 1) send(one, text, false); }
    else if (message.ask) setTimeout(() => send(socket, JSON.stringify({ event: "told", of: message.ask, user }), false), 5);
    else send(socket, text, false);
  });
});

server.listen(Number(process.env.PORT), "127.0.0.1");
