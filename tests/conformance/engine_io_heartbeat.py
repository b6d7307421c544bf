"""Engine.IO: pings. engine-echo pings every 300 ms and waits 200 ms."""
import time

from cases import case
from engine_io_profiles import CALM, QUICK, revisions, variants
from rawengineio import KINDS, V3_TEXT, V4, Http, Polling, WebSocket, ask, check, encode, open_carrier, target

ALL = [(eio, kind) for eio in (3, 4) for kind in KINDS]
EARLY, LATE = 0.05, 5.0  # timers may be a little early and, on a busy machine, late


def seconds_since(moment):
    return time.monotonic() - moment


@variants("heartbeat EIO=4 the server pings, the client answers", *KINDS)
def server_pings(port, kind):
    session = open_carrier(kind, port, QUICK)
    session.answers_pings = False
    before = time.monotonic()
    for _ in range(5):
        session.expect("2")
        session.say("3")
    check(5 * 0.3 - 5 * EARLY < seconds_since(before) < LATE, f"5 pings in {seconds_since(before):.2f} s")
    session.say("4still here")
    session.expect("4still here")


@variants("heartbeat EIO=4 who does not answer is dropped", *KINDS)
def no_pong(port, kind):
    before = time.monotonic()
    session = open_carrier(kind, port, QUICK)
    session.answers_pings = False
    session.expect("2")
    session.expect_gone()
    check(0.5 - 2 * EARLY < seconds_since(before) < LATE, f"dropped after {seconds_since(before):.2f} s")


@revisions("heartbeat a session that is never polled ends")
def never_polled(port, eio):
    session = Polling(port, QUICK, eio)
    before, answer = time.monotonic(), None
    while answer is None or b'"code":3' in answer.body:  # what this is answered while the session lives
        check(seconds_since(before) < LATE, "it is still there")
        answer = ask(port, "GET", target(QUICK, EIO=7 - eio, transport="polling", sid=session.sid))
    answer.expect_error(1)
    check(seconds_since(before) > 0.5 - 2 * EARLY, f"dropped after {seconds_since(before):.2f} s")


@case("heartbeat EIO=4 who is silent is dead for a request at every + timeout")
def dead_on_time(port):
    sessions = [(Polling(port, QUICK), time.monotonic()) for _ in range(10)]
    for session, opened in sessions:
        with Http(port) as http:
            http.waits(max(0.0, opened + 0.5 - time.monotonic()))
            http.ask("GET", session.target("polling")).expect_error(1)


@variants("heartbeat EIO=3 the client pings, the server answers", *KINDS)
def client_pings(port, kind):
    session = open_carrier(kind, port, QUICK, 3)
    before = time.monotonic()
    while seconds_since(before) < 1.2:  # more than twice as long as it would live without
        session.say("2")
        session.expect("3")
    session.say("2", "4a", "2")
    session.expect("3", "4a", "3")


@case("heartbeat EIO=3 the pong ends a GET that waits")
def pong_ends_poll(port):
    session = Polling(port, CALM, 3)
    session.start_poll()
    session.say("2")
    check(session.finish_poll() == ["3"], "no pong")


@variants("heartbeat EIO=3 who does not ping is dropped", *KINDS)
def no_ping(port, kind):
    before = time.monotonic()
    session = open_carrier(kind, port, QUICK, 3)
    session.expect_gone()  # and was not pinged: that is the client's business
    check(0.5 - 2 * EARLY < seconds_since(before) < LATE, f"dropped after {seconds_since(before):.2f} s")


@variants("heartbeat a ping in the wrong direction ends the session", *ALL)
def wrong_direction(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    wrong = "2" if eio == 4 else "3"
    if kind == "polling":
        session.post(encode(V4 if eio == 4 else V3_TEXT, [wrong])).expect(200, b"ok")
        session.expect_dead()
    else:
        session.say(wrong)
        session.expect_gone()


@variants("heartbeat EIO=4 pings go on while messages flow", "websocket", "upgraded")
def pings_under_load(port, kind):
    session = open_carrier(kind, port, QUICK)
    session.answers_pings = False
    pings, before = 0, time.monotonic()
    while pings < 3:
        session.say("4busy")
        while (packet := session.hear()) == "2":
            pings += 1
            session.say("3")
        check(packet == "4busy" and seconds_since(before) < LATE, f"{packet}, {pings} pings")


@variants("heartbeat an idle session of calm defaults is left alone", *ALL)
def calm(port, eio, kind):
    session = open_carrier(kind, port, CALM, eio)
    if isinstance(session, WebSocket):
        session.is_silent(0.6)
    else:
        session.start_poll().waits(0.6)
    session.echoes()
