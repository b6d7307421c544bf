#!/usr/bin/python3
"""RFC 6455 case by case, over raw sockets against the echo profile: tests/conformance/websocket.py [PREFIX...]

The numbers follow the categories of the Autobahn testsuite: 1 framing, 2 pings, 3 reserved bits, 4 opcodes,
5 fragments, 6 UTF-8, 7 close, 9 limits, 10 many fragments; then 11 masks and lengths, 12 the opening handshake.
Only cases whose id starts with one of the prefixes run; without any, all. A line for each, a count at the end.
"""
import random
import sys

from cases import CASES, case, conversation  # first: it says where the next ones are
import handshake  # noqa: F401 - registers its cases
import utf8  # noqa: F401 - likewise
from gateway import Failed, Gateway, Scenarios
from rawsocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, close_payload, frame

MIB = 1024 * 1024
MAX_MESSAGE = 16 * MIB  # of the echo profile

# ---- 1: payloads of every size class

SIZES = (0, 1, 125, 126, 127, 128, 65_535, 65_536, MIB)
for number, size in enumerate(SIZES, 1):
    asterisks, bytes_ = b"*" * size, random.Random(size).randbytes(size)
    conversation(f"1.1.{number}", frame(TEXT, asterisks), [(TEXT, asterisks)])
    conversation(f"1.2.{number}", frame(BINARY, bytes_), [(BINARY, bytes_)])
    chop = 1 if size <= 128 else 997
    conversation(f"1.3.{number}", frame(TEXT, asterisks), [(TEXT, asterisks)], chop)
    conversation(f"1.4.{number}", frame(BINARY, bytes_), [(BINARY, bytes_)], chop)
conversation("1.5.1", frame(TEXT, b"x" * 65_536), [(TEXT, b"x" * 65_536)], chop=1)
conversation("1.6.1", b"".join(frame(TEXT, str(i).encode()) for i in range(2000)),
             [(TEXT, str(i).encode()) for i in range(2000)])

# ---- 2: pings and pongs

for number, payload in enumerate((b"", b"Hello, world!", bytes(range(0, 125)), b"\xfe\xff" * 62 + b"\0"), 1):
    conversation(f"2.1.{number}", frame(PING, payload), [(PONG, payload)])
    conversation(f"2.2.{number}", frame(PING, payload), [(PONG, payload)], chop=1)
conversation("2.3", frame(PING, b"x" * 126), [("close", 1002)])
conversation("2.4", frame(PING, b"x" * 125, length_bytes=2), [("close", 1002)])
conversation("2.5", frame(PONG, b"unasked"), [])
conversation("2.6", frame(PONG, b"unasked") + frame(PING, b"ping"), [(PONG, b"ping")])
conversation("2.7", b"".join(frame(PING, str(i).encode()) for i in range(10)),
             [(PONG, str(i).encode()) for i in range(10)])
conversation("2.8", b"".join(frame(PING, str(i).encode()) for i in range(10)),
             [(PONG, str(i).encode()) for i in range(10)], chop=1)


@case("2.9")
def a_ping_flood_is_cut(port):
    with RawSocket.open(port) as raw:
        try:
            raw.send(b"".join(frame(PING, b"flood") for _ in range(20_000)))
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut already
        opcode, payload = raw.frame()
        while opcode == PONG:
            opcode, payload = raw.frame()
        if opcode != CLOSE or payload[:2] != close_payload(1008):
            raise Failed(f"opcode {opcode} {payload!r} instead of close 1008")


# ---- 3: reserved bits

for rsv in range(1, 8):
    for number, opcode in enumerate((TEXT, BINARY, PING, PONG, CLOSE), 1):
        conversation(f"3.{rsv}.{number}", frame(opcode, b"", rsv=rsv), [("close", 1002)])
conversation("3.8", frame(TEXT, b"first") + frame(TEXT, b"second", rsv=4), [(TEXT, b"first"), ("close", 1002)])
conversation("3.9", frame(TEXT, b"first", fin=False) + frame(CONTINUATION, b"second", rsv=4), [("close", 1002)], chop=1)
conversation("3.10", bytes([0xC1]), [("close", 1002)])  # the first byte is enough

# ---- 4: opcodes

for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    conversation(f"4.{opcode}.1", frame(opcode), [("close", 1002)])
    conversation(f"4.{opcode}.2", frame(opcode, b"payload"), [("close", 1002)])
    after_hello = frame(TEXT, b"Hello") + frame(opcode, b"x") + frame(PING)
    conversation(f"4.{opcode}.3", after_hello, [(TEXT, b"Hello"), ("close", 1002)])
    conversation(f"4.{opcode}.4", after_hello, [(TEXT, b"Hello"), ("close", 1002)], chop=1)

# ---- 5: fragments

conversation("5.1", frame(PING, b"frag", fin=False) + frame(CONTINUATION, b"ment"), [("close", 1002)])
conversation("5.2", frame(PONG, b"frag", fin=False) + frame(CONTINUATION, b"ment"), [("close", 1002)])
HALVES = frame(TEXT, b"frag", fin=False) + frame(CONTINUATION, b"ment")
AROUND = frame(TEXT, b"frag", fin=False) + frame(PING, b"ping") + frame(CONTINUATION, b"ment")
for number, chop in enumerate((None, 1, 3), 3):
    conversation(f"5.{number}.1", HALVES, [(TEXT, b"fragment")], chop)
    conversation(f"5.{number}.2", AROUND, [(PONG, b"ping"), (TEXT, b"fragment")], chop)
    conversation(f"5.{number}.3", AROUND.replace(frame(PING, b"ping"), frame(PING, b"ping") + frame(PONG, b"pong")),
                 [(PONG, b"ping"), (TEXT, b"fragment")], chop)
    conversation(f"5.{number}.4", frame(BINARY, b"\xff", fin=False) + frame(CONTINUATION, b"", fin=False)
                 + frame(CONTINUATION, b"\xfe"), [(BINARY, b"\xff\xfe")], chop)
    conversation(f"5.{number}.5", frame(TEXT, b"frag", fin=False) + frame(TEXT, b"ment"), [("close", 1002)], chop)
    conversation(f"5.{number}.6", frame(TEXT, b"frag", fin=False) + frame(BINARY, b"ment", fin=False),
                 [("close", 1002)], chop)
    conversation(f"5.{number}.7", frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"b") + frame(CONTINUATION, b"c"),
                 [(TEXT, b"ab"), ("close", 1002)], chop)
for fin in (False, True):
    conversation(f"5.6.{int(fin)}", frame(CONTINUATION, b"nothing to continue", fin=fin) + frame(TEXT, b"x"),
                 [("close", 1002)])
conversation("5.7", b"".join(  # a pong may overtake a message, so the last ping comes before the last fragment
    frame(PING, f"pongme {i}".encode()) + frame(TEXT if i == 0 else CONTINUATION, f"fragment{i} ".encode(), fin=i == 4)
    for i in range(5)), [(PONG, f"pongme {i}".encode()) for i in range(5)]
    + [(TEXT, b"".join(f"fragment{i} ".encode() for i in range(5)))])
conversation("5.8", frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) + frame(CONTINUATION),
             [(TEXT, b"")])
conversation("5.9", frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"middle", fin=False) + frame(CONTINUATION),
             [(TEXT, b"middle")])
conversation("5.10", frame(TEXT, b"unfinished", fin=False) + frame(CLOSE, close_payload(1000)), [("close", 1000)])
conversation("5.11", frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 1023
             + frame(CONTINUATION, b"x"), [(TEXT, b"x")])
conversation("5.12", frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 1100, [("close", 1008)])

# ---- 7: the close handshake

conversation("7.1.1", frame(CLOSE, close_payload(1000)), [("close", 1000)])
conversation("7.1.2", frame(CLOSE, close_payload(1000)) * 2, [("close", 1000)])
conversation("7.1.3", frame(CLOSE, close_payload(1000)) + frame(PING, b"too late"), [("close", 1000)])
conversation("7.1.4", frame(CLOSE, close_payload(1000)) + frame(TEXT, b"too late"), [("close", 1000)])
conversation("7.1.5", frame(CLOSE, close_payload(1000)) + frame(TEXT, b"\xff\xff"), [("close", 1000)])
conversation("7.1.6", frame(TEXT, b"before") + frame(CLOSE, close_payload(1000)), [(TEXT, b"before"), ("close", 1000)])
conversation("7.1.7", frame(TEXT, b"frag", fin=False) + frame(CLOSE, close_payload(1000))
             + frame(CONTINUATION, b"ment"), [("close", 1000)])
conversation("7.3.1", frame(CLOSE), [("close", None)])
conversation("7.3.2", frame(CLOSE, b"\x03"), [("close", 1002)])
conversation("7.3.3", frame(CLOSE, close_payload(1000)), [("close", 1000)], chop=1)
conversation("7.3.4", frame(CLOSE, close_payload(1000, b"Hello World!")), [("close", 1000)])
conversation("7.3.5", frame(CLOSE, close_payload(1000, b"x" * 123)), [("close", 1000)])
conversation("7.3.6", frame(CLOSE, close_payload(1000, b"x" * 124)), [("close", 1002)])
conversation("7.5.1", frame(CLOSE, close_payload(1000, b"\xce\xba\xed\xa0\x80")), [("close", 1007)])
conversation("7.5.2", frame(CLOSE, close_payload(1000, b"\xc3")), [("close", 1007)])
conversation("7.5.3", frame(CLOSE, close_payload(1000, "κόσμε".encode())), [("close", 1000)], chop=1)
for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999):
    conversation(f"7.7.{code}", frame(CLOSE, close_payload(code)), [("close", code)])
for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535):
    conversation(f"7.9.{code}", frame(CLOSE, close_payload(code)), [("close", 1002)])


@case("7.11")
def whoever_leaves_without_a_word_harms_nobody(port):
    for leave in (lambda raw: raw.socket.close(), RawSocket.reset):
        for unfinished in (b"", b"\x81", frame(TEXT, b"half", declared=100), frame(TEXT, b"part", fin=False)):
            raw = RawSocket.open(port)
            raw.send(unfinished)
            leave(raw)
    with RawSocket.open(port) as raw:
        raw.expect_alive()


# ---- 9: up to the limit; 10: in many fragments

def fragments(opcode, payload, size):
    """One message in fragments of `size` bytes."""
    pieces = [payload[at:at + size] for at in range(0, len(payload), size)]
    last = len(pieces) - 1
    return b"".join(frame(CONTINUATION if i else opcode, piece, fin=i == last) for i, piece in enumerate(pieces))


def big(name, opcode, payload, size=None):
    @case(name)
    def run(port):
        bytes_ = payload()
        with RawSocket.open(port) as raw:
            raw.send(frame(opcode, bytes_) if size is None else fragments(opcode, bytes_, size))
            raw.expect(opcode, bytes_)
            raw.expect_alive()


for number, size in enumerate((256 * 1024, MIB, 4 * MIB, MAX_MESSAGE), 1):
    big(f"9.1.{number}", TEXT, lambda size=size: ("Wärme 温度 🌡 ".encode() * (size // 19)).ljust(size, b"x"))
    big(f"9.2.{number}", BINARY, lambda size=size: random.Random(size).randbytes(size))
for number, size in enumerate((256, 4096, 65_536, MIB), 1):
    big(f"9.3.{number}", TEXT, lambda: b"*" * (4 * MIB), size)
    big(f"9.4.{number}", BINARY, lambda: random.Random(1).randbytes(4 * MIB), size)
conversation("9.5.1", frame(TEXT, b"*" * MIB), [(TEXT, b"*" * MIB)], chop=64)
conversation("9.5.2", frame(TEXT, b"*" * MIB), [(TEXT, b"*" * MIB)], chop=2048)
conversation("9.6.1", frame(BINARY, b"", declared=MAX_MESSAGE + 1, length_bytes=8), [("close", 1009)])
conversation("9.6.2", frame(BINARY, b"", declared=1 << 30, length_bytes=8), [("close", 1009)])
conversation("9.6.3", frame(BINARY, b"", declared=(1 << 63) - 1, length_bytes=8), [("close", 1009)])
conversation("9.6.4", frame(BINARY, b"", declared=1 << 63, length_bytes=8), [("close", 1002)])
conversation("9.6.5", frame(BINARY, b"", declared=(1 << 64) - 1, length_bytes=8), [("close", 1002)])
conversation("9.6.6", frame(TEXT, b"x" * MIB, fin=False)
             + frame(CONTINUATION, b"", declared=MAX_MESSAGE - MIB + 1, length_bytes=8), [("close", 1009)])
big("10.1.1", TEXT, lambda: b"*" * 65_536, 1300)
big("10.1.2", BINARY, lambda: random.Random(2).randbytes(4 * MIB), 64)
big("10.1.3", TEXT, lambda: "ö".encode() * 50_000, 1)  # every character in two frames

# ---- 11: masks and lengths

for number, opcode in enumerate((TEXT, BINARY, PING, PONG, CLOSE), 1):
    conversation(f"11.1.{number}", frame(opcode, b"", mask=None), [("close", 1002)])
    conversation(f"11.2.{number}", frame(opcode, b"\x03\xe8unmasked", mask=None), [("close", 1002)])
conversation("11.3", frame(TEXT, b"zero mask", mask=bytes(4)), [(TEXT, b"zero mask")])
for number, (size, length_bytes) in enumerate(((0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65_535, 8)), 1):
    conversation(f"11.4.{number}", frame(BINARY, b"x" * size, length_bytes=length_bytes), [("close", 1002)])
conversation("11.5", b"".join(frame(BINARY, b"payload", mask=bytes([i, 255 - i, i, 7])) for i in range(256)),
             [(BINARY, b"payload")] * 256)

def main(prefixes):
    scenarios = Scenarios()

    def session():
        with Gateway(workers=2, limits={"connections_per_address": 100}) as gateway:
            for name, run in CASES.items():
                if not prefixes or any(name.startswith(prefix) for prefix in prefixes):
                    scenarios.run(name, run, gateway.port)

    scenarios.run("the gateway ended well", session)
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
