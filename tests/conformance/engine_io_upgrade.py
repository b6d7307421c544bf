"""Engine.IO: from long polling to a WebSocket."""
import time

from cases import case
from engine_io_http import expect_text
from engine_io_profiles import CALM, SOCKETIO, revisions, variants
from rawengineio import V3_TEXT, V4, Polling, WebSocket, ask, ask_for_websocket, check, encode, target, upgraded
from gateway import PATIENCE, Failed
from rawsocket import CLOSE, TEXT, RawSocket, frame
from rawsocketio import EVENT, Client

AT_ONCE = 3.0  # without a ping, whose first is due after 25 s; a busy machine is slow
NOOP = {3: b"1:6", 4: b"6"}


def begun(session):
    """A WebSocket that has been probed."""
    websocket = WebSocket(session.port, session.path, session.eio, sid=session.sid)
    websocket.probe()
    return websocket


def done(websocket):
    websocket.say("5")
    websocket.echoes()


@revisions("upgrade as the documents say")
def whole(port, eio):
    session = Polling(port, CALM, eio)
    waiting = session.start_poll()
    websocket = WebSocket(port, CALM, eio, sid=session.sid)
    websocket.is_silent(0.1)
    waiting.waits(0.1)  # not before the probe: the client would only ask again
    websocket.probe()
    before = time.monotonic()
    waiting.answer().expect(200, NOOP[eio])
    check(time.monotonic() - before < AT_ONCE, "the GET was not released at once")
    done(websocket)
    websocket.echoes(*(f"4{number}" for number in range(100)), b"\1\2")


@revisions("upgrade every GET is released while it lasts")
def every_get(port, eio):
    session = Polling(port, CALM, eio)
    session.start_poll()
    websocket = begun(session)
    before = time.monotonic()
    session.finish_poll()
    for _ in range(5):
        session.start_poll().answer().expect(200, NOOP[eio])
    check(time.monotonic() - before < AT_ONCE, "a GET was not released at once")
    done(websocket)


@revisions("upgrade before any GET, the rest right behind it")
def in_a_rush(port, eio):
    session = Polling(port, CALM, eio)
    websocket = begun(session)
    websocket.say("5", "4a", b"\1", "4b")
    websocket.expect("4a", b"\1", "4b")


@revisions("upgrade with what waited before it")
def queued(port, eio):
    session = Polling(port, CALM, eio)
    packets = [f"4{number}" for number in range(50)]
    session.say(*packets)
    websocket = begun(session)
    websocket.say("5")
    websocket.expect(*packets)


@revisions("upgrade with messages posted before, while and after it")
def posted(port, eio):
    session = Polling(port, CALM, eio)
    session.say("4before")
    session.start_poll()
    session.finish_poll()
    websocket = begun(session)
    session.say("4while", b"\2")
    websocket.is_silent()
    websocket.say("5", "4after")
    heard = session.heard + [websocket.hear() for _ in range(3)]
    check(heard == ["4before", "4while", b"\2", "4after"], f"{heard}")


@variants("upgrade what others send while it lasts comes after `5`", 3, 4)
def from_others(port, eio):
    session, sender = Client.open(port, "polling", eio), Client.open(port)
    session.carrier.start_poll()
    websocket = begun(session.carrier)
    session.carrier.finish_poll()
    for number in range(20):
        sender.emit("to-all", number)
        sender.expect(EVENT, ["all", number])
    websocket.is_silent()
    websocket.say("5")
    session.carrier = websocket
    for number in range(20):
        session.expect(EVENT, ["all", number])
    session.echoes("alive")


@variants("upgrade a GET while it lasts loses nothing that others send", 3, 4)
def from_others_with_gets(port, eio):
    session, sender = Client.open(port, "polling", eio), Client.open(port)
    websocket = begun(session.carrier)
    for number in range(20):
        sender.emit("to-all", number)
        sender.expect(EVENT, ["all", number])
        if number % 3 == 0:
            session.carrier.poll()  # what waits, or a noop
    websocket.say("5")
    websocket.heard = session.carrier.heard
    session.carrier = websocket
    for number in range(20):
        session.expect(EVENT, ["all", number])
    session.echoes("alive")


@revisions("upgrade polling afterwards is refused")
def polling_afterwards(port, eio):
    session = Polling(port, CALM, eio)
    websocket = upgraded(session)
    websocket.echoes()
    for _ in range(3):
        ask(port, "GET", session.target("polling")).expect(400)
        body = encode(V4 if eio == 4 else V3_TEXT, ["4x"])
        ask(port, "POST", session.target("polling"), body=body).expect(400)
    websocket.echoes()


@revisions("upgrade a second websocket is let in and closed")
def second_websocket(port, eio):
    session = Polling(port, CALM, eio)
    session.start_poll()
    first = begun(session)
    let_in_and_closed(port, session)
    session.finish_poll()
    done(first)
    let_in_and_closed(port, session)
    first.echoes()
    alone = WebSocket(port, CALM, eio)  # the same for a session that never polled
    let_in_and_closed(port, alone)
    alone.echoes()


def let_in_and_closed(port, session):
    with RawSocket.open(port, session.target("websocket")) as second:
        opcode, payload = second.frame()
        check((opcode, payload) == (CLOSE, b""), f"opcode {opcode} {payload!r} instead of an empty close frame")


@revisions("upgrade a wrong sid is refused in plain text")
def wrong_sid(port, eio):
    for sid in ("x", "a" * 20, "a" * 22, "%00"):
        answer = ask_for_websocket(port, target(CALM, EIO=eio, transport="websocket", sid=sid))
        expect_text(answer, b"Session ID unknown")


FAILURES = {
    "TCP ends": lambda websocket: websocket.raw.socket.close(),
    "TCP is reset": lambda websocket: websocket.raw.reset(),
    "a close frame": lambda websocket: websocket.raw.send(frame(CLOSE)),
    "another probe": lambda websocket: websocket.say("2prove"),
    "a ping": lambda websocket: websocket.say("2"),
    "a message": lambda websocket: websocket.say("4hello"),
    "an upgrade": lambda websocket: websocket.say("5"),
    "rubbish": lambda websocket: websocket.raw.send(frame(TEXT, b"xyz")),
    "a wrong frame": lambda websocket: websocket.raw.send(frame(3, b"x")),
}


@variants("upgrade instead of a probe:", *((eio, failure) for eio in (3, 4) for failure in FAILURES))
def failed_probe(port, eio, failure):
    session = Polling(port, CALM, eio)
    session.start_poll()
    websocket = WebSocket(port, CALM, eio, sid=session.sid)
    FAILURES[failure](websocket)
    if not failure.startswith("TCP"):
        websocket.expect_gone()
    session.echoes("4polling goes on", b"\1")
    again(session).echoes()


def again(session):
    """The upgrade that succeeds after one that has failed, as soon as the gateway has noticed that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        websocket = WebSocket(session.port, session.path, session.eio, sid=session.sid)
        websocket.say("2probe")
        opcode, payload = websocket.raw.frame()
        if opcode == CLOSE:
            continue
        check(payload == b"3probe", f"{payload!r} instead of 3probe")
        websocket.say("5")
        return websocket
    raise Failed("no second upgrade succeeds")


@variants("upgrade given up after the probe:", *((eio, failure) for eio in (3, 4)
                                                for failure in ("TCP ends", "TCP is reset", "a close frame")))
def given_up(port, eio, failure):
    session = Polling(port, CALM, eio)
    session.say("4waits")
    websocket = begun(session)
    FAILURES[failure](websocket)
    session.expect("4waits")
    session.echoes("4polling goes on", b"\1")
    again(session).echoes()


@revisions("upgrade the client may leave in the middle of it")
def leaves(port, eio):
    session, other = Polling(port, CALM, eio), Polling(port, CALM, eio)
    session.start_poll()
    websocket = begun(session)
    session.finish_poll()
    session.say("1")
    websocket.expect_gone()
    session.expect_dead()
    other.echoes()


@case("upgrade b64 and octet sessions too")
def other_encodings(port):
    for b64, t in (("1", None), ("1", "x"), (None, "1-0")):
        session = Polling(port, CALM, 3, b64=b64, t=t)
        session.echoes("4wärme", b"\1")
        websocket = upgraded(session)
        websocket.echoes("4wärme", b"\1\2\3")


@case("upgrade of Socket.IO sessions")
def of_socketio(port):
    for eio in (3, 4):
        session = Client.open(port, "polling", eio, path=SOCKETIO)
        session.echoes("before", b"\1")
        session.carrier = upgraded(session.carrier)
        session.echoes("after", b"\2", {"x": "ä"})
