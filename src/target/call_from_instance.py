# Runs on an instance, by Run Command: says whose credentials its metadata service hands out, or makes CALL with them.
# The key never leaves the instance. Needs Python 3 and nothing else.
import base64, datetime, hashlib, hmac, http.client, json, os, sys, urllib.parse, zlib

SECURITY = "/latest/meta-data/iam/security-credentials/"
LONGEST_OUTPUT = 24000


def ask(method, path, headers):
    endpoint = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254")
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc, timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode().strip()


def credentials():
    status, token = ask("PUT", "/latest/api/token", {"x-aws-ec2-metadata-token-ttl-seconds": "60"})
    if status != 200:
        sys.exit(f"the instance metadata service gives no token: status {status}")
    token = {"x-aws-ec2-metadata-token": token}
    status, role = ask("GET", SECURITY, token)
    if status != 200 or not role:
        return None
    status, document = ask("GET", SECURITY + role, token)
    key = json.loads(document) if status == 200 else {}
    return {"role": role, **key} if "AccessKeyId" in key else None


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed(call, body, key):
    """The call's headers, signed anew as whoever signed them did it, with the instance's key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    url = urllib.parse.urlsplit(call["url"])
    headers = {name.lower(): value.strip() for name, value in call["headers"]}
    headers["host"] = url.netloc
    parts = dict(part.split("=", 1) for part in headers.pop("authorization").split(" ", 1)[1].split(", "))
    region, service = parts["Credential"].split("/")[2:4]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers.update({"x-amz-date": now, "x-amz-security-token": key["Token"]})
    names = sorted({*parts["SignedHeaders"].split(";"), "host", "x-amz-date", "x-amz-security-token"})
    path = url.path or "/"
    query = sorted(pair if "=" in pair else pair + "=" for pair in url.query.split("&") if pair)
    canonical = "\n".join([
        call["method"],
        path if service == "s3" else urllib.parse.quote(path),
        "&".join(query),
        *(f"{name}:{headers[name]}" for name in names),
        "",
        ";".join(names),
        headers.get("x-amz-content-sha256", hashlib.sha256(body).hexdigest()),
    ])
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    secret = ("AWS4" + key["SecretAccessKey"]).encode()
    for step in scope.split("/"):
        secret = digest(secret, step)
    signature = digest(secret, f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashed}").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key['AccessKeyId']}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


def made(call, key):
    body = base64.b64decode(call["body"])
    url = urllib.parse.urlsplit(call["url"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=60)
    target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
    connection.request(call["method"], target, body, signed(call, body, key))
    answer = connection.getresponse()
    content = zlib.compress(answer.read())
    return {"status": answer.status, "headers": answer.getheaders(), "body": base64.b64encode(content).decode()}


key = credentials()
if not CALL:
    said = key and {"role": key["role"], "keyId": key["AccessKeyId"]}
elif key:
    said = made(json.loads(base64.b64decode(CALL)), key)
else:
    sys.exit("the instance has no credentials any more")
said = json.dumps(said)
if len(said) > LONGEST_OUTPUT:
    sys.exit("the answer is longer than what Run Command hands out")
print(said)
