"""A soak: clients come, send and leave, each by another end, and the counts are equal in the end."""
from ends_common import (ENDS, RELAY, TELEMETRY, Listener, by_sender, check,  # first
                         close_in_the_same_segment, fin, frames, half_close, hear_out, reading, reset, settled,
                         understand_reading)
import collections
import concurrent.futures
import json
import random
import socket
import threading
import time

from gateway import ROOT, Gateway, limited, shipped
from rawengineio import V4, Polling, WebSocket, encode, upgraded
from rawsocket import TEXT, RawSocket, frame

PATH = "/monitor/socket.io/"
ENDPOINT = "/monitor/socket.io/: {role: peer}"
VISITORS, RIVALRIES = 8, 2
ON_ITS_WAY = 300  # events of a kind that may wait for their turn: others would be late, or their clients refused


def lively():
    """The shipped relay, which soon finds out who is gone without a word."""
    text = (ROOT / "profiles/monitor-relay.yaml").read_text()
    check(text.count(ENDPOINT) == 1, "the endpoint of the profile")
    return {"monitor-relay.yaml": text.replace(ENDPOINT, ENDPOINT[:-1] + ", ping: {every: 2s, timeout: 4s}}")}


def event(*arguments):
    return "42" + json.dumps(arguments)


def stays(port, understand, *first):
    """A monitor that is commanded, or a user who hears what became of commands."""
    carrier = connected(WebSocket(port, PATH))
    carrier.say(event(*first))
    check(" ok" in carrier.hear(), "no answer")

    def of_packet(payload):
        if payload == b"2":
            carrier.raw.send(frame(TEXT, b"3"))
            return None
        return understand(*json.loads(payload[2:]))

    return Listener(carrier.raw, of_packet)


def id_of(kind, number):
    return f"{kind}{number:031}"


def understand_command(name, data):
    check(name == "command do", f"a monitor hears {name}")
    return tuple(map(int, data["command"].split("/")))


def understand_failure(name, data):
    check(name == "command failed", f"a user hears {name}")
    return tuple(map(int, data["reason"].split("/")))


def connected(carrier):
    """To its namespace."""
    carrier.say("40")
    check(carrier.hear().startswith("40{"), "no answer to the connect")
    return carrier


class Soak:
    def __init__(self, port, seed, until):
        self.port, self.seed, self.until = port, seed, until
        self.sent = collections.Counter()  # events of each profile
        self.told = {kind: {} for kind in ("reading", "command", "failure", "rival")}  # sender -> how many
        self.ends = collections.Counter()
        self.failures = []  # as they were heard
        self.lock = threading.Lock()
        self.dashboard = Listener(RawSocket.open(port, "/clients/1"), understand_reading)
        self.monitor = stays(port, understand_command, "con", {"monitor_id": id_of("m", 0)})
        self.watchers = [stays(port, understand_failure, "query", {"monitor_id": id_of("r", number)})
                         for number in range(RIVALRIES)]
        self.sent[RELAY] += 1 + RIVALRIES

    def visits(self, visitor):
        """All that one visitor does, from the seed: another client each time."""
        chance = random.Random(f"{self.seed}/{visitor}")
        count = 0
        while time.monotonic() < self.until:
            visit = chance.choice((self.controller, self.controller, self.user, self.monitors, self.rivals))
            visit(chance, visitor + VISITORS * count, chance.randint(1, 60))
            count += 1

    def leaves(self, profile, kind, sender, number, extra, end):
        with self.lock:
            self.sent[profile] += number + extra
            self.told[kind][sender] = number
            self.ends[f"{kind}s, {end}"] += 1
            return sum(self.told[kind].values()) - ON_ITS_WAY

    def controller(self, chance, sender, number):
        controller = RawSocket.open(self.port, "/")
        end = chance.choice(ENDS)
        data = frames(reading(sender, one) for one in range(number))
        if end in (fin, half_close, reset) and chance.random() < 0.3:  # in the middle of one more
            data += frame(TEXT, reading(sender, number))[:chance.randint(1, 40)]
        end(controller, data)
        self.dashboard.await_progress(self.leaves(TELEMETRY, "reading", sender, number, 0, end.__name__))

    def user(self, chance, sender, number):
        commands = [event("command send", {"command": f"{sender}/{one}"}) for one in range(number)]
        end = self.relays(chance, [event("query", {"monitor_id": id_of("m", 0)}), *commands])
        self.monitor.await_progress(self.leaves(RELAY, "command", sender, number, 1, end))

    def monitors(self, chance, sender, number):
        """One of its own, and a user of it who stays as long."""
        watcher = stays(self.port, understand_failure, "query", {"monitor_id": id_of("f", sender)})
        errors = [event("command error", {"reason": f"{sender}/{one}"}) for one in range(number)]
        end = self.relays(chance, [event("con", {"monitor_id": id_of("f", sender)}), *errors])
        self.leaves(RELAY, "failure", sender, number, 2, end)
        watcher.await_count(number)
        watcher.await_silence()
        with self.lock:
            self.failures += watcher.heard
        watcher.leave()

    def rivals(self, chance, sender, number):
        """A monitor that may be refused or replaced by another, such as one that says no more and is not gone yet."""
        con = event("con", {"monitor_id": id_of("r", chance.randrange(RIVALRIES))})
        if chance.random() < 0.1:
            ghost = connected(Polling(self.port, PATH))
            ghost.say(con)
            end_all(ghost)
            self.leaves(RELAY, "rival", sender, 0, 1, "silence")
            return
        errors = [event("command error", {"reason": f"{sender}/{one}"}) for one in range(number)]
        packets = [con, *errors]
        end = chance.choice((close_in_the_same_segment, fin))
        end(connected(WebSocket(self.port, PATH)).raw, frames(packet.encode() for packet in packets))
        self.leaves(RELAY, "rival", sender, number, 1, end.__name__)

    def relays(self, chance, packets):
        kind = chance.choice(("polling", "websocket", "upgraded"))
        if kind == "websocket":
            return "websocket, " + leave_websocket(chance, connected(WebSocket(self.port, PATH)), packets)
        polling = connected(Polling(self.port, PATH))
        if kind == "upgraded":
            websocket = upgraded(polling)
            end_all(polling)
            return "upgraded, " + leave_websocket(chance, websocket, packets)
        return "polling, " + leave_polling(chance, polling, packets)


def leave_websocket(chance, carrier, packets):
    end = chance.choice((*ENDS, "41", "1"))
    data = frames(packet.encode() for packet in packets)
    if isinstance(end, str):
        close_in_the_same_segment(carrier.raw, data + frame(TEXT, end.encode()))
        return f"`{end}`"
    end(carrier.raw, data)
    return end.__name__


def leave_polling(chance, carrier, packets):
    end = chance.choice(("`41`", "`1`", "`1` alone", "`41` alone", "lost poll", "reset poll", "half close"))
    if end == "half close":
        post_and_hear_out(carrier, packets)
    elif end in ("`41`", "`1`"):
        carrier.say(*packets, end.strip("`"))
    else:
        carrier.say(*packets)
        if end.endswith("alone"):
            carrier.say(end[1:].partition("`")[0])
    if end in ("lost poll", "reset poll", "half close"):
        carrier.start_poll()
        if end == "reset poll":
            carrier.connections.pop("GET").reset()
    end_all(carrier)
    return end


def post_and_hear_out(carrier, packets):
    """A request that is whole is taken, also without an answer."""
    http = carrier.connection("POST")
    http.request("POST", carrier.target("polling"), {"Content-Type": "text/plain;charset=UTF-8"}, encode(V4, packets))
    http.socket.shutdown(socket.SHUT_WR)
    hear_out(http)


def end_all(polling):
    for http in polling.connections.values():
        http.socket.close()


def what_was_posted_before_a_poll_is_lost_is_taken(workers, sizes):
    """The poll and the POST arrive at workers of their own: what ends there may not overtake what was said."""
    with Gateway(workers=workers, texts=lively(), profiles=()) as gateway:
        monitor = stays(gateway.port, understand_command, "con", {"monitor_id": id_of("m", 0)})

        def visit(sender):
            user = connected(Polling(gateway.port, PATH))
            post_and_hear_out(user, [event("query", {"monitor_id": id_of("m", 0)}),
                                     event("command send", {"command": f"{sender}/0"})])
            user.start_poll()
            end_all(user)

        users = range(min(sizes.clients, 800))  # an address may have 1,000 sessions at once
        with concurrent.futures.ThreadPoolExecutor(8 * VISITORS) as pool:
            list(pool.map(visit, users))
        settled(gateway, RELAY, 1).holds(1 + 2 * len(users))
        monitor.await_silence()
        compare("command", {sender: 1 for sender in users}, by_sender(monitor.heard))


def in_a_soak_what_was_sent_is_judged_or_dropped_for_a_cause_and_what_was_good_is_heard(workers, sizes):
    print(f"seed {sizes.seed}, {sizes.seconds} s", flush=True)
    profiles = {"sensor-telemetry.yaml": shipped(TELEMETRY), **lively()}
    texts = {name: limited(text, finish_within="10m") for name, text in profiles.items()}
    with Gateway(workers=workers, profiles=(), texts=texts) as gateway:
        soak = Soak(gateway.port, sizes.seed, time.monotonic() + sizes.seconds)
        with concurrent.futures.ThreadPoolExecutor(VISITORS) as pool:
            visitors = [pool.submit(soak.visits, visitor) for visitor in range(VISITORS)]
        for visitor in visitors:
            visitor.result()
        telemetry = settled(gateway, TELEMETRY, 1)
        relay = settled(gateway, RELAY, 1 + RIVALRIES)
        for listener in (soak.dashboard, soak.monitor, *soak.watchers):
            listener.await_silence()
        rivals = [one for watcher in soak.watchers for one in watcher.heard]
        for kind, heard in (("reading", soak.dashboard.heard), ("command", soak.monitor.heard),
                            ("failure", soak.failures), ("rival", rivals)):
            compare(kind, soak.told[kind], by_sender(heard))
        telemetry.holds(soak.sent[TELEMETRY])
        telemetry.dropped_for()
        relay.holds(soak.sent[RELAY])
        relay.dropped_for(closed=relay.dropped["closed"], replaced=relay.dropped["replaced"])
        lost = sum(soak.told["rival"].values()) - len(rivals)
        judged = {name: relay.page.sum("polygate_events_total", profile=RELAY, event=name, verdict="ok")
                  for name in ("command send", "command error")}
        check(judged == {"command send": len(soak.monitor.heard), "command error": len(soak.failures) + len(rivals)},
              f"{judged} were good")
        check(telemetry.ok == len(soak.dashboard.heard), f"{telemetry.ok} readings were good")
        for end, count in sorted(soak.ends.items()):
            print(f"  {count} {end}")
        events, clients = sum(soak.sent.values()), sum(soak.ends.values())
        print(f"  {events} events of {clients} clients; of rivals {lost} were not heard; dropped: {relay.dropped}",
              flush=True)


def compare(kind, told, heard):
    """Each once and in order: all of it, or of rivals what they said before they were refused or replaced."""
    wanted = {sender: list(range(len(heard.get(sender, ())) if kind == "rival" else number))
              for sender, number in told.items()}
    wrong = [(sender, wanted.get(sender), heard.get(sender)) for sender in wanted | heard
             if wanted.get(sender, []) != heard.get(sender, [])]
    check(not wrong, f"{len(wrong)} of {len(told)} senders of {kind}s were not heard as they spoke: {wrong[:3]}")
