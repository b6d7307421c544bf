"""Threats to Socket.IO: packets that ask for much."""
from engine_io_common import gateway, stays_flat, text  # first: it says where the next ones are
from gateway import Failed
from rawengineio import WebSocket, check
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
