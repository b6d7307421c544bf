"""Recovery: who does not come back to its session, and how such a session ends."""
from returning import Client, gateway, lost, scenario, until_detached

from gateway import ROOT, Gateway  # its folder is known since `returning`
from rawengineio import KINDS, check, open_carrier
from rawsocketio import CONNECT, packets, parse


@scenario
def an_offset_that_nobody_knows(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for offset in ("999999", "0", "-1", "x", " 1", "18446744073709551616", "1e3"):
            client = Client(running.port).opened()
            old = client.sid
            lost(running, client)
            client.offset = offset
            client.not_back()
            witness.expect(["all", "left", old])
            client.leave(witness)
        check(running.metric("polygate_sessions_not_resumed_total") == 7, "sessions_not_resumed_total")


def ends(running, witness, kind, end):
    """The session of a client ends by what is done then; if it comes back, it has a new one."""
    client = Client(running.port, kind).opened()
    old = client.sid
    end(client)
    witness.expect(["all", "left", old])
    client.not_back()
    client.leave(witness)


@scenario
def who_comes_too_late_has_a_new_session(workers):
    with gateway(workers, "{within: 100ms}") as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            ends(running, witness, kind, Client.lose)
        check(running.metric("polygate_sessions_detached") == 0, "a session that waits")


@scenario
def an_end_on_purpose_is_one(workers):
    with gateway(workers) as running:
        witness = Client(running.port).opened()
        for kind in KINDS:
            for said in ("41", '42["kick"]', '42["drop"]', "4x"):
                ends(running, witness, kind, lambda client, said=said: client.carrier.say(said))
        check(running.metric("polygate_sessions_detached") == 0, "a session that waits")


@scenario
def nothing_grows_while_a_session_waits(workers):
    with gateway(workers, "{within: 60s, events: 3}") as running:
        witness = Client(running.port).opened()
        client = Client(running.port).opened()
        lost(running, client)
        witness.tell_all("1", "2", "3")
        client.back([["all", "1"], ["all", "2"], ["all", "3"]])
        lost(running, client)
        witness.tell_all("4", "5", "6", "7")
        witness.expect(["all", "left", client.sid])
        client.not_back()
    with gateway(workers) as running:  # 16 MB may wait for a client, half of that while it is away
        witness = Client(running.port).opened()
        client = Client(running.port).opened()
        lost(running, client)
        for _ in range(5):
            witness.emit("to-all", b"x" * 1_900_000)
            check(parse(witness.carrier.hear())[1] == 1 and len(witness.carrier.hear()) == 1_900_000, "its own event")
        witness.expect(["all", "left", client.sid])
        client.not_back()
    with gateway(workers, "{within: 60s, sessions: 1}") as running:
        witness = Client(running.port).opened()
        clients = [Client(running.port).opened() for _ in range(2 * workers)]
        for client in clients:
            client.lose()
        ended = [witness.heard() for _ in range(workers)]
        check(running.metric("polygate_sessions_detached") == workers, "one waits on each worker")
        check({tuple(one[:2]) for one in ended} == {("all", "left")}, f"{ended}")


@scenario
def a_monitor_that_is_gone_is_replaced_at_once(workers):
    shipped = (ROOT / "profiles/monitor-relay.yaml").read_text(encoding="utf-8")
    text = shipped.replace("schema: monitor-relay.json", "schema: monitor-relay.json\nengine: {recovery: {within: 60s}}")
    path = "/monitor/socket.io/"
    with Gateway(workers=workers, profiles=(), texts={"monitor-relay.yaml": text}) as running:
        def come(client, *heard):
            client.carrier = open_carrier("websocket", running.port, path)
            auth = {"pid": client.pid, "offset": client.offset} if client.pid else None
            client.carrier.say(*packets(CONNECT, auth))
            client.expect(*heard)
            client.joined()
            return client

        def con(client):
            client.emit("con", {"monitor_id": "a" * 32})
            client.expect(["con ok", {"reason": "Connection ok"}])

        monitor, user = (come(Client(running.port, carrier=True)) for _ in range(2))
        con(monitor)
        user.emit("query", {"monitor_id": "a" * 32})
        user.expect(["query ok", {"reason": "Query ok"}])
        monitor.lose()
        until_detached(running)
        user.emit("command send", {"command": "WAIT"})  # for the monitor that comes back
        user.expect(["command ok", {"reason": "Command ok"}])
        come(monitor, ["command do", {"command": "WAIT"}])
        monitor.lose()
        until_detached(running)
        con(come(Client(running.port, carrier=True)))
        running.await_metric("polygate_sessions", 2)
        old = monitor.sid
        come_new = open_carrier("websocket", running.port, path)
        come_new.say(*packets(CONNECT, {"pid": monitor.pid, "offset": monitor.offset}))
        found, _ = parse(come_new.hear())
        check(found.type == CONNECT and found.data["sid"] != old, "the monitor that was replaced")


@scenario
def the_gateway_ends_while_sessions_wait(workers):
    with gateway(workers) as running:
        clients = [Client(running.port).opened() for _ in range(4)]
        for client in clients[:3]:
            client.lose()
        until_detached(running, 3)
        running.send_signal(15)
        left = {tuple(clients[3].heard()) for _ in range(3)}
        check(left == {("all", "left", client.sid) for client in clients[:3]}, f"{left}")
        clients[3].carrier.expect_gone()
        check(running.wait() == 0, "the end")
        running.check_sanitizers()
