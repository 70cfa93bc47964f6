// An ordinary Node application, without a line about AWS.
const http = require("http");

const users = { 1: "Ada", 2: "Grace" };

http.createServer((request, response) => {
  const id = request.url.split("/")[2];
  const found = id ? users[id] && { id: +id, name: users[id] } : Object.entries(users).map(([id, name]) => ({ id: +id, name }));
  response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
  response.end(JSON.stringify(found || { detail: "there is no such user" }));
}).listen(process.env.PORT || 8000, "127.0.0.1");
