"""Engine.IO 3 and 4, and Socket.IO on it, over plain sockets: every byte is the test's own.

A packet is a `str` with its type digit ("4hello", "2probe"), or `bytes`: a binary message, without type or base64.
"""
import base64
import json
import re
import select
from urllib.parse import urlencode

from gateway import Failed
from rawsocket import BINARY, CLOSE, TEXT, RawSocket, frame, handshake

ERRORS = {0: "Transport unknown", 1: "Session ID unknown", 2: "Bad handshake method", 3: "Bad request",
          5: "Unsupported protocol version"}
OCTETS = "application/octet-stream"
V4, V3_TEXT, V3_OCTETS = "v4", "v3 text", "v3 octets"  # how packets stand in a body
MOST = 16  # packets in the answer to a poll; python-engineio gives up above


def check(holds, what):
    if not holds:
        raise Failed(what)


# ---- HTTP

class Answer:
    """An HTTP response. The names of `headers` are in lower case."""

    def __init__(self, status, head, body):
        self.status, self.head, self.body = status, head, body
        self.headers = {}
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            name, value = name.strip().lower(), value.strip()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value

    def __repr__(self):
        return f"{self.status} {self.headers.get('content-type', '')} {self.body!r:.200}"

    def ended_by_server(self):
        return self.headers.get("connection", "").lower() == "close"

    def type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    def expect(self, status, body=None):
        check(self.status == status and (body is None or self.body == body), f"{self} instead of {status} {body}")
        return self

    def expect_error(self, code, status=None):
        """The JSON of Engine.IO for what it refuses."""
        self.expect(status or (403 if code == 4 else 400))
        check(self.type() == "application/json", f"an error that is {self.headers.get('content-type')}")
        try:
            said = json.loads(self.body)
        except ValueError:
            said = None
        message = said.get("message") if code == 4 and isinstance(said, dict) else ERRORS[code]  # refusals have reasons
        check(said == {"code": code, "message": message} and message, f"{self} instead of code {code}")
        return self


class Http(RawSocket):
    """One TCP connection for requests. It is kept alive until an answer says otherwise."""

    ended = False

    def request(self, method, target, headers=None, body=None, length=None):
        """Only sends. `length` tells lies about the body."""
        fields = {"Host": "localhost", **(headers or {})}
        if body is not None or length is not None:
            fields["Content-Length"] = len(body or b"") if length is None else length
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()
                                                  if value is not None)]
        self.method = method
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b""))

    def answer(self):
        while b"\r\n\r\n" not in self.unread:
            piece = self.more()
            check(piece, f"TCP ended without an answer, only {self.unread!r:.200}")
            self.unread += piece
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        made = Answer(int(head.split(b" ", 2)[1]), head.decode("latin-1"), b"")
        if self.method != "HEAD" and made.status not in (204, 304):
            chunked = made.headers.get("transfer-encoding") == "chunked"
            made.body = self._chunks() if chunked else self._take(int(made.headers.get("content-length", 0)))
        self.ended = made.ended_by_server()
        return made

    def _chunks(self):
        body = b""
        while True:
            line = b""
            while not line.endswith(b"\r\n"):
                line += self._take(1)
            size = int(line, 16)
            body += self._take(size + 2)[:size]
            if size == 0:
                return body

    def ask(self, *arguments, **options):
        self.request(*arguments, **options)
        return self.answer()

    def waits(self, seconds):
        """Nothing comes for that long."""
        check(not self.unread and not select.select([self.socket], [], [], seconds)[0], "an answer that came too early")


def target(path, **query):
    """A request's target; parameters that are None are left out."""
    return path + "?" + urlencode({name: value for name, value in query.items() if value is not None})


def ask(port, method, where, headers=None, body=None):
    """One request on a connection of its own."""
    with Http(port) as http:
        return http.ask(method, where, {"Connection": "close", **(headers or {})}, body)


def ask_for_websocket(port, where, **headers):
    """An opening handshake that is hoped to be refused."""
    with Http(port) as http:
        http.send(handshake(where, **headers))
        http.method = "GET"
        return http.answer()


# ---- payloads: packets in a body

def utf16_length(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def encode(payload, packets):
    if payload == V4:
        return b"\x1e".join(one.encode() if isinstance(one, str) else b"b" + base64.b64encode(one) for one in packets)
    if payload == V3_TEXT:
        texts = (one if isinstance(one, str) else "b4" + base64.b64encode(one).decode() for one in packets)
        return "".join(f"{utf16_length(text)}:{text}" for text in texts).encode()
    body = b""
    for one in packets:
        data = one.encode() if isinstance(one, str) else b"\x04" + one
        digits = bytes(int(digit) for digit in str(len(data)))
        body += (b"\0" if isinstance(one, str) else b"\1") + digits + b"\xff" + data
    return body


def decode(payload, body):
    """The packets; anything that is not exactly as documented fails."""
    try:
        if payload == V4:
            return [_unarmoured(piece.decode(), "b") for piece in body.split(b"\x1e")]
        return (_decode_v3_text if payload == V3_TEXT else _decode_v3_octets)(body)
    except (ValueError, IndexError) as problem:
        raise Failed(f"not a payload ({payload}): {problem}: {body!r:.200}") from None


def _unarmoured(text, sign):
    if text.startswith(sign):
        return base64.b64decode(text[len(sign):], validate=True)
    if not re.match("[0-6]", text):
        raise ValueError(f"packet {text!r:.60}")
    return text


def _decode_v3_text(body):
    packets, units = [], body.decode().encode("utf-16-le")
    while units:
        end = next(at for at in range(0, len(units), 2) if units[at:at + 2] == b":\0")
        size = 2 * int(units[:end].decode("utf-16-le"))
        packet, units = units[end + 2:end + 2 + size], units[end + 2 + size:]
        if len(packet) < size or size == 0:
            raise ValueError("a wrong length")
        packets.append(_unarmoured(packet.decode("utf-16-le"), "b4"))
    return packets


def _decode_v3_octets(body):
    packets = []
    while body:
        end = body.index(b"\xff")
        kind, digits = body[0], body[1:end]
        if kind > 1 or not digits or max(digits) > 9:
            raise ValueError("a wrong head")
        size = int("".join(map(str, digits)))
        packet, body = body[end + 1:end + 1 + size], body[end + 1 + size:]
        if len(packet) < size or size == 0 or (kind == 1 and packet[0] != 4):
            raise ValueError("a wrong length or type")
        packets.append(packet[1:] if kind else _unarmoured(packet.decode(), "\0"))
    return packets


# ---- transports

class Carrier:
    """What both transports have in common. `hear` answers the server's pings, unless told otherwise."""

    def __init__(self, port, path, eio, sid, query):
        self.port, self.path, self.eio, self.sid, self.query = port, path, eio, sid, query or {}
        self.heard = []
        self.answers_pings = True

    def target(self, transport, **more):
        return target(self.path, EIO=self.eio, transport=transport, sid=self.sid, **self.query, **more)

    def take_open(self, packet):
        check(isinstance(packet, str) and packet.startswith("0"), f"{packet!r:.100} instead of an open packet")
        self.open = json.loads(packet[1:])
        self.sid = self.open["sid"]

    def hear(self):
        """The next packet."""
        while True:
            while not self.heard:
                self.receive()
            packet = self.heard.pop(0)
            if packet == "2" and self.eio == 4 and self.answers_pings:
                self.say("3")
            elif packet != "6":
                return packet

    def expect(self, *packets):
        for packet in packets:
            found = self.hear()
            check(found == packet, f"{found!r:.200} instead of {packet!r:.200}")

    def echoes(self, *packets):
        """It is alive, and nothing else waits in it."""
        self.say(*(packets or ("4alive?",)))
        self.expect(*(packets or ("4alive?",)))


class Polling(Carrier):
    """A session by long polling. GETs and POSTs have a connection each, which is kept alive.

    `t` and `b64` are the parameters of that name. A session that was opened elsewhere is given by its `sid`.
    """

    def __init__(self, port, path="/engine.io/", eio=4, t=None, b64=None, query=None, headers=None, sid=None):
        super().__init__(port, path, eio, sid, {"t": t, "b64": b64, **(query or {})})
        self.headers = headers or {}
        self.connections = {}
        self.waiting = False
        if sid is None:
            self.poll()
            self.take_open(self.heard.pop(0))

    def connection(self, method):
        kept = self.connections.get(method)
        if kept is None or kept.ended:
            kept = self.connections[method] = Http(self.port)
        return kept

    def start_poll(self):
        """A GET whose answer is not awaited."""
        self.connection("GET").request("GET", self.target("polling"), self.headers)
        self.waiting = True
        return self.connection("GET")

    def another_poll(self):
        """A GET on a connection of its own, not awaited."""
        http = Http(self.port)
        http.request("GET", self.target("polling"), self.headers)
        return http

    def packets_of(self, answer):
        """Of the answer to a poll: never empty, at most 16, of the right type."""
        answer.expect(200)
        check(answer.body, "an empty answer to a poll")
        text = answer.headers.get("content-type") == "text/plain; charset=UTF-8"
        check(text or (self.eio == 3 and answer.headers.get("content-type") == OCTETS), f"a poll's answer is {answer}")
        packets = decode(V4 if self.eio == 4 else V3_TEXT if text else V3_OCTETS, answer.body)
        check(len(packets) <= MOST, f"{len(packets)} packets in one answer")
        return packets

    def finish_poll(self):
        self.waiting = False
        packets = self.packets_of(self.connection("GET").answer())
        self.heard += packets
        return packets

    def poll(self):
        """What a GET brings: the one that waits, else a new one."""
        if not self.waiting:
            self.start_poll()
        return self.finish_poll()

    receive = poll

    def post(self, body, type="text/plain;charset=UTF-8"):
        return self.connection("POST").ask("POST", self.target("polling"), {**self.headers, "Content-Type": type}, body)

    def say(self, *packets, payload=None):
        """In one POST; binary as the clients of the revision send it."""
        if payload is None:
            binary = any(isinstance(packet, bytes) for packet in packets) and not self.query.get("b64")
            payload = V4 if self.eio == 4 else V3_OCTETS if binary else V3_TEXT
        answer = self.post(encode(payload, packets), *([OCTETS] if payload == V3_OCTETS else []))
        answer.expect(200, b"ok")

    def expect_gone(self, *last):
        """These packets; then the close packet, unless the session is no longer known already."""
        self.expect(*last)
        if not self.heard:
            answer = (self.connection("GET") if self.waiting else self.start_poll()).answer()
            self.waiting = False
            self.heard = self.packets_of(answer) if answer.status == 200 else []
        said = [packet for packet in self.heard if packet != "6"]
        check(said in ([], ["1"]), f"{said} instead of the end")
        self.expect_dead()

    def expect_dead(self):
        """The session is gone, for every request."""
        for _ in range(2):
            ask(self.port, "GET", self.target("polling")).expect_error(1)
        ask(self.port, "POST", self.target("polling"), body=b"4x").expect_error(1)


class WebSocket(Carrier):
    """A session over a WebSocket; with a `sid`, one that is to take a polling session over."""

    def __init__(self, port, path="/engine.io/", eio=4, query=None, sid=None, receive_buffer=None, **headers):
        super().__init__(port, path, eio, sid, query)
        self.raw = RawSocket.open(port, self.target("websocket"), receive_buffer=receive_buffer, **headers)
        if sid is None:
            self.receive()
            self.take_open(self.heard.pop(0))

    def receive(self):
        opcode, payload = self.raw.frame()
        check(opcode != CLOSE, f"closed: {payload!r}")
        self.heard.append(self.packet(opcode, payload))

    def packet(self, opcode, payload):
        check(opcode in (TEXT, BINARY), f"opcode {opcode}")
        if opcode == TEXT:
            return _unarmoured(payload.decode(), "b4" if self.eio == 3 else "b")
        check(self.eio == 4 or payload[:1] == b"\x04", f"a binary frame that starts with {payload[:1]}")
        return payload if self.eio == 4 else payload[1:]

    def say(self, *packets):
        """In one go."""
        self.raw.send(b"".join(
            frame(TEXT, packet.encode()) if isinstance(packet, str)
            else frame(BINARY, packet if self.eio == 4 else b"\x04" + packet) for packet in packets))

    def is_silent(self, seconds=0.2):
        check(not self.heard and not self.raw.unread and not select.select([self.raw.socket], [], [], seconds)[0],
              "something came although nothing should")

    def probe(self):
        self.say("2probe")
        self.receive()
        check(self.heard == ["3probe"], f"{self.heard} instead of 3probe")
        self.heard.clear()

    def expect_gone(self, *last):
        """These packets, then the end: a close frame and the end of TCP, or only that."""
        for packet in last:
            self.expect(packet)
        try:
            opcode, payload = self.raw.frame()
            if (opcode, payload) == (TEXT, b"1"):
                opcode, payload = self.raw.frame()
        except Failed as problem:
            check("TCP ended" in str(problem), str(problem))
            return None
        check(opcode == CLOSE, f"{payload!r:.200} instead of the end")
        try:
            self.raw.send(frame(CLOSE, payload[:2]))
        except OSError:
            pass  # it does not wait for our answer
        self.raw.expect_end(5.0)
        return int.from_bytes(payload[:2], "big") if payload else None


def upgraded(polling):
    """The WebSocket that has taken the session over, as the documents say: with a GET that waits."""
    polling.start_poll()
    websocket = WebSocket(polling.port, polling.path, polling.eio, sid=polling.sid)
    websocket.probe()
    polling.finish_poll()
    websocket.say("5")
    websocket.heard = [packet for packet in polling.heard if packet != "6"]
    return websocket


KINDS = ("polling", "websocket", "upgraded")


def open_carrier(kind, port, path, eio=4, **options):
    """By its name: `polling`, `websocket` or `upgraded`."""
    if kind == "websocket":
        return WebSocket(port, path, eio, **options)
    session = Polling(port, path, eio, **options)
    return session if kind == "polling" else upgraded(session)
