#!/usr/bin/python3
"""What clients of Socket.IO say before they go is taken, however they go: tests/conformance/socket_io_ends.py [NAME...]

With 1 worker and again with 4; everything is counted exactly. Nothing here waits for time to pass: a session that shall be
busy waits for a sign of life that the test gives when it wants to.
"""
import re
import sqlite3
import sys

from cases import Failed  # first: it says where the next ones are
from gateway import PATIENCE, Gateway, Scenarios
from rawengineio import KINDS, V3_TEXT, V4, Http, Polling, WebSocket, check, encode, open_carrier
from rawsocket import CLOSE, TEXT, close_payload, frame

RELAY, ENDS = "/monitor/socket.io/", "/ends/"
ID = "672ef79b4d0a4805bc529d1ae44bc26b"
ALL = [(eio, kind) for eio in (3, 4) for kind in KINDS]
NAMES = ("", "/b,")  # how packets name the namespaces "/" and "/b"

# `hold` of one client waits until the owner of the gate has answered; then it fails, and `kick` closes, too.
TEXT_OF_ENDS = """\
profile: ends
dialect: socket.io
schema: socketio-echo.json
limits: {events_per_second: 0, outbox_bytes: 1MiB}
endpoints:
  /ends/: {role: guest, namespaces: {/b: guest}}
events:
  ask-me: {from: guest, claim: {topic: gate/x, when_taken: probe, within: 60s}}
  kick: {from: guest, claim: {topic: gate/x, when_taken: probe, within: 60s}, otherwise: {close: true}}
  message: {from: guest, claim: gate/x, join: listeners/all, reply: {as: message-back, args: []}}
  to-all: {from: guest, send: {to: listeners/all, as: all, args: $args}}
  drop: {from: guest, send: {to: role/guest, as: all, args: $args}}
  message-with-ack: {from: guest, send: {to: session/$me.id, as: question, args: $args, ack: answered}}
  answered: {from: guest, reply: {as: answer, args: $args}}
otherwise: {reply: {as: failed, data: {event: $event, message: $failure}}}
"""
TEXT_OF_READINGS = """\
profile: readings
dialect: socket.io
schema: sensor-telemetry.json
plugins: [sensor_telemetry]
endpoints:
  /readings/: {role: controller}
events:
  temperature: {from: controller, handler: sensor_telemetry.record}
otherwise: {reply: {as: error, data: $message}}
"""
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


# ---- how a client goes: its last words and its end arrive in one piece

def says(carrier, packets):
    """The frames of a WebSocket; nothing is sent yet."""
    return b"".join(frame(TEXT, packet.encode()) for packet in packets)


def by_websocket(end):
    def go(carrier, packets):
        if isinstance(carrier, WebSocket):
            end(carrier.raw, says(carrier, packets))
            return True
        return False
    return go


def closes(raw, data):
    raw.send(data + frame(CLOSE, close_payload(1000)))


def finishes(raw, data):
    raw.send(data)
    raw.socket.close()


def half_closes(raw, data):
    raw.send(data)
    raw.socket.shutdown(1)


def resets(raw, data):
    raw.send(data)
    raw.reset()


def leaves_with(*last):
    """In one piece, over whatever it has."""
    def go(carrier, packets):
        carrier.say(*packets, *last)
        return True
    return go


def leaves_namespace(carrier, packets):
    """`41` for the namespace that the packets are for."""
    name = NAMES[1] if packets[-1].startswith("42/b,") else ""
    carrier.say(*packets, f"41{name}")
    return True


def posts_and(end):
    """The whole request is on its way, and nobody waits for an answer, or for the poll's."""
    def go(carrier, packets):
        if not isinstance(carrier, Polling):
            return False
        if not carrier.waiting:
            carrier.start_poll()
        http = carrier.connection("POST")
        http.request("POST", carrier.target("polling"), {"Content-Type": "text/plain;charset=UTF-8"},
                     encode(V4 if carrier.eio == 4 else V3_TEXT, packets))
        end(http)
        return True
    return go


WAYS = {  # False: not over this transport
    "41": leaves_namespace,
    "41 and 1": leaves_with("41", "1"),
    "1": leaves_with("1"),
    "a Close frame": by_websocket(closes),
    "FIN": by_websocket(finishes),
    "half a FIN": by_websocket(half_closes),
    "RST": by_websocket(resets),
    "POST and FIN": posts_and(lambda http: http.socket.close()),
    "POST and RST": posts_and(Http.reset),
}


# ---- who takes part

class Guest:
    """A client of one namespace."""

    def __init__(self, port, path, kind="websocket", eio=4, name=""):
        self.name = name
        self.carrier = open_carrier(kind, port, path, eio)
        if eio == 3:
            self.carrier.expect("40")
        if eio == 4 or name:
            self.carrier.say("40" + name)
            said = self.carrier.hear()
            check(said.startswith("40" + name), f"{said!r} instead of an answer to the connect")

    def packet(self, event):
        return f"42{self.name}{event}"

    def say(self, *events):
        self.carrier.say(*map(self.packet, events))

    def expect(self, *events):
        self.carrier.expect(*map(self.packet, events))


class Owner(Guest):
    """Owns the gate and hears everything. Gives a sign of life when the test says so."""

    def __init__(self, port, path=ENDS):
        super().__init__(port, path)
        self.carrier.answers_pings = False
        self.say('["message"]')
        self.expect('["message-back"]')

    def is_asked(self):
        """Somebody waits for its sign of life."""
        self.carrier.expect("2")

    def answers(self):
        self.carrier.say("3")

    def hears(self, numbers):
        for number in numbers:
            self.expect(f'["all",{number}]')


def to_all(guest, numbers):
    return [guest.packet(f'["to-all",{number}]') for number in numbers]


# ---- the monitor relay, as it is shipped

def relay(workers):
    return Gateway(workers=workers, profiles=("profiles/monitor-relay.yaml",))


def monitor(port, monitor_id=ID, **how):
    made = Guest(port, RELAY, **how)
    made.say('["con",{"monitor_id":"%s"}]' % monitor_id)
    made.expect('["con ok",{"reason":"Connection ok"}]')
    return made


def user(port, monitor_id=ID, **how):
    made = Guest(port, RELAY, **how)
    made.say('["query",{"monitor_id":"%s"}]' % monitor_id)
    made.expect('["query ok",{"reason":"Query ok"}]')
    return made


def each_way(eio, kind, try_it):
    """How often it was tried."""
    tried = 0
    for way, go in WAYS.items():
        try:
            tried += try_it(go)
        except Exception as problem:
            raise Failed(f"EIO={eio} {kind}, {way}: {problem}") from problem
    return tried


@scenario
def of_five_commands_the_monitor_hears_five(workers):
    with relay(workers) as running:
        hearer, last = monitor(running.port), user(running.port)
        heard = 0
        for eio, kind in ALL:
            def try_it(go):
                guest = user(running.port, kind=kind, eio=eio)
                commands = [guest.packet('["command send",{"command":"%d"}]' % number) for number in range(5)]
                if not go(guest.carrier, commands):
                    return False
                for number in range(5):
                    hearer.expect('["command do",{"command":"%d"}]' % number)
                last.say('["command send",{"command":"LAST"}]')
                hearer.expect('["command do",{"command":"LAST"}]')
                return True
            heard += each_way(eio, kind, try_it)
        check(heard == 2 * (5 + 2 * 7), f"{heard} ends were tried")
        ok = running.metric("polygate_events_total", event="command send", verdict="ok")
        check(ok == 6 * heard, f"{ok} commands of {6 * heard} were judged good")


@scenario
def of_three_reports_the_user_hears_three(workers):
    with relay(workers) as running:
        ids = iter(f"{number:032}" for number in range(100))  # one that comes with the id of another has to wait for it
        for eio, kind in ALL:
            def try_it(go):
                monitor_id = next(ids)
                hearer = user(running.port, monitor_id)
                guest = monitor(running.port, monitor_id, kind=kind, eio=eio)
                if not go(guest.carrier, [guest.packet('["command done"]')] * 3):
                    return False
                for _ in range(3):
                    hearer.expect('["command finish",{"reason":"Command finish"}]')
                hearer.say('["command send",{"command":"LAST"}]')
                hearer.expect('["command ok",{"reason":"Command ok"}]')
                return True
            each_way(eio, kind, try_it)


# ---- a session whose inbox is full at that moment

def ends(workers, **options):
    return Gateway(workers=workers, profiles=(), texts={"ends.yaml": TEXT_OF_ENDS}, **options)


@scenario
def behind_a_full_inbox_all_is_heard(workers):
    """64 events wait in the session; what comes behind waits in the connection, or in the kernel."""
    with ends(workers) as running:
        owner = Owner(running.port)
        for name in NAMES:
            for eio, kind in ALL:
                def try_it(go):
                    guest = Guest(running.port, ENDS, kind, eio, name)
                    packets = [guest.packet('["ask-me"]'), *to_all(guest, range(300))]
                    if go is WAYS["41 and 1"] and name:
                        return False
                    if not go_without_waiting(go, guest.carrier, packets, owner):
                        return False
                    owner.hears(range(300))
                    return True
                each_way(eio, kind, try_it)
        check(running.metric("polygate_dropped_total") == 0, "something was dropped")


def go_without_waiting(go, carrier, packets, owner):
    """Polling: the POST is not answered before there is room, and that is only when the owner has answered."""
    if not isinstance(carrier, Polling) or go in (WAYS["POST and FIN"], WAYS["POST and RST"]):
        went = go(carrier, packets)
        if went:
            owner.is_asked()
            owner.answers()
        return went
    said = carrier.say
    carrier.say = lambda *all_of_them: say_in_two_steps(carrier, all_of_them, owner)
    try:
        return go(carrier, packets)
    finally:
        carrier.say = said


def say_in_two_steps(carrier, packets, owner):
    http = carrier.connection("POST")
    http.request("POST", carrier.target("polling"), {"Content-Type": "text/plain;charset=UTF-8"},
                 encode(V4 if carrier.eio == 4 else V3_TEXT, packets))
    owner.is_asked()
    owner.answers()
    http.answer().expect(200, b"ok")


@scenario
def a_namespace_that_is_closed_with_a_full_inbox_holds_up_nobody(workers):
    with ends(workers) as running:
        owner = Owner(running.port)
        for eio, kind in ALL:
            guest = Guest(running.port, ENDS, kind, eio, "/b,")
            if eio == 4:
                guest.carrier.say("40")
                check(guest.carrier.hear().startswith("40{"), "the namespace /")
            packets = [guest.packet('["kick"]'), *to_all(guest, range(100))]
            packets += [f'42["to-all",{number}]' for number in range(1000, 1020)]
            if kind == "polling":
                say_in_two_steps(guest.carrier, packets, owner)
            else:
                guest.carrier.say(*packets)
                owner.is_asked()
                owner.answers()
            owner.hears(range(1000, 1020))
            guest.carrier.expect("41/b,")
            guest.carrier.say('42["drop","alive"]')
            for one in (guest.carrier, owner.carrier):
                one.expect('42["all","alive"]')


@scenario
def a_namespace_that_is_left_with_a_full_inbox_holds_up_nobody(workers):
    """Its last events are taken; what is for the other namespace need not wait for them."""
    with ends(workers) as running:
        owner = Owner(running.port)
        for eio in (3, 4):
            guest = Guest(running.port, ENDS, "polling", eio, "/b,")
            if eio == 4:
                guest.carrier.say("40")
                check(guest.carrier.hear().startswith("40{"), "the namespace /")
            guest.carrier.say(guest.packet('["ask-me"]'), *to_all(guest, range(100)), "41/b,",
                              *(f'42["to-all",{number}]' for number in range(1000, 1020)))
            owner.is_asked()
            owner.hears(range(1000, 1020))
            owner.answers()
            owner.hears(range(100))


@scenario
def a_session_that_has_left_counts_until_it_is_done(workers):
    """Whoever joins a namespace, leaves work behind and leaves it, again and again, has no more than others."""
    with ends(workers, limits={"engine_sessions_per_address": 4}) as running:
        owner, leaver = Owner(running.port), Guest(running.port, ENDS).carrier
        for count in (2, 3, 4):
            check(running.metric("polygate_engine_sessions") == count, f"{count} are there")
            leaver.say('42["ask-me"]', "41", "40")  # it leaves while its event waits for the owner
            if count < 4:
                check(leaver.hear().startswith("40{"), "the answer to the connect")
        leaver.expect('44{"message":"limit engine_sessions_per_address reached"}')
        check(running.metric("polygate_refusals_total", limit="engine_sessions_per_address") == 1, "the counter")
        owner.is_asked()
        owner.answers()
        running.await_metric("polygate_events_total", 3, event="ask-me")
        leaver.say("40")
        check(leaver.hear().startswith("40{"), "there is room again")
        check(running.metric("polygate_engine_sessions") == 2, "they are done")


@scenario
def who_reads_too_slowly_is_heard_all_the_same(workers):
    with ends(workers) as running:
        owner, loud = Owner(running.port), Guest(running.port, ENDS)
        for eio in (3, 4):
            slow = open_carrier("websocket", running.port, ENDS, eio, receive_buffer=4096)
            if eio == 4:
                slow.say("40")
            cuts = running.metric("polygate_slow_consumers_total")
            slow.say('42["ask-me"]', *(f'42["to-all",{number}]' for number in range(300)))
            owner.is_asked()
            while running.metric("polygate_slow_consumers_total") == cuts:
                loud.say('["drop","%s"]' % ("x" * 60_000))
                for one in (loud, owner):
                    one.expect('["all","%s"]' % ("x" * 60_000))
            owner.answers()
            owner.hears(range(300))
        check(running.metric("polygate_slow_consumers_total") == 2, "somebody else was cut")


@scenario
def what_was_read_before_a_shutdown_is_stored(workers):
    for kind in KINDS:
        texts = {"readings.yaml": TEXT_OF_READINGS}
        with Gateway(workers=workers, profiles=(), texts=texts, drain={"window": "50ms", "cap": "20s"}) as running:
            store = sqlite3.connect(running.folder / "readings.db", isolation_level=None)
            store.execute("BEGIN IMMEDIATE")
            guests = []
            for eio in (3, 4):
                guest = Guest(running.port, "/readings/", kind, eio)
                guests.append(guest)
                packets = [guest.packet('["temperature",{"time":%d,"record":1}]' % number) for number in range(100)]
                if kind == "polling":
                    http = guest.carrier.connection("POST")
                    http.request("POST", guest.carrier.target("polling"), {"Content-Type": "text/plain;charset=UTF-8"},
                                 encode(V4 if eio == 4 else V3_TEXT, packets))
                else:
                    guest.carrier.say(*packets)
            running.await_metric("polygate_incoming_total", 2)  # one of each is with its handler
            running.send_signal(15)
            if kind != "polling":
                opcode, _ = guest.carrier.raw.frame()
                check(opcode == CLOSE, "the goodbye")
            else:
                http.answer().expect(200, b"ok")
            store.execute("ROLLBACK")
            check(running.wait() == 0, f"{kind}: the end")
            running.check_sanitizers()
            [(rows,)] = store.execute("SELECT count(*) FROM readings")
            check(rows == 200, f"{kind}: {rows} of 200 readings were stored")


def main(wanted):
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for one in SCENARIOS:
            if not wanted or any(re.match(name, one.__name__) for name in wanted):
                scenarios.run(one.__name__, one, workers)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
