#!/usr/bin/python3
"""The monitor relay where conversations cannot go: who comes first, who is half dead, and its switches.

tests/clients/monitors.py [NAME...], with 1 worker and again with 4. Names that start with a threat's id cover it.
"""
import json
import re
import select
import sys

from gateway import PATIENCE, ROOT, Gateway, Scenarios
from rawengineio import Polling, WebSocket, check

PATH = "/monitor/socket.io/"
ID = "672ef79b4d0a4805bc529d1ae44bc26b"
SHIPPED = "profiles/monitor-relay.yaml"
PAIRED = "profiles/examples/monitor-relay-paired.yaml"


class Client:
    """A user or a monitor over a carrier of Engine.IO 4."""

    def __init__(self, port, kind=WebSocket):
        self.carrier = kind(port, PATH)
        self.carrier.say("40")
        check(self.carrier.hear().startswith("40{"), "no answer to the connect")

    def say(self, *event):
        self.carrier.say("42" + json.dumps(event))

    def hear(self):
        packet = self.carrier.hear()
        return json.loads(packet[2:]) if packet.startswith("42") else packet

    def expect(self, name, reason=None, **data):
        wanted = [name, {"reason": reason, **data} if reason else data]
        found = self.hear()
        check(found == wanted, f"{found!r:.200} instead of {wanted!r}")

    def as_monitor(self, monitor_id=ID):
        self.say("con", {"monitor_id": monitor_id})
        self.expect("con ok", "Connection ok")
        return self

    def as_user(self, monitor_id=ID):
        self.say("query", {"monitor_id": monitor_id})
        self.expect("query ok", "Query ok")
        return self

    def command(self, text):
        self.say("command send", {"command": text})
        self.expect("command ok", "Command ok")


def changed(old, new):
    """The shipped profile with one line changed, as a deployment would have it."""
    return {"monitor-relay.yaml": replaced((ROOT / SHIPPED).read_text(), old, new)}


def paired(seconds):
    """The example with pairing, in place of the shipped profile."""
    text = replaced((ROOT / PAIRED).read_text(), "/paired-monitor/socket.io/", PATH)
    return {"monitor-relay-paired.yaml": replaced(text, "timeout: 30", f"timeout: {seconds}")}


def replaced(text, old, new):
    check(text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the profile")
    return text.replace(old, new)


def patient():
    """A machine that stands still for a moment does not make anybody dead here."""
    return changed("when_taken: probe", "when_taken: probe, within: 60s")


def T35_of_monitors_that_come_at_once_exactly_one_is_taken(workers):
    with Gateway(workers=workers, profiles=(), texts=patient()) as gateway:
        for number in range(40):
            monitor_id = f"{number:032x}"
            rivals = [Client(gateway.port) for _ in range(4)]
            for rival in rivals:
                rival.say("con", {"monitor_id": monitor_id})
            answers = answers_of(rivals)
            refused = ["con failed", {"reason": "monitor_id already registered"}]
            taken = ["con ok", {"reason": "Connection ok"}]
            check(sorted(answers) == [refused] * 3 + [taken], f"round {number}: {answers}")


def answers_of(clients):
    """What each hears first. They are asked in turn: one that is probed meanwhile has to answer."""
    answers = {}
    while len(answers) < len(clients):
        for number, client in enumerate(clients):
            if answers.get(number, ["con ok"])[0] != "con ok":
                continue  # refused, and closed
            carrier = client.carrier
            if not carrier.raw.unread and not select.select([carrier.raw.socket], [], [], 0.01)[0]:
                continue
            carrier.receive()
            while carrier.heard:
                packet = carrier.heard.pop(0)
                if packet == "2":
                    carrier.say("3")
                elif packet.startswith("42"):
                    answers[number] = json.loads(packet[2:])
    return [answers[number] for number in sorted(answers)]


def a_monitor_whose_connection_died_is_replaced(workers):
    with Gateway(workers=workers, profiles=(SHIPPED,)) as gateway:
        dead = Client(gateway.port).as_monitor()
        user = Client(gateway.port).as_user()
        # It no longer reads: the cable is pulled, TCP does not know. The next one has its place after a quick probe.
        successor = Client(gateway.port).as_monitor()
        # What comes from the grave is not heard, once the loss has reached its worker.
        gateway.await_metric("polygate_close_codes_total", 1, code="4409")
        dead.carrier.say('42["command done",{}]')
        user.command("LIGHTS ON")
        successor.expect("command do", command="LIGHTS ON")
        check(not select.select([user.carrier.raw.socket], [], [], 0.3)[0], "a dead monitor reported")


def who_is_alive_is_not_replaced(workers):
    with Gateway(workers=workers, profiles=(), texts=patient()) as gateway:
        for kind in (WebSocket, Polling):
            monitor_id = ("a" if kind is Polling else "b") * 32
            alive = Client(gateway.port, kind).as_monitor(monitor_id)
            rival = Client(gateway.port)
            rival.say("con", {"monitor_id": monitor_id})
            [answer] = [one for one in answers_of_two(alive, rival)]
            check(answer == ["con failed", {"reason": "monitor_id already registered"}], f"{kind.__name__}: {answer}")


def answers_of_two(alive, rival):
    """The rival's answer, while the other one answers what it is asked."""
    carrier = alive.carrier
    while True:
        if isinstance(carrier, Polling) and not carrier.waiting:
            carrier.start_poll()
        socket = carrier.connection("GET").socket if isinstance(carrier, Polling) else carrier.raw.socket
        sockets = {rival.carrier.raw.socket: rival, socket: alive}
        ready = select.select(list(sockets), [], [], PATIENCE)[0]
        check(ready, "nobody says anything")
        for one in ready:
            if sockets[one] is rival:
                yield rival.hear()
                return
            carrier.receive()
            while carrier.heard:
                if carrier.heard.pop(0) == "2":
                    carrier.say("3")


def with_pairing_a_command_that_is_not_answered_has_failed(workers):
    with Gateway(workers=workers, profiles=(), texts=paired(seconds=0.5)) as gateway:
        monitor = Client(gateway.port).as_monitor()
        user = Client(gateway.port).as_user()
        user.command("ONE")
        monitor.expect("command do", command="ONE")
        user.expect("command failed", "The monitor did not answer in time")


def a_deployment_may_say_when_no_monitor_is_there(workers):
    texts = changed("# needs: monitor/", "needs: monitor/")
    with Gateway(workers=workers, profiles=(), texts=texts) as gateway:
        user = Client(gateway.port).as_user()
        user.say("command send", {"command": "ONE"})
        user.expect("command failed", "No monitor is connected")
        monitor = Client(gateway.port).as_monitor()
        user.command("TWO")
        monitor.expect("command do", command="TWO")


def main(wanted):
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for name, scenario in list(globals().items()):
            if callable(scenario) and re.search(r"_(is|hears|has|may)_", name):
                if not wanted or any(name.startswith(one) for one in wanted):
                    scenarios.run(name, scenario, workers)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
