"""Threats to Engine.IO: slow consumers, ids of others, floods of polls."""
import re
import select
import string
import time

from engine_io_common import ENGINE, FEW, SOCKETIO, gateway, memory, stays_flat, text  # first: it says where the next ones are
from gateway import PATIENCE
from rawengineio import Http, Polling, WebSocket, ask, ask_for_websocket, check, target
from rawsocket import CLOSE, RawSocket, frame
from rawsocketio import EVENT, Client

CLOSED = {3: b"1:1", 4: b"1"}


# ---- T13: slow consumers

def floods(running, say):
    """Says it until somebody is cut."""
    cuts, sent = running.metric("polygate_slow_consumers_total"), 0
    while running.metric("polygate_slow_consumers_total") == cuts:
        check(sent < 100, "100 MB wait for one who does not take them")
        say()
        sent += 1


def says_to_all(sender):
    def say():
        sender.emit("to-all", "x" * 1_000_000)
        sender.expect(EVENT, ["all", "x" * 1_000_000])
    return say


def T13_who_does_not_poll_is_cut_and_the_others_hear_everything():
    with gateway() as running:
        sender = Client.open(running.port)
        slow = []
        for eio in (3, 4):
            slow.append(Client.open(running.port, "polling", eio).carrier)
            floods(running, says_to_all(sender))
        for session in slow:  # it has a last chance to poll
            await_unknown(running.port, SOCKETIO, session.eio, session.sid)
        sender.echoes("alive")


def T13_who_does_not_read_its_websocket_is_cut_and_the_others_hear_everything():
    with gateway() as running:
        sender = Client.open(running.port)
        for eio in (3, 4):
            slow = WebSocket(running.port, SOCKETIO, eio, receive_buffer=4096)
            slow.say(*(["40"] if eio == 4 else []))
            floods(running, says_to_all(sender))
            while slow.raw.more():
                pass  # what was on its way, and the end
        sender.echoes("alive")


def T13_who_posts_and_never_polls_is_cut():
    with gateway() as running:
        sessions = [Client.open(running.port, "polling", eio).carrier for eio in (3, 4)]
        for session in sessions:
            body = text(session.eio, '42["message","' + "x" * 1_000_000 + '"]')
            floods(running, lambda session=session, body=body: session.post(body))
        for session in sessions:
            await_unknown(running.port, SOCKETIO, session.eio, session.sid)


# The example engine-echo, but for its limits and its heartbeat: who does not poll stays.
PATIENT_ECHO = """\
profile: patient-echo
dialect: engine.io
limits: {message_bytes: 64KiB, outbox_bytes: 1MiB, events_per_second: 0}
endpoints: {/engine.io/: {role: anyone, ping: {every: 60s, timeout: 60s}}}
events:
  text: {from: anyone, reply: {data: $data}}
"""


def T13_polls_in_advance_are_answered_when_they_are_read():
    """The next request is taken when the last answer is written, so what waits for polls is bounded as by one poll."""
    limit = 1 << 20
    with gateway(profiles=(), texts={"echo.yaml": PATIENT_ECHO}) as running:
        for eio in (3, 4):
            session = Polling(running.port, ENGINE, eio)
            with Http(running.port, receive_buffer=4096) as greedy:
                for _ in range(900):
                    greedy.request("GET", session.target("polling"))
                before = memory(running)
                said = most = 0
                cuts = running.metric("polygate_slow_consumers_total")
                while running.metric("polygate_slow_consumers_total") == cuts:
                    session.post(text(eio, "4" + "x" * 60_000)).expect(200)
                    said += 60_000
                    check(said < 16 * limit, f"{said} bytes wait for polls that nobody reads")
                    most = max(most, running.metric("polygate_outbox_bytes"))
                check(limit - 60_000 * 2 < most < 2 * limit + 10_000, f"{most} bytes waited at most, by the gauge")
                check(memory(running) - before < FEW, f"{memory(running) - before} bytes more")
        check(running.metric("polygate_slow_consumers_total") == 2, "each was cut once")


def T13_scrapes_in_advance_are_answered_when_they_are_read():
    with gateway() as running:
        with Http(running.admin_port, receive_buffer=4096) as greedy, Http(running.admin_port) as modest:
            page = len(greedy.ask("GET", "/metrics").body)
            scrapes = 3_000
            for _ in range(scrapes):
                modest.ask("GET", "/metrics").expect(200)
            before = memory(running)
            greedy.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * scrapes)
            for _ in range(scrapes):  # in turn with those
                modest.ask("GET", "/metrics").expect(200)
            check(memory(running) - before < FEW, f"{memory(running) - before} bytes more")
            waiting = running.metric("polygate_outbox_bytes")
            check(waiting < 2 * page, f"{waiting} bytes wait, where one answer has {page}")


# ---- T32: ids of others

def T32_ids_are_long_and_random():
    with gateway() as running:
        with Http(running.port) as http:
            http.request("GET", target(SOCKETIO, EIO=4, transport="polling"))
            sids = [sid_of(http.answer())]
            while len(sids) < 500:
                http.request("GET", target(SOCKETIO, EIO=4, transport="polling"))
                sids.append(sid_of(http.answer()))
        check(len(set(sids)) == 500, "an id that was given twice")
        varied = sum(len(set(letters)) >= 40 for letters in zip(*sids))  # of 64; a letter is 6 bits
        check(varied * 6 >= 120, f"only {varied} letters of {sids[0]} are random")


def sid_of(answer):
    return re.search(rb'"sid":"([^"]+)"', answer.expect(200).body)[1].decode()


def T32_guessed_ids_are_unknown_and_the_victim_does_not_notice():
    with gateway() as running:
        for eio in (3, 4):
            victim = Client.open(running.port, "polling", eio)
            sid = victim.carrier.sid
            waiting = victim.carrier.start_poll()
            with Http(running.port) as http:
                for guess in guesses(sid):
                    where = target(SOCKETIO, EIO=eio, transport="polling", sid=guess)
                    http.ask("GET", where).expect_error(1)
                    if http.ended:
                        http.__init__(running.port)
            for guess in list(guesses(sid))[::50]:
                where = target(SOCKETIO, EIO=eio, transport="websocket", sid=guess)
                ask_for_websocket(running.port, where).expect(400, b"Session ID unknown")
            waiting.waits(0.1)
            victim.echoes("untouched")


def guesses(sid):
    """Nearly it."""
    for at, letter in enumerate(sid):
        for other in string.ascii_letters + string.digits + "-_":
            if other != letter:
                yield sid[:at] + other + sid[at + 1:]
    yield from (sid[:-1], sid + "A", sid[1:], sid.swapcase(), sid + "=", " " + sid, sid + "/", sid * 50)


def T32_an_id_of_another_profile_is_unknown():
    with gateway() as running:
        for eio in (3, 4):
            victim = Client.open(running.port, "polling", eio)
            waiting = victim.carrier.start_poll()
            sid = victim.carrier.sid
            where = target(ENGINE, EIO=eio, transport="polling", sid=sid)
            ask(running.port, "GET", where).expect_error(1)
            ask(running.port, "POST", where, body=text(eio, "1")).expect_error(1)
            where = target(ENGINE, EIO=eio, transport="websocket", sid=sid)
            ask_for_websocket(running.port, where).expect(400, b"Session ID unknown")
            waiting.waits(0.1)
            victim.echoes("untouched")


def T32_a_probe_with_the_id_of_one_who_is_upgrading_is_closed():
    with gateway() as running:
        for eio in (3, 4):
            victim = Client.open(running.port, "polling", eio)
            victim.carrier.start_poll()
            websocket = WebSocket(running.port, SOCKETIO, eio, sid=victim.carrier.sid)
            intrude(running.port, victim.carrier)
            websocket.probe()
            intrude(running.port, victim.carrier)
            victim.carrier.finish_poll()
            websocket.say("5")
            intrude(running.port, victim.carrier)
            victim.carrier = websocket
            victim.echoes("untouched")


def intrude(port, victim):
    for _ in range(5):
        with RawSocket.open(port, victim.target("websocket")) as intruder:
            try:
                intruder.send(frame(1, b"2probe") + frame(1, b"5") + frame(1, b"41"))
            except OSError:
                pass  # closed already
            opcode, payload = intruder.frame()
            check((opcode, payload) == (CLOSE, b""), f"opcode {opcode} {payload!r} instead of an empty close frame")


# ---- T33: floods of polls

def T33_parallel_polls_end_their_session_and_nobody_elses():
    with gateway() as running:
        def attack():
            for number in range(50):
                session = Polling(running.port, SOCKETIO, 3 + number % 2)
                if session.eio == 3:
                    session.expect("40", '42["auth",{}]')
                first = session.start_poll()
                first.waits(0.01)
                with session.another_poll() as second:
                    second.answer().expect(400, b"")
                first.answer().expect(200, CLOSED[session.eio])
                first.socket.close()

        stays_flat(running, attack)


def T33_100000_packets_in_one_body_end_the_session():
    with gateway() as running:
        def attack():
            for eio, packet in ((4, "4x"), (3, "4x"), (4, "6"), (3, "2"), (4, "42[]")):
                session = Polling(running.port, ENGINE, eio)
                answer = session.post(text(eio, *[packet] * 100_000))
                check(answer.status in (200, 400, 413), f"{answer}")
                session.expect_dead()

        stays_flat(running, attack, 3)


def T33_a_body_above_the_limit_is_413_and_the_session_lives():
    with gateway() as running:
        session = Client.open(running.port, "polling")
        limit = session.carrier.open["maxPayload"]

        def attack():
            for _ in range(20):
                with Http(running.port) as http:
                    http.request("POST", session.carrier.target("polling"), length=100 * limit)
                    http.answer().expect(413, b"")
                    http.expect_end(5.0)
            session.carrier.post(b"4" + b"x" * (5 * limit)).expect(413, b"")
            session.echoes("still here")

        stays_flat(running, attack)


def T33_wrong_revisions_cost_nothing():
    with gateway() as running:
        def attack():
            with Http(running.port) as http:
                for number in range(1000):
                    http.ask("GET", target(SOCKETIO, EIO=number * 7 + 5, transport="polling")).expect_error(5)
                    if http.ended:
                        http.__init__(running.port)

        stays_flat(running, attack)


def T33_sessions_that_nobody_polls_are_forgotten():
    with gateway(limits={"engine_sessions_per_address": 10_000}) as running:
        def attack():
            with Http(running.port) as http:
                for number in range(1000):
                    where = target(ENGINE, EIO=3 + number % 2, transport="polling")
                    sid = sid_of(http.ask("GET", where))
            await_unknown(running.port, ENGINE, 4, sid)

        stays_flat(running, attack)


CAPS = {  # limit: status, from another address too
    "engine_sessions_per_address": (429, False),
    "engine_sessions_per_profile": (503, True),
    "engine_sessions": (503, True),
}
MOST = 20


def T33_sessions_beyond_the_caps_are_answered_and_counted():
    for limit, (status, for_all) in CAPS.items():
        profiles = ("profiles/examples/socketio-echo.yaml",)
        with gateway(profiles=profiles, texts={"echo.yaml": PATIENT_ECHO}, limits={limit: MOST}) as running:
            with Http(running.port) as http:
                sids = [sid_of(http.ask("GET", target(ENGINE, EIO=3 + number % 2, transport="polling")))
                        for number in range(MOST)]
                for eio in (3, 4):  # the connection goes on, and the client knows why
                    refused = http.ask("GET", target(ENGINE, EIO=eio, transport="polling")).expect(status)
                    check(refused.body == b'{"code":4,"message":"limit %s reached"}' % limit.encode(), f"{refused}")
                    check(refused.type() == "application/json" and "retry-after" in refused.headers, f"{refused}")
                    where = target(ENGINE, EIO=eio, transport="websocket")
                    answer = ask_for_websocket(running.port, where).expect(status)
                    check(limit.encode() in answer.body and "retry-after" in answer.headers, f"{answer}")
                check(running.metric("polygate_engine_sessions", profile="patient-echo") == MOST, "the gauge")
                check(running.metric("polygate_refusals_total", limit=limit) == 4, "the counter")
                check(running.metric("polygate_handshakes_total", result="limited") == 2, "the handshakes")
                with Http(running.port, source="127.0.0.9") as other:
                    there = other.ask("GET", target(ENGINE, EIO=4, transport="polling"))
                    check((there.status == status) == for_all, f"another address: {there}")
                if limit == "engine_sessions_per_profile":
                    sid_of(http.ask("GET", target(SOCKETIO, EIO=4, transport="polling")))
                where = target(ENGINE, EIO=3, transport="polling", sid=sids[0])
                http.ask("POST", where, body=text(3, "1")).expect(200)
                sid_of(http.ask("GET", target(ENGINE, EIO=3, transport="polling")))  # there is room again
                http.ask("GET", target(ENGINE, EIO=3, transport="polling")).expect(status)
            running.await_log(f"limit={limit}")


def await_unknown(port, path, eio, sid):
    """Asks in a way that does not keep it alive."""
    deadline = time.monotonic() + PATIENCE
    where = target(path, EIO=7 - eio, transport="polling", sid=sid)
    while (answer := ask(port, "GET", where)).body.find(b'"code":1') < 0:
        check(time.monotonic() < deadline, f"{PATIENCE} s later it is there: {answer}")


def T33_bodies_that_trickle_are_cut_at_the_deadline():
    deadline, slack = 2.0, 4.0
    with gateway(limits={"handshake": f"{deadline:.0f}s"}) as running:
        bystander = Client.open(running.port, "polling")
        open_since = {}
        for number in range(100):
            session = Polling(running.port, SOCKETIO, 3 + number % 2)
            http = Http(running.port)
            http.request("POST", session.target("polling"), body=b"4", length=1000)
            open_since[http.socket] = time.monotonic()
        ages = []
        while open_since:
            for socket in select.select(list(open_since), [], [], 0.1)[0]:
                if ended(socket):
                    ages.append(time.monotonic() - open_since.pop(socket))
                    socket.close()
            for socket in open_since:
                try:
                    socket.send(b"x")
                except OSError:
                    pass  # cut; reading tells
            bystander.echoes("untouched")
            oldest = time.monotonic() - min(open_since.values(), default=time.monotonic())
            check(oldest < deadline + slack, f"{len(open_since)} of 100 are still there after {oldest:.1f} s")
        check(min(ages) > deadline / 2, f"one was cut after {min(ages):.1f} s already")


def ended(socket):
    try:
        return not socket.recv(65_536)
    except ConnectionResetError:
        return True
