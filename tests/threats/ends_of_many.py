"""Many clients that come, send and leave, each in its own way: nothing stays, and every event is accounted for."""
from ends_common import (ENDS, Account, Listener, by_sender, check, frames, locked_store,  # first
                         reading, settled, understand_reading)
from engine_io_common import frugal, memory
from gateway import Gateway
from rawsocket import RawSocket, handshake

CLIENTS = "127.0.0.2"  # their address, which the dashboard does not share
BALLAST = 12 << 10  # bytes of a header: a session that stays is seen
GROWTH = 8 << 20  # that is no session's: the resident memory of one and the same state differs by up to 4 MiB
SLOW = """\
profile: slow
about: Controllers whose events pass a blocking handler, which writes (`temperature`) or reads (`humidity`).
dialect: {name: event, body: data}
schema: sensor-telemetry.json
plugins: [sensor_telemetry]
otherwise: {reply: {as: error, data: "$message $header.x-ballast"}}      # so a session keeps it
endpoints:
  /slow: {role: controller}
  /slow/dashboard: {role: dashboard}
events:
  temperature: {from: controller, handler: sensor_telemetry.record, send: {to: role/dashboard}}
  humidity:
    from: controller
    handler: {name: sensor_telemetry.history, with: {limit: 1}}
    send: {to: role/dashboard}
"""


def come_send_and_leave(gateway, senders, each, first):
    """All of them are there before the first one leaves."""
    controllers = [RawSocket.open(gateway.port, "/slow", source=CLIENTS, x_ballast="x" * BALLAST) for _ in senders]
    for sender, controller in zip(senders, controllers):
        messages = [reading(sender, 0, event=first)]
        messages += [reading(sender, number, event="humidity") for number in range(1, each)]
        ENDS[sender % len(ENDS)](controller, frames(messages))


def of_clients_that_send_64_slow_events_and_leave_nothing_stays(workers, sizes):
    each, at_once = 64, 200
    limits = {"connections_per_address": at_once, "handshakes_per_address": at_once}
    texts = {"slow.yaml": SLOW}
    with Gateway(workers=workers, limits=limits, profiles=(), texts=texts, environment=frugal()) as gateway:
        dashboard = Listener(RawSocket.open(gateway.port, "/slow/dashboard"), understand_reading)
        before = None
        for first in range(0, sizes.clients, at_once):
            senders = range(first, first + at_once)
            if first == 0:
                with locked_store(gateway, "slow"):
                    come_send_and_leave(gateway, senders, each, "temperature")
                    is_refused(gateway)
            else:
                come_send_and_leave(gateway, senders, each, "humidity")
            dashboard.await_count(each * (first + at_once))
            account = settled(gateway, "slow", 1)
            before = before or memory(gateway)
        dashboard.await_silence()
        told = by_sender(dashboard.heard)
        wanted = {sender: list(range(each)) for sender in range(sizes.clients)}
        check(told == wanted, "not all, not once or not in order")
        account.holds(each * sizes.clients)
        account.dropped_for()
        check(account.ok == len(dashboard.heard), f"{account.ok} were judged good and {len(dashboard.heard)} heard")
        refused = account.page.sum("polygate_refusals_total", limit="connections_per_address")
        check(refused == 1, f"{refused} were refused: a place is not given back")
        grown, kept = memory(gateway) - before, BALLAST * (sizes.clients - at_once)
        print(f"  {grown >> 10} KiB more after {sizes.clients} clients than after {at_once}", flush=True)
        # So few would not be seen among what a process learns at its start.
        check(sizes.clients < 1_600 or grown < min(kept / 2, GROWTH), "sessions stay")


def is_refused(gateway):
    """Nothing is taken yet: whoever has left has its place still."""
    account = Account(gateway, "slow")
    found = (account.sessions, account.incoming)
    check(found == (201, 200), f"{found} are there and taken")
    with RawSocket(gateway.port, source=CLIENTS) as late:
        late.send(handshake("/slow"))
        status, head, _ = late.response()
        check(status == 429, head)
        late.expect_end()
