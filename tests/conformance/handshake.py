"""12: the opening handshake, and what is none (T02, T03, T04, T30, T41)."""
from cases import case
from gateway import Failed
from rawsocket import KEY, TEXT, RawSocket, frame

GOOD = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY}


def request(line="GET /echo HTTP/1.1", extra="", **changes):
    """A handshake's bytes with its request line, headers changed (None: left out) and lines added."""
    fields = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    head = line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return (head + extra + "\r\n").encode("latin-1")


def refused(name, status, bytes_, header=None):
    """The one answer to `bytes_` is this status (as problem+json when we made it out to be HTTP), then TCP ends."""
    @case(name)
    def run(port):
        with RawSocket(port) as raw:
            raw.send(bytes_)
            found, head, body = raw.response()
            if found != status:
                raise Failed(f"status {found} instead of {status}: {body.decode(errors='replace')}")
            if "application/problem+json" not in head or "Connection:" not in head or "close" not in head:
                raise Failed(f"no problem document or no `Connection: close`: {head}")
            if header and header not in head:
                raise Failed(f"no `{header}` in {head}")
            raw.expect_end(5.0)  # nothing that came behind it is answered


def accepted(name, bytes_, header=None, absent=None, chop=None):
    @case(name)
    def run(port):
        with RawSocket(port) as raw:
            for at in range(0, len(bytes_), chop or len(bytes_)):
                raw.send(bytes_[at:at + (chop or len(bytes_))])
            status, head, _ = raw.response()
            if status != 101 or (header and header not in head) or (absent and absent.lower() in head.lower()):
                raise Failed(f"{status} {head}")
            raw.expect_alive()


accepted("12.1.1", request(), header="s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
accepted("12.1.2", request(), chop=1)
accepted("12.1.3", request(Upgrade="WebSocket", Connection="keep-alive, UPGRADE"))
accepted("12.1.4", request(extra="Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"),
         absent="Sec-WebSocket-Extensions")
accepted("12.1.5", request(extra="Sec-WebSocket-Protocol: chat, superchat\r\n"), absent="Sec-WebSocket-Protocol")
accepted("12.1.6", request("GET /echo?x=1&y=%20 HTTP/1.1"))
accepted("12.1.7", request(extra="Origin: https://anything.example\r\n"))  # the echo profile lets every page in
accepted("12.1.8", request(extra="".join(f"X-{i}: {i}\r\n" for i in range(90))))


@case("12.1.9")
def frames_may_follow_at_once(port):
    with RawSocket(port) as raw:
        raw.send(request() + frame(TEXT, b"early"))
        if raw.response()[0] != 101:
            raise Failed("not accepted")
        raw.expect(TEXT, b"early")


# T03
refused("12.T03.1", 405, request("POST /echo HTTP/1.1"), "Allow: GET")
refused("12.T03.2", 405, request("PUT /echo HTTP/1.1"), "Allow: GET")
refused("12.T03.3", 426, request(Sec_WebSocket_Version="8"), "Sec-WebSocket-Version: 13")
refused("12.T03.4", 426, request(Sec_WebSocket_Version="0"), "Sec-WebSocket-Version: 13")
refused("12.T03.5", 426, request(Sec_WebSocket_Version="13, 8"), "Sec-WebSocket-Version: 13")
refused("12.T03.6", 426, request(Sec_WebSocket_Version=None), "Sec-WebSocket-Version: 13")
refused("12.T03.7", 426, request(extra="Sec-WebSocket-Version: 8\r\n"), "Sec-WebSocket-Version: 13")
refused("12.T03.8", 426, request(Upgrade="foo"), "Upgrade: websocket")
refused("12.T03.9", 426, request(Upgrade="h2c", Connection="Upgrade, HTTP2-Settings",
                                       extra="HTTP2-Settings: AAMAAABk\r\n"))
refused("12.T03.10", 426, request(Upgrade=None))
refused("12.T03.11", 400, request(Connection="keep-alive"))
refused("12.T03.12", 400, request(Connection=None))
refused("12.T03.13", 400, request("GET /echo HTTP/1.0"))
refused("12.T03.14", 505, request("GET /echo HTTP/2.0"))
refused("12.T03.15", 400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
KEYS = (None, "", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", KEY + "AAAA", "!" * 22 + "==")
for number, key in enumerate(KEYS, 1):
    refused(f"12.T03.key.{number}", 400, request(Sec_WebSocket_Key=key))
refused("12.T03.key.8", 400, request(extra=f"Sec-WebSocket-Key: {KEY}\r\n"))
refused("12.T03.16", 400, request(Host=None))
refused("12.T03.17", 400, request(extra="Host: other\r\n"))
refused("12.T03.18", 400, request(Host="bad host"))
refused("12.T03.19", 400, request(extra="X: a\0b\r\n"))
refused("12.T03.20", 400, request(extra="X: a\r\n folded\r\n"))
refused("12.T03.21", 400, request(extra="X : a\r\n"))
refused("12.T03.22", 400, request(extra="no colon\r\n"))
refused("12.T03.23", 400, request(extra=": no name\r\n"))
refused("12.T03.24", 400, request().replace(b"\r\n", b"\n"))
refused("12.T03.25", 400, request(extra="X: a\rb\r\n"))
refused("12.T03.26", 400, request("GET http://localhost/echo HTTP/1.1"))
refused("12.T03.27", 400, request("GET  /echo HTTP/1.1"))
refused("12.T03.28", 400, request("GET /echo"))
refused("12.T03.29", 400, request("GET /echo HTTP/1.1 "))
refused("12.T03.30", 400, request("GET /e\tcho HTTP/1.1"))
refused("12.T03.31", 400, request("GET /echo#fragment HTTP/1.1"))
refused("12.T03.32", 400, request("get\0 /echo HTTP/1.1"))
refused("12.T03.33", 400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # a TLS hello
refused("12.T03.34", 404, request("GET /nowhere HTTP/1.1"))
refused("12.T03.35", 404, request("GET /echo/ HTTP/1.1"))
refused("12.T03.36", 400, request("GET /../echo HTTP/1.1"))
refused("12.T03.37", 400, request("GET /%2e%2e/echo HTTP/1.1"))
refused("12.T03.38", 400, request("GET /ec%00ho HTTP/1.1"))
refused("12.T03.39", 400, request("GET /ec%zzho HTTP/1.1"))

# T02
refused("12.T02.1", 431, request(extra="X: " + "x" * 70_000 + "\r\n"))
refused("12.T02.2", 431, request(extra="".join(f"X-{i}: {i}\r\n" for i in range(1000))))
refused("12.T02.3", 414, request("GET /" + "x" * 5_000 + " HTTP/1.1"))
refused("12.T02.4", 414, b"GET /" + b"x" * 70_000)
refused("12.T02.5", 431, b"GET /echo HTTP/1.1\r\nX: " + b"x" * 70_000)  # no line end ever

# T04: each of these hides a second request, which must never be answered
SECOND = b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"


def smuggled(name, headers, body, status=400):
    refused(name, status, f"POST /echo HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode("latin-1") + body + SECOND)


smuggled("12.T04.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n")
smuggled("12.T04.2", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n")
smuggled("12.T04.3", "Content-Length: 0\r\nContent-Length: 40\r\n", b"")
smuggled("12.T04.4", "Content-Length: 5\r\nContent-Length: 5\r\n", b"hello")
for number, length in enumerate(("-1", "3abc", "1e20", "0x10", "+5", "5, 5", "99999999999999999999", "", "5 5"), 5):
    smuggled(f"12.T04.{number}", f"Content-Length: {length}\r\n", b"")
smuggled("12.T04.14", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n")
smuggled("12.T04.15", "Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n", 501)
smuggled("12.T04.16", "Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", 501)
smuggled("12.T04.17", "Transfer-Encoding : chunked\r\n", b"0\r\n\r\n")
smuggled("12.T04.18", "Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n")
smuggled("12.T04.19", "X: a\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n")
refused("12.T04.20", 400, request(extra="Content-Length: 40\r\n") + SECOND)
refused("12.T04.21", 400, request(extra="Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + SECOND)
refused("12.T04.22", 426, SECOND + SECOND)  # not pipelined either: after a refusal the connection ends

# T30: the sensor profile lets only pages of its own host in
ORIGINS = ("http://evil.example", "null", "http://localhost.evil.example", "http://evil-localhost",
           "http://localhost:8081", "ftp://localhost", "localhost", "http://localhost/", "http://")
for number, origin in enumerate(ORIGINS, 1):
    refused(f"12.T30.{number}", 403, request("GET /clients/7 HTTP/1.1", extra=f"Origin: {origin}\r\n"))
refused("12.T30.10", 403, request("GET /clients/7 HTTP/1.1",
                                  extra="Origin: http://localhost\r\nOrigin: http://evil.example\r\n"))


@case("12.T30.11")
def pages_of_the_same_host_may(port):
    for host, origin in (("localhost", "http://localhost"), ("localhost:8080", "http://localhost:8080"),
                         ("a.example", "https://A.example:443")):
        with RawSocket.open(port, "/clients/7", Host=host, Origin=origin):
            pass


# T41
PATHS = ("/clients/", "/clients/a%2Fb", "/clients/..%2Fetc", "/clients/a%00", "/clients/%C3%A9", "/clients/" + "x" * 65)
for number, path in enumerate(PATHS, 1):
    refused(f"12.T41.{number}", 400, request(f"GET {path} HTTP/1.1"))
