#!/usr/bin/python3
"""Connection state recovery: a client of Socket.IO that comes back goes on with its session, and hears what it missed.

tests/socketio/recovery.py [NAME...], with 1 worker and again with 4, over sockets of its own and with the client 4.8.
"""
import pathlib
import subprocess
import sys

import recovery_ends  # noqa: F401  its scenarios are among SCENARIOS
from returning import SCENARIOS, Client, gateway, lost, scenario, until_detached, worker_of

from gateway import PATIENCE, Scenarios  # its folder is known since `returning`
from rawengineio import KINDS, Polling, check, open_carrier
from rawsocketio import ACK, CONNECT, EVENT, PATH, packets, parse

HERE = pathlib.Path(__file__).resolve().parent


@scenario
def a_client_that_lost_its_connection_hears_what_it_missed(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            client = Client(running.port, kind).opened({"token": "t"})
            witness.tell_all("before")
            client.expect(["all", "before"])
            for time in ("first", "second"):  # it works more than once
                lost(running, client)
                witness.tell_all(time, time + " again")
                client.back([["all", time], ["all", time + " again"]])
            witness.tell_all("after")
            client.expect(["all", "after"])
            client.leave(witness)  # only now
        check(running.metric("polygate_sessions_resumed_total") == 6, "sessions_resumed_total")


@scenario
def over_another_transport(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        client = Client(running.port, "polling").opened()
        for kind in ("websocket", "polling", "upgraded", "polling"):
            lost(running, client)
            witness.tell_all(kind)
            client.back([["all", kind]], kind=kind)


@scenario
def wherever_its_new_connection_arrives(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        clients = [Client(running.port, KINDS[number % 3]).opened() for number in range(4 * workers)]
        moved = 0
        lost(running, *clients)
        witness.tell_all("missed")
        for client in reversed(clients):
            client.back([["all", "missed"]])
            moved += worker_of(client.carrier.sid) != worker_of(client.sid)
        check((moved > 0) == (workers > 1), f"{moved} of {len(clients)} came back on another worker")
        witness.tell_all("all are here")
        for client in clients:
            client.expect(["all", "all are here"])
            client.carrier.say("1")  # the end of the connection, as the client sees it
        until_detached(running, len(clients))


@scenario
def an_engine_that_has_had_a_session_stays_where_it_is(workers):
    with gateway(workers) as running:
        early = [Client(running.port).opened() for _ in range(4 * workers)]
        clients = [Client(running.port).opened() for _ in range(3 * workers)]
        lost(running, *clients)
        # So that what strangers have on some workers has the place of a bystander on others.
        bystanders = [client for client in early if worker_of(client.sid) % 2]
        for client in early:
            if client not in bystanders:
                client.carrier.say("41")
        for ended in ("41", '42["kick"]', "42[1]", '42["drop"]'):
            for client in reversed(clients):
                other = open_carrier("websocket", running.port, PATH)
                other.say("40", ended, *packets(CONNECT, {"pid": client.pid, "offset": client.offset}, "/custom"))
                other.receive()
                other.raw.socket.close()
        for client in reversed(clients):
            client.back(missed=None)
        for client in bystanders:
            client.emit("kick")
            while client.carrier.hear() != "41":
                pass


@scenario
def with_large_events_after_it_has_moved(workers):
    with gateway(workers) as running:
        clients = [Client(running.port, KINDS[number % 3]).opened() for number in range(2 * workers)]
        lost(running, *clients)
        for client in reversed(clients):
            client.back()
            client.emit("message", "x" * 300_000, b"y" * 100_000)
            found, count = parse(client.carrier.hear())
            check(count == 1 and found.data[:2] == ["message-back", "x" * 300_000], "the echo")
            check(client.carrier.hear() == b"y" * 100_000, "the attachment")


@scenario
def at_any_moment_nothing_is_lost_or_heard_twice(workers):
    with gateway(workers, "{within: 60s, events: 100000}") as running:
        speaker = Client(running.port).opened()
        clients = [Client(running.port, kind).opened() for kind in KINDS]
        numbers = {client: [] for client in clients}

        def listen(client, until):
            """Until it has heard that number, or the answer to its connect."""
            while until is None or len(numbers[client]) <= until:
                found, _ = parse(client.carrier.hear())
                if found.type == CONNECT:
                    return
                client.offset = found.data[-1]
                numbers[client].append(found.data[1])

        for round in range(25):
            for number in range(20 * round, 20 * round + 20):
                speaker.emit("to-all", number)
            for index, client in enumerate(clients):
                listen(client, until=20 * round + (7 * round + index) % 20)
                client.lose()
                client.carrier = open_carrier(client.kind, running.port, PATH)
                client.carrier.say(*packets(CONNECT, {"pid": client.pid, "offset": client.offset}))
                listen(client, until=None)
        for client in clients:
            listen(client, until=499)
            check(numbers[client] == list(range(500)), f"{client.kind} heard {numbers[client]}")


@scenario
def before_the_server_has_noticed_the_loss(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            client = Client(running.port, kind).opened()
            witness.tell_all("heard")
            client.expect(["all", "heard"])
            delivered = running.metric("polygate_frames_delivered_total")
            witness.tell_all("sent into the void")
            running.await_metric("polygate_frames_delivered_total", delivered + 2)  # to both: on whatever workers they are
            old = client.carrier
            client.back([["all", "sent into the void"]])
            if isinstance(old, Polling):
                old.start_poll()
            check(old.hear().startswith('42["all","sent into the void"'), "what was on its way")
            old.expect_gone()
            witness.tell_all("after")
            client.expect(["all", "after"])
            client.leave(witness)


@scenario
def every_namespace_for_itself(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            client = Client(running.port, kind).opened()
            client.carrier.say("40/custom,")
            found, _ = parse(client.carrier.hear())
            custom = found.data
            offset = parse(client.carrier.hear())[0].data[-1]
            client.lose()
            until_detached(running, 2)
            witness.tell_all("missed")
            client.carrier = open_carrier(kind, running.port, PATH)
            client.carrier.say(*packets(CONNECT, {"pid": client.pid, "offset": client.offset}),
                               *packets(CONNECT, {"pid": custom["pid"], "offset": offset}, "/custom"))
            client.expect(["all", "missed"])
            client.joined()
            found, _ = parse(client.carrier.hear())
            check(found.namespace == "/custom" and found.data[:2] == ["all", "missed"], f"{found} at /custom")
            found, _ = parse(client.carrier.hear())
            check(found == (CONNECT, custom, "/custom", None), f"{found} at /custom")
            client.echoes()
            client.carrier.say("41/custom,", "41")
            for sid in (custom["sid"], client.sid):
                witness.expect(["all", "left", sid])


@scenario
def a_client_that_had_heard_nothing_hears_all(workers):
    with gateway(workers) as running:
        client = Client(running.port)
        client.carrier.say("40")
        client.joined()
        lost(running, client)
        client.back([["auth", {}]])


@scenario
def only_the_client_of_the_session_comes_back(workers):
    for kind in KINDS:
        with gateway(workers) as running:
            other = Client(running.port).opened()
            client = Client(running.port, kind).opened()
            lost(running, client)
            pid = client.pid
            wrong = [client.sid, client.sid * 2, pid[:-1] + ("A" if pid[-1] != "A" else "B"), pid + "A", "", 7, None,
                     {"a": [pid]}, "_" * 38, "A" * 38, other.sid + pid[19:]]
            for number, key in enumerate(wrong):
                stranger = Client(running.port, kind)
                stranger.carrier.say(*packets(CONNECT, {"pid": key, "offset": client.offset, "number": number}))
                stranger.joined()
                check(stranger.sid not in (client.sid, other.sid), f"the key {key!r} opens the session of another")
                stranger.expect(["auth", {"number": number}])
                stranger.carrier.say("41")
                other.expect(["all", "left", stranger.sid])
            stranger = Client(running.port, kind)
            stranger.carrier.say(*packets(CONNECT, {"pid": pid, "offset": client.offset}, "/custom"))
            found, _ = parse(stranger.carrier.hear())
            check(found.type == CONNECT and found.data["sid"] != client.sid, "a session at another namespace")
            stranger.carrier.say("41/custom,")
            other.expect(["all", "left", found.data["sid"]])
            farewells = len(wrong) + 1
            known = client.sid
            client.carrier = open_carrier(kind, running.port, PATH)
            client.carrier.say(*packets(CONNECT, {"pid": pid, "offset": client.offset}))
            for _ in range(farewells):
                check(client.heard()[:2] == ["all", "left"], "the end of a stranger")
            client.joined()
            check(client.sid == known, "the owner of the session")


@scenario
def clients_of_revision_3_know_nothing_of_it(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            old = open_carrier(kind, running.port, PATH, 3)
            check([old.hear(), old.hear()] == ["40", '42["auth",{}]'], "an offset for a client that knows none")
            witness.tell_all("x")
            check(old.hear() == '42["all","x"]', "an offset for a client that knows none")
            old.say("41")
            check(witness.heard()[:2] == ["all", "left"], "the end")
        old = open_carrier("websocket", running.port, PATH, 3)
        check([old.hear(), old.hear()] == ["40", '42["auth",{}]'], "the greeting")
        old.raw.socket.close()
        check(witness.heard()[:2] == ["all", "left"], "the end of a lost client of revision 3")


@scenario
def what_is_said_for_an_answer_bears_no_offset(workers):
    with gateway(workers) as running:
        client = Client(running.port).opened()
        client.emit("message-with-ack", 1, ack=7)
        found, _ = parse(client.carrier.hear())
        check(found == (ACK, [1], "/", 7), f"{found}")
        client.emit("ask-me", "x")
        found, _ = parse(client.carrier.hear())
        check(found.type == EVENT and found.data == ["question", "x"] and found.ack is not None, f"{found}")
        lost(running, client)
        client.back()


@scenario
def the_client_4_8(workers):
    with gateway(workers) as running:
        for transport in ("websocket", "polling", "upgrade"):
            command = ["node", str(HERE / "recovery.mjs"), f"http://127.0.0.1:{running.port}{PATH}", transport]
            made = subprocess.run(command, capture_output=True, text=True, timeout=3 * PATIENCE)
            check(made.returncode == 0, f"{transport}: {made.stdout[-1000:]}{made.stderr[-1000:]}")


def main():
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for one in SCENARIOS:
            if len(sys.argv) == 1 or one.__name__ in sys.argv[1:]:
                scenarios.run(one.__name__, one, workers)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main())
