// A Lambda function behind a WebSocket API. It speaks the Runtime API itself, and sends
// messages to connections by AWS's SDK for JavaScript.
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const client = new ApiGatewayManagementApiClient({});

const handle = async ({ requestContext: { eventType, routeKey, connectionId }, body }) => {
  if (eventType !== "MESSAGE") return { statusCode: 200 };
  switch (routeKey) {
    case "whoami":
      return { statusCode: 200, body: JSON.stringify({ id: connectionId }) };
    case "tell": {
      const { others, text } = JSON.parse(body);
      for (const id of others) await client.send(new PostToConnectionCommand({ ConnectionId: id, Data: text }));
      return { statusCode: 200 };
    }
    default:
      return { statusCode: 200, body };
  }
};

for (;;) {
  const next = await fetch(`${api}/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  try {
    await fetch(`${api}/${id}/response`, { method: "POST", body: JSON.stringify(await handle(await next.json())) });
  } catch (e) {
    await fetch(`${api}/${id}/error`, { method: "POST", body: JSON.stringify({ errorType: e.name, errorMessage: e.message }) });
  }
}
