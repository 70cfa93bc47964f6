// A function that answers every door, and says which process it is.
import { randomUUID } from "node:crypto";

const instance = randomUUID();
let served = 0;

export const handler = async (event, context) => {
  served += 1;
  const version2 = event.version === "2.0";
  const path = version2 ? event.rawPath : event.path;
  if (path.endsWith("/throw")) throw new TypeError("asked to");
  if (path.endsWith("/exit")) process.exit(7);
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : (event.body ?? "");
  const headers = { "content-type": "application/json", "x-instance-id": instance, "x-request": context.awsRequestId };
  return {
    statusCode: 200,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: JSON.stringify({
      served,
      method: version2 ? event.requestContext.http.method : event.httpMethod,
      path,
      body,
      memory: context.memoryLimitInMB,
      left: context.getRemainingTimeInMillis() > 0,
      arn: context.invokedFunctionArn,
    }),
  };
};
