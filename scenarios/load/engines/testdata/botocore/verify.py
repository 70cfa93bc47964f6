"""Verifies signed requests with botocore, which shares nothing with Tollgate.

Each line of the input is a request as a server received it, in base64; each
line of the output is "ok", or what is wrong with it. Arguments: access key,
secret key, session token, region, service.
"""

import base64
import hashlib
import sys
from urllib.parse import unquote_plus

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS, SECRET, TOKEN, REGION, SERVICE = sys.argv[1:]


def parameters(query):
    """The parameters of a query, decoded as AWS decodes them."""
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def verify(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("utf-8").split("\r\n")
    method, target, _ = lines[0].split(" ")
    fields = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields.append((name, value.strip(" \t")))
    sent = {}
    for name, value in fields:
        sent.setdefault(name.lower(), []).append(value)

    algorithm, _, rest = sent["authorization"][0].partition(" ")
    proof = dict(part.split("=", 1) for part in rest.split(", "))
    date = sent["x-amz-date"][0]
    scope = "/".join([ACCESS, date[:8], REGION, SERVICE, "aws4_request"])
    if algorithm != "AWS4-HMAC-SHA256" or proof["Credential"] != scope:
        return "the credential is %s, want %s" % (proof["Credential"], scope)
    if sent["x-amz-security-token"] != [TOKEN]:
        return "the session token is missing"
    signed = proof["SignedHeaders"].split(";")
    for name in sent:
        if (name.startswith("x-") or name in ("host", "content-type")) and name not in signed:
            return "header %s is not signed" % name
    stated = sent.get("x-amz-content-sha256", [])
    if stated and stated != [hashlib.sha256(body).hexdigest()]:
        return "x-amz-content-sha256 is not the hash of the body"
    if SERVICE == "lambda" and body and not stated:
        return "a function URL is sent a body without x-amz-content-sha256"

    path, _, query = target.partition("?")
    request = AWSRequest(
        method=method,
        url="https://" + sent["host"][0] + path,
        params=parameters(query),
        data=body,
    )
    for name, value in fields:
        if name.lower() in signed:
            request.headers[name] = value
    request.context["timestamp"] = date
    auth = SigV4Auth(Credentials(ACCESS, SECRET, TOKEN), SERVICE, REGION)
    covered = auth.signed_headers(auth.headers_to_sign(request))
    if covered != proof["SignedHeaders"]:
        return "covers %s, want %s" % (proof["SignedHeaders"], covered)
    canonical = auth.canonical_request(request)
    want = auth.signature(auth.string_to_sign(request, canonical), request)
    if want != proof["Signature"]:
        return "the signature does not match; canonical request: %r" % canonical
    return "ok"


for line in sys.stdin:
    try:
        print(verify(base64.b64decode(line)))
    except Exception as e:  # told like any other fault of the request
        print("%s: %s" % (type(e).__name__, e))
