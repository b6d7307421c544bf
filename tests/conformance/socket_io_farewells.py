"""How sessions of Socket.IO and Engine.IO end when a rule ends them: their last words are heard, and `41` says whose wish it was.

A reason and a close code are two things: what failed as `invalid` or `unknown` closes with the code of a conversation that
is broken, and is no such conversation.
"""
from cases import case
from engine_io_profiles import FAREWELL, LAST_WORDS, variants
from rawengineio import Polling, WebSocket, check, open_carrier
from rawsocket import TEXT, RawSocket, frame
from socket_io_connect import ALL

ENDS = {  # event: what is heard of it, the close code
    "invalid": ('["query",{"monitor_id":"x"}]', '["query failed",{"reason":"Invalid monitor_id"}]', 4400),
    "unknown": ('["nothing"]', '["command failed",{"reason":"unknown"}]', 4400),
    "a rule's own 4400": ('["command done"]', '["command finish",{"reason":"bye"}]', 4400),
}
BACK = ('["con",{"monitor_id":"' + "x" * 32 + '"}]', '["command finish",{"reason":"bye"}]', 1012)
KNOWN = '["query",{"monitor_id":"' + "x" * 32 + '"}]'
KNOWN_OK = '["query ok",{"reason":"Query ok"}]'


def guest(port, eio, kind, *namespaces):
    """A carrier that is on the namespaces."""
    carrier = open_carrier(kind, port, FAREWELL, eio)
    return joined(carrier, *(("/", *namespaces) if eio == 4 else namespaces))


def joined(carrier, *namespaces):
    if carrier.eio == 3:
        carrier.expect("40")
    for namespace in namespaces:
        carrier.say("40" if namespace == "/" else f"40{namespace},")
        said = carrier.hear()
        wanted = "40" if namespace == "/" else f"40{namespace},"
        check(said.startswith(wanted), f"{said!r} instead of {wanted}")
    return carrier


def ends(carrier, *packets, code):
    """These packets, exactly, and then the end: of a WebSocket with this code."""
    found = carrier.expect_gone(*packets)
    if isinstance(carrier, WebSocket):
        wanted = 1001 if carrier.eio == 3 and code == 1012 else code
        check(found == wanted, f"close {found} instead of {wanted}")


@variants("farewell", *((eio, kind, end) for eio, kind in ALL for end in ENDS))
def farewell(port, eio, kind, end):
    said, heard, code = ENDS[end]
    carrier = guest(port, eio, kind)
    carrier.say("42" + said)
    ends(carrier, "42" + heard, "41", code=code)


@variants("farewell while the poll waits", *((eio, end) for eio in (3, 4) for end in ENDS))
def while_it_polls(port, eio, end):
    said, heard, code = ENDS[end]
    carrier = guest(port, eio, "polling")
    carrier.start_poll().waits(0.01)
    carrier.say("42" + said)
    ends(carrier, "42" + heard, "41", code=code)


@variants("farewell behind others in one body, and before others", *((eio, end) for eio in (3, 4) for end in ENDS))
def in_one_body(port, eio, end):
    said, heard, code = ENDS[end]
    carrier = guest(port, eio, "polling")
    carrier.say("42" + KNOWN, "42" + said, "42" + KNOWN, "42" + said)
    ends(carrier, "42" + KNOWN_OK, "42" + heard, "41", code=code)


@variants("farewell in the middle of an upgrade", *((eio, probed, end) for eio in (3, 4)
                                                    for probed in ("probed", "before the probe") for end in ENDS))
def while_it_upgrades(port, eio, probed, end):
    said, heard, code = ENDS[end]
    polling = guest(port, eio, "polling")
    polling.start_poll()
    websocket = WebSocket(port, FAREWELL, eio, sid=polling.sid)
    if probed == "probed":
        websocket.probe()
        polling.finish_poll()
        polling.say("42" + said)
        websocket.say("5")
        websocket.heard = [packet for packet in polling.heard if packet != "6"]
        return ends(websocket, "42" + heard, "41", code=code)
    polling.say("42" + said)
    websocket.expect_gone()
    ends(polling, "42" + heard, "41", code=code)
    return None


@variants("farewell to one namespace leaves the other", *((eio, kind, end) for eio, kind in ALL for end in ENDS))
def of_a_namespace(port, eio, kind, end):
    said, heard, code = ENDS[end]
    carrier = guest(port, eio, kind, "/b")
    carrier.say("42/b," + said)
    carrier.expect("42/b," + heard, "41/b,")
    carrier.say("42" + KNOWN)
    carrier.expect("42" + KNOWN_OK)
    carrier.say("42" + said)
    ends(carrier, "42" + heard, "41", code=code)


@variants("farewell with a code that asks to come back says no `41`", *ALL)
def comes_back(port, eio, kind):
    said, heard, code = BACK
    carrier = guest(port, eio, kind)
    carrier.say("42" + said)
    ends(carrier, "42" + heard, code=code)


@variants("farewell of Engine.IO alone", *ALL)
def engine_io_alone(port, eio, kind):
    carrier = open_carrier(kind, port, LAST_WORDS, eio)
    carrier.say("4heard")
    ends(carrier, "4heard", code=4400)


@case("farewell of a WebSocket without Engine.IO")
def alone(port):
    with RawSocket.open(port, "/last-word") as raw:
        raw.send(frame(TEXT, b"heard"))
        raw.expect(TEXT, b"heard")
        raw.expect_close(4400)


@variants("farewell is not what a broken conversation is told", *ALL)
def broken(port, eio, kind):
    carrier = guest(port, eio, kind)
    if isinstance(carrier, Polling):
        carrier.say("42" + KNOWN)
        carrier.expect("42" + KNOWN_OK)
    carrier.say("42{}")
    ends(carrier, code=4400)
