"""Threats to Socket.IO: packets that ask for much."""
import json

from engine_io_common import gateway, memory, stays_flat, text  # first: it says where the next ones are
from gateway import Failed
from rawengineio import Http, WebSocket, ask, check, open_carrier, target
from rawsocket import TEXT, RawSocket, frame
from rawsocketio import ACK, ERROR, EVENT, Client, parse


def closes(client, *packets):
    """These end the session, whatever it is carried by."""
    carrier = client.carrier
    if isinstance(carrier, WebSocket):
        carrier.say(*packets)
        carrier.expect_gone()
    else:
        carrier.post(text(carrier.eio, *packets)).expect(200, b"ok")
        carrier.expect_dead()


def each_way(port):
    return [Client.open(port, kind, eio) for kind in ("polling", "websocket") for eio in (3, 4)]


def T34_a_count_of_a_billion_attachments_closes():
    with gateway() as running:
        def attack():
            for count in ("1000000000", "4294967296", "18446744073709551617", "11"):
                for client in each_way(running.port):
                    closes(client, f'45{count}-["message",{{"_placeholder":true,"num":0}}]')

        stays_flat(running, attack)


def T34_attachments_that_never_come_harm_nobody():
    with gateway() as running:
        def attack():
            clients = [client for _ in range(20) for client in each_way(running.port)]
            for client in clients:
                client.carrier.say('4510-["message","' + "x" * 10_000 + '"]')
            for client in clients[::2]:
                client.carrier.say(b"one of ten")
            for client in clients:
                closes(client, "4text in between")

        stays_flat(running, attack, 3)


def T34_attachments_that_are_named_often_are_not_multiplied():
    with gateway() as running:
        def attack():
            client = Client.open(running.port)
            hole = '{"_placeholder":true,"num":0}'
            client.carrier.say(f'451-["message",{",".join([hole] * 10_000)}]', b"x" * 500_000)
            found, count = parse(client.carrier.hear())
            check(len(found.data) == 10_001 and count == 1, f"{count} attachments, {len(found.data)} arguments")
            client.carrier.expect(b"x" * 500_000)
            client.echoes("still here")
            closes(client, "1")

        stays_flat(running, attack)


def T34_a_flood_of_acks_is_ignored():
    with gateway() as running:
        clients = each_way(running.port)

        def attack():
            for client in clients:
                for start in range(0, 20_000, 500):
                    client.carrier.say(*(f"43{number}[{number}]" for number in range(start, start + 500)))
                client.echoes("still here")

        stays_flat(running, attack, 3)


def T34_each_ack_that_is_asked_for_comes_once():
    with gateway() as running:
        client = Client.open(running.port)

        def attack():
            for start in range(0, 10_000, 500):
                numbers = range(start, start + 500)
                client.carrier.say(*(f'42{number}["message-with-ack",{number}]' for number in numbers))
                for number in numbers:
                    client.expect(ACK, [number], ack=number)
            client.echoes("nothing else")

        stays_flat(running, attack)


def T34_a_flood_of_namespaces_costs_nothing():
    with gateway() as running:
        def attack():
            for kind in ("polling", "websocket"):
                client = Client.open(running.port, kind)
                for start in range(0, 3000, 100):
                    names = [f"/{number}-{'n' * 200}" for number in range(start, start + 100)]
                    client.carrier.say(*(f"40{name}," for name in names))
                    for name in names:
                        client.expect(ERROR, {"message": "Invalid namespace"}, name)
                client.echoes("still here")
                closes(client, "41", "1")

        stays_flat(running, attack, 3)


def T34_joining_and_leaving_without_end_costs_nothing():
    with gateway() as running:
        client = Client.open(running.port)

        def attack():
            for _ in range(200):
                client.connect("/custom")
                client.ids.clear()
                client.carrier.say("41/custom,")
            client.echoes("still here")

        stays_flat(running, attack)


BOMB = '{"a":[' + ",".join(["{}"] * 12_000) + "]}"  # 36 kB, of which a tree makes a megabyte
PLAIN = """\
profile: plain
dialect: socket.io
schema: socketio-echo.json
limits: {message_bytes: 64KiB}
endpoints: {/plain/: {role: anyone}}
events:
  message: {from: anyone, reply: {as: message-back, args: $args}}
  message-with-ack: {from: anyone, reply: {as: auth, data: {}}}
  ask-me: {from: anyone, send: {to: session/$me.id, as: question, args: $args, ack: answered}}
  answered: {from: anyone, reply: {as: answer, args: $args}}
  to-all: {from: anyone, send: {to: role/anyone, as: all, args: $args}}
  kick: {from: anyone, close: true}
  drop: {from: anyone, close: {code: 1012}}
otherwise: {reply: {as: failed, data: {event: $event, message: $message}}}
"""


def T34_what_is_connected_with_is_kept_where_it_is_used_and_within_its_limit():
    """Over one connection: as many sessions as may be, each with all that it may connect with."""
    sessions = 1_000
    with gateway(texts={"plain.yaml": PLAIN}, limits={"engine_sessions_per_address": sessions}) as running:
        before = memory(running)
        for path, said in (("/plain/", "40"), ("/socket.io/", "44")):  # where nobody uses $auth, and where it is
            with Http(running.port) as http:
                for _ in range(sessions // 2):
                    sid = json.loads(http.ask("GET", target(path, EIO=4, transport="polling")).expect(200).body[1:])["sid"]
                    where = target(path, EIO=4, transport="polling", sid=sid)
                    http.ask("POST", where, body=b"40" + BOMB.encode()).expect(200)
                    answer = http.ask("GET", where).expect(200)
                    check(answer.body.startswith(said.encode()), f"{answer}")
                    if said == "44":
                        wanted = b'44{"message":"the data of this connect is too large: limit connect_bytes"}'
                        check(answer.body == wanted, f"{answer}")
        ask(running.port, "GET", target("/plain/", EIO=4, transport="polling")).expect(429)
        grown = memory(running) - before
        # A session takes some kilobytes under a sanitizer; what it was to connect with would take a gigabyte here.
        check(grown < sessions * 40_000, f"{grown >> 10} KiB more for {sessions} sessions")


def T34_what_may_be_connected_with_has_an_exact_limit():
    with gateway() as running:
        for eio, kind in ((4, "websocket"), (4, "polling")):
            for size, fits in ((8 << 10, True), ((8 << 10) + 1, False)):
                carrier = open_carrier(kind, running.port, "/socket.io/", eio)
                carrier.say('40{"a":"' + "x" * (size - 8) + '"}')
                check(carrier.hear().startswith("40{" if fits else "44{"), f"{size} bytes")
            for values, fits in ((254, True), (255, False)):  # and the object and the list around them
                carrier = open_carrier(kind, running.port, "/socket.io/", eio)
                carrier.say('40{"a":[' + ",".join(["0"] * values) + "]}")
                check(carrier.hear().startswith("40{" if fits else "44{"), f"{values} values")
        for size, fits in ((8 << 10, True), ((8 << 10) + 1, False)):
            client = Client.open(running.port, "websocket", 3)
            client.carrier.say("40/custom?a=" + "x" * (size - 2) + ",")
            check(client.carrier.hear().startswith("40/custom" if fits else "44/custom"), f"{size} bytes of a query")


def T34_reserved_names_close():
    with gateway() as running:
        def attack():
            for name in ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"):
                for client in each_way(running.port):
                    closes(client, f'42["{name}",{{"sid":"x"}}]')

        stays_flat(running, attack, 2)


HUGE = {
    "items": '42["message",[' + "0," * 600_000 + "0]]",
    "arguments": '42["message"' + ",0" * 600_000 + "]",
    "keys": '42["message",{' + ",".join(f'"{number}":0' for number in range(100_000)) + "}]",
    "depth": '42["message",' + "[" * 500_000 + "]" * 500_000 + "]",
    "half": '42["message",' + "[" * 1_000_000,
    "digits": '42["message",' + "9" * 1_000_000 + "]",
}


def T34_huge_arrays_are_refused():
    with gateway() as running:
        def attack():
            for packet in HUGE.values():
                for client in (Client.open(running.port), Client.open(running.port, "polling", 3)):
                    refused(client, packet)

        stays_flat(running, attack, 3)


def refused(client, packet):
    """It is closed, or told that it failed; never echoed."""
    try:
        client.carrier.say(packet)
        found = client.hear()
    except Failed as problem:
        check("closed" in str(problem) or "TCP ended" in str(problem) or "instead of 200" in str(problem), str(problem))
        return
    except OSError:
        return
    check(found.type == EVENT and found.data[0] == "failed", f"{found!r:.200}")


LETTERS = """\
profile: letters
dialect: raw
endpoints:
  /letters/:to: {role: sender}
events:
  text: {from: sender, send: {to: session/$path.to, data: $data}, reply: {data: $data}}
"""


def T38_a_session_of_another_profile_is_not_reached():
    with gateway(texts={"letters.yaml": LETTERS}) as running:
        for client in each_way(running.port):
            if not client.ids:
                continue  # clients of revision 3 are not told their id
            with RawSocket.open(running.port, "/letters/" + client.ids["/"]) as sender:
                sender.send(frame(TEXT, b"a letter"))
                sender.expect(TEXT, b"a letter")
            client.echoes("nothing came")
