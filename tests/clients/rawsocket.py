"""WebSocket bytes over plain sockets, for tests that send what no library would."""
import os
import socket
import struct
import time

from gateway import PATIENCE, Failed, end_with_gateway

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def masked(payload, mask):
    """`payload` under a mask of four bytes, or without it: the operation is its own inverse."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x37\xfa\x21\x3d", length_bytes=None, declared=None):
    """A client's frame. `length_bytes` (0, 2, 8) and `declared` tell lies about the length."""
    size = len(payload) if declared is None else declared
    if length_bytes is None:
        length_bytes = 0 if size < 126 else 2 if size < 65_536 else 8
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask is not None else 0
    if length_bytes == 0:
        head += bytes([bit | size])
    else:
        head += bytes([bit | (126 if length_bytes == 2 else 127)]) + size.to_bytes(length_bytes, "big")
    return head + (b"" if mask is None else mask + masked(payload, mask))


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


def handshake(path="/echo", host="localhost", **headers):
    """An opening handshake; a header that is given as None is left out."""
    fields = {"Host": host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": KEY}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class RawSocket:
    """One TCP connection. Every wait ends at a deadline. Pings are answered as by any client, unless told otherwise."""

    def __init__(self, port, source=None, receive_buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        end_with_gateway(self.socket, port)
        self.unread = b""
        self.answers_pings = True

    @classmethod
    def open(cls, port, path="/echo", source=None, receive_buffer=None, **headers):
        """With a WebSocket on it."""
        made = cls(port, source, receive_buffer)
        made.send(handshake(path, **headers))
        status, head, _ = made.response()
        if status != 101 or ACCEPT not in head:
            raise Failed(f"no WebSocket on {path}: {head}")
        return made

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def reset(self):
        """TCP ends at once, with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def more(self):
        """Some bytes; none at the end of TCP."""
        try:
            return self.socket.recv(1 << 18)
        except socket.timeout:
            raise Failed(f"nothing came in {PATIENCE} s") from None
        except ConnectionResetError:
            return b""

    def _take(self, size):
        pieces, have = [self.unread], len(self.unread)
        while have < size:
            piece = self.more()
            if not piece:
                raise Failed(f"TCP ended {size - have} bytes too early")
            pieces.append(piece)
            have += len(piece)
        everything = b"".join(pieces)
        self.unread = everything[size:]
        return everything[:size]

    def response(self):
        """An HTTP response: status, head, body."""
        while b"\r\n\r\n" not in self.unread:
            piece = self.more()
            if not piece:
                raise Failed(f"TCP ended without a response, only {self.unread!r:.200}")
            self.unread += piece
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        status = int(text.split(" ", 2)[1])
        length = next((int(line.split(":")[1]) for line in text.split("\r\n")
                       if line.lower().startswith("content-length:")), 0)
        return status, text, self._take(length)

    def frame(self):
        """The server's next frame: opcode, payload. It must be whole, unmasked and in its shortest form."""
        opcode, payload = self._frame()
        while opcode == PING and self.answers_pings:
            self.send(frame(PONG, payload))
            opcode, payload = self._frame()
        return opcode, payload

    def _frame(self):
        first, second = self._take(2)
        if first & 0x70 or second & 0x80:
            raise Failed(f"a frame that starts with {first:#x} {second:#x}")
        if not first & 0x80 or first & 0x0F == CONTINUATION:
            raise Failed("a fragment: the gateway sends whole messages")
        size = second
        if second == 126:
            size = int.from_bytes(self._take(2), "big")
        elif second == 127:
            size = int.from_bytes(self._take(8), "big")
        if second > 125 and size < (126 if second == 126 else 65_536):
            raise Failed(f"a length of {size} that is not in its shortest form")
        return first & 0x0F, self._take(size)

    def expect(self, opcode, payload):
        found, content = self.frame()
        if found == CLOSE and opcode != CLOSE:
            raise Failed(f"closed: {int.from_bytes(content[:2], 'big')} {content[2:].decode(errors='replace')}")
        if (found, content) != (opcode, payload):
            raise Failed(f"opcode {found} with {len(content)} bytes {content[:60]!r}, "
                         f"expected opcode {opcode} with {len(payload)} bytes {payload[:60]!r}")

    def expect_close(self, code, within=5.0):
        """A close frame with this code (None: without any), and then the end of TCP before long. Gives the reason."""
        opcode, payload = self.frame()
        found = int.from_bytes(payload[:2], "big") if payload else None
        if opcode != CLOSE:
            raise Failed(f"opcode {opcode} with {payload[:60]!r} instead of close {code}")
        if found != code:
            raise Failed(f"close {found} {payload[2:].decode(errors='replace')} instead of {code}")
        self.expect_end(within)
        return payload[2:].decode()

    def expect_end(self, within=PATIENCE):
        """Nothing more, and the end of TCP."""
        started = time.monotonic()
        rest = self.unread + self.more()
        if rest:
            raise Failed(f"{rest[:100]!r} instead of the end of TCP")
        if time.monotonic() - started > within:
            raise Failed(f"TCP ended only after {time.monotonic() - started:.1f} s")

    def expect_alive(self):
        """The connection still echoes, so nothing else waited in it."""
        token = os.urandom(8).hex().encode()
        self.send(frame(TEXT, token))
        self.expect(TEXT, token)
