"""Engine.IO: messages come back as they were, in every encoding, over both transports and after an upgrade."""
import base64
import random

from cases import case
from engine_io_profiles import CALM, MAX_PAYLOAD, QUICK, revisions, variants
from rawengineio import (KINDS, OCTETS, V3_OCTETS, V3_TEXT, Polling, WebSocket, ask, check, decode, open_carrier,
                         target)
from gateway import Failed
from rawsocket import BINARY, TEXT, frame

TEXTS = ["4", "4hello", "4 ", "4\0\1\x7f", "4wärme", "4温度", "4🌡𝄞", "4\u2028\ufeff\uffff", "41:4", "4b4AQID", "4bAQID",
         "42"]
BYTES = [b"\0", b"\x04", b"\x1e", b"\xff\xfe", bytes(range(256)), b"b4", b"4"]


# ---- echoes

@variants("echo text", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def text(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    for packet in TEXTS:
        session.echoes(packet)
    session.echoes(*TEXTS)


@variants("echo binary", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def binary(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    for packet in BYTES:
        session.echoes(packet)
    session.echoes(*BYTES)


@variants("echo text and binary in order", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def mixed(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    order = random.Random(7)
    for _ in range(5):
        packets = TEXTS + BYTES
        order.shuffle(packets)
        session.echoes(*packets)


@variants("echo empty binary", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def empty_binary(port, eio, kind):
    open_carrier(kind, port, CALM, eio).echoes("4before", b"", "4after")


@variants("echo large", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def large(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    session.echoes("4" + "x" * 70_000, random.Random(1).randbytes(70_000), "4" + "🌡" * 20_000)


@variants("echo every size about the edges of the lengths", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def sizes(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    for size in (8, 9, 10, 98, 99, 100, 124, 125, 126, 127, 998, 999, 1000, 9999, 65_534, 65_535, 65_536):
        session.echoes("4" + "t" * size, random.Random(size).randbytes(size))


@variants("echo engine-echo itself", *((eio, kind) for eio in (3, 4) for kind in KINDS))
def example(port, eio, kind):
    session = open_carrier(kind, port, QUICK, eio)
    session.echoes("4hello", b"\1\2\3", "4wärme")


# ---- how bodies are encoded

def polled(session, *packets):
    """What the packets come back in: the type of the body, and the body."""
    session.say(*packets)
    answer = session.start_poll().answer()
    check(session.packets_of(answer) == list(packets), f"{answer} instead of {packets}")
    return answer.headers["content-type"], answer.body


@case("payload EIO=4 is text with base64")
def payload_v4(port):
    found = polled(Polling(port, CALM), "4a", b"\1\2\3\4", "4\u20ac")
    check(found == ("text/plain; charset=UTF-8", b"4a\x1ebAQIDBA==\x1e4\xe2\x82\xac"), f"{found}")


@case("payload EIO=3 with b64 is text, its lengths count UTF-16")
def payload_v3_text(port):
    for t in (None, "1"):
        session = Polling(port, CALM, 3, b64="1", t=t)
        found = polled(session, "4a", b"\1\2\3\4", "4\u20ac", "4🌡🌡")
        check(found == ("text/plain; charset=UTF-8", "2:4a10:b4AQIDBA==2:4€5:4🌡🌡".encode()), f"{found}")


@case("payload EIO=3 with `t` and without b64 is always octets")
def payload_v3_octets(port):
    for t in ("1449251837291-0", "Q7v_Gq5"):
        answer = ask(port, "GET", target(CALM, EIO=3, transport="polling", t=t)).expect(200)
        check(answer.headers["content-type"] == OCTETS, f"{answer}")
        decode(V3_OCTETS, answer.body)
        session = Polling(port, CALM, 3, t=t)
        found = polled(session, "4a")
        check(found == (OCTETS, b"\0\2\xff4a"), f"{found}")
        found = polled(session, "4\u20ac", b"\1\2\3", "4" + "x" * 122)
        wanted = b"\0\4\xff4\xe2\x82\xac\1\4\xff\4\1\2\3\0\1\2\3\xff4" + b"x" * 122
        check(found == (OCTETS, wanted), f"{found}")
        session.say("2")
        check(session.start_poll().answer().body == b"\0\1\xff3", "a pong")


@case("payload EIO=3 without `t` and b64 is text unless binary is in it")
def payload_v3_plain(port):
    session = Polling(port, CALM, 3)
    check(polled(session, "4a") == ("text/plain; charset=UTF-8", b"2:4a"), "text")
    check(polled(session, "4a", b"\7") == (OCTETS, b"\0\2\xff4a\1\2\xff\4\7"), "octets")
    check(polled(session, "4b") == ("text/plain; charset=UTF-8", b"2:4b"), "text again")


def with_line_ends(data, end):
    """base64 as Java clients 2.x write it: lines of 76, and those of Android have an end behind the last one too."""
    text = base64.b64encode(data)
    return end.join(text[at:at + 76] for at in range(0, len(text), 76)) + end


@variants("payload base64 may have line ends", *((eio, end) for eio in (3, 4) for end in ("LF", "CRLF")))
def line_ends(port, eio, end):
    end = {"LF": b"\n", "CRLF": b"\r\n"}[end]
    session, data = Polling(port, CALM, eio, b64="1"), [b"\1", bytes(range(200)), b"x" * 57]
    if eio == 4:
        body = b"\x1e".join([*(b"b" + with_line_ends(one, end) for one in data), b"4x"])
    else:
        packets = [*(b"b4" + with_line_ends(one, end) for one in data), b"4x"]
        body = b"".join(b"%d:%s" % (len(one), one) for one in packets)
    session.post(body).expect(200, b"ok")
    session.expect(*data, "4x")


@case("payload EIO=3 requests may change their encoding any time")
def payload_v3_changes(port):
    for b64, t in ((None, None), ("1", None), (None, "1")):
        session = Polling(port, CALM, 3, b64=b64, t=t)
        for payload in (V3_TEXT, V3_OCTETS, V3_TEXT, V3_OCTETS):
            session.say("4a", b"\1\2", "4ä温🌡", payload=payload)
            session.expect("4a", b"\1\2", "4ä温🌡")


@case("payload EIO=3 text that was encoded twice is repaired")
def payload_v3_twice(port):
    def twice(text):
        return f"{len(text.encode())}:".encode() + text.encode().decode("latin-1").encode()

    session = Polling(port, CALM, 3, b64="1")
    for message in ("4ascii", "4wärme", "4温度", "4café 🌡", "4ascii again"):
        session.post(twice(message)).expect(200, b"ok")
        session.expect(message)


@case("payload EIO=3 text that was encoded once is left alone")
def payload_v3_once(port):
    for first in ("4caf\u00e9", "4€", "4🌡", "4\u00c3x"):  # the first characters beyond ASCII decide
        session = Polling(port, CALM, 3, b64="1")
        session.echoes("4ascii", first)
        session.echoes("4\u00c3\u00a9")  # what é looks like when it is decoded once too little


# ---- WebSocket messages

@case("websocket frames are as documented")
def frames(port):
    for eio, sent in ((4, b"\1\2"), (3, b"\4\1\2")):
        session = WebSocket(port, CALM, eio)
        session.raw.send(frame(TEXT, b"4hi") + frame(BINARY, sent))
        session.raw.expect(TEXT, b"4hi")
        session.raw.expect(BINARY, sent)


@revisions("websocket base64 in text packets is taken from everyone")
def base64_packets(port, eio):
    session = WebSocket(port, CALM, eio)
    for packet, wanted in (("bAQID", b"\1\2\3"), ("bAQIDBA==", b"\1\2\3\4")):
        session.say(packet if eio == 4 else "b4" + packet[1:])
        session.expect(wanted)
    session.echoes()


@variants("websocket a message that ends the session:", *(
    (eio, opcode, body) for eio, opcode, bodies in (
        (3, TEXT, (b"", b"9x", b"abc", b"b4*", b"b4A")), (4, TEXT, (b"", b"9x", b"abc", b"b*", b"bA")),
        (3, BINARY, (b"", b"\x09x", b"4x"))) for body in bodies))
def undecodable(port, eio, opcode, body):
    session, other = WebSocket(port, CALM, eio), WebSocket(port, CALM, eio)
    session.raw.send(frame(opcode, body))
    session.expect_gone()
    other.echoes()


@revisions("websocket a message above the limit: 1009")
def too_large(port, eio):
    session = WebSocket(port, CALM, eio)
    session.raw.send(frame(TEXT, b"4" + b"x" * (MAX_PAYLOAD + 1000)))
    code = session.expect_gone()
    check(code == 1009, f"closed with {code} instead of 1009")


@revisions("websocket a whole message of the largest size")
def largest(port, eio):
    WebSocket(port, CALM, eio).echoes("4" + "x" * (MAX_PAYLOAD - 1))


@revisions("websocket the client's close packet ends the session")
def close_packet(port, eio):
    session = WebSocket(port, CALM, eio)
    session.say("1")
    session.expect_gone()


@revisions("websocket what follows a close frame is ignored")
def after_close(port, eio):
    session = WebSocket(port, CALM, eio)
    session.raw.send(frame(8, b"\x03\xe8") + frame(TEXT, b"41") + frame(TEXT, b"1"))
    session.raw.expect_close(1000)


@revisions("websocket many messages at once")
def many(port, eio):
    session = WebSocket(port, CALM, eio)
    packets = [f"4{number}" if number % 3 else number.to_bytes(2, "big") for number in range(2000)]
    session.echoes(*packets)


@case("websocket a session ends with its TCP connection")
def lost(port):
    for eio in (3, 4):
        session = WebSocket(port, CALM, eio)
        session.raw.reset()
        for _ in range(1000):  # it may still be known for a moment
            answer = ask(port, "GET", session.target("polling")).expect(400)
            if b'"code":1' in answer.body:
                break
        else:
            raise Failed(f"it is still there: {answer}")
