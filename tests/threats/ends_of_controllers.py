"""Controllers of sensor-telemetry that send and leave: what they said is stored and heard, in order, each once."""
from ends_common import (ENDS, TELEMETRY, TLS_ENDS, Account, Listener, TlsSocket, await_delivery, by_sender,  # first
                         check, fin, frames, half_close, locked_store, reading, reset, settled, stored,
                         understand_reading, unread_in_kernel)
import concurrent.futures
import select
import signal
import time

from gateway import Gateway, shipped
from rawsocket import TEXT, RawSocket, frame

EACH = 60
PATIENT = {"profiles": (), "texts": {  # however slow the disk is
    "telemetry.yaml": shipped(TELEMETRY, events_per_second=0, finish_within="10m")}}


def sends_and_leaves(workers, kind, ends, **options):
    """One after the other, then ten of each kind at once."""
    with Gateway(workers=workers, **options) as gateway:
        dashboard = Listener(kind.open(gateway.port, "/clients/1"), understand_reading)
        for sender, end in enumerate(ends):
            end(kind.open(gateway.port, "/"), frames(reading(sender, number) for number in range(EACH)))
            dashboard.await_count(EACH * (sender + 1))
        wanted = [(sender, number) for sender in range(len(ends)) for number in range(EACH)]
        check(dashboard.heard == wanted, "not all, not once or not in order")
        check(stored(gateway) == wanted, "not as they are stored")

        herd = 10 * len(ends)
        controllers = [kind.open(gateway.port, "/") for _ in range(herd)]
        for sender, controller in enumerate(controllers, len(ends)):
            ends[sender % len(ends)](controller, frames(reading(sender, number) for number in range(EACH)))
        all_of_them = len(ends) + herd
        dashboard.await_count(EACH * all_of_them)
        account = settled(gateway, TELEMETRY, 1)
        dashboard.await_silence()
        wanted = {sender: list(range(EACH)) for sender in range(all_of_them)}
        check(by_sender(dashboard.heard) == wanted, "of the herd: not all, not once or not in order")
        check(by_sender(stored(gateway)) == wanted, "of the herd: not as they are stored")
        account.holds(EACH * all_of_them)
        account.dropped_for()


def whatever_ends_the_connection_60_of_60_readings_are_stored_and_heard(workers, sizes):
    sends_and_leaves(workers, RawSocket, ENDS)


def whatever_ends_the_connection_60_of_60_readings_are_stored_and_heard_over_tls(workers, sizes):
    sends_and_leaves(workers, TlsSocket, TLS_ENDS, tls=True)


def over_tls_who_is_quiet_for_longer_than_the_library_waits_is_still_there(workers, sizes):
    with Gateway(workers=workers, tls=True) as gateway:
        quiet, talker = (TlsSocket.open(gateway.port) for _ in range(2))
        until = time.monotonic() + 6.0
        while time.monotonic() < until:
            talker.expect_alive()
            check(not select.select([quiet.socket], [], [], 0.1)[0], "something came, or the end")
        quiet.expect_alive()


def full_inbox(workers, kind, **options):
    """The store is locked, so one reading is at its handler, 64 wait, and the rest is in buffers and in the kernel."""
    each, ends = 500, (fin, half_close, reset)
    with Gateway(workers=workers, **PATIENT, **options) as gateway:
        dashboard = Listener(kind.open(gateway.port, "/clients/1"), understand_reading)
        controllers = [kind.open(gateway.port, "/") for _ in ends]
        with locked_store(gateway):
            for sender, controller in enumerate(controllers):
                controller.send(frames(reading(sender, number, "x" * 140) for number in range(each)))
                await_delivery(controller)
            check(gateway.metric("polygate_incoming_total", profile=TELEMETRY) == len(ends), "more than one was taken")
            for controller in controllers:
                unread = unread_in_kernel(gateway, controller)
                check(unread > 0, "all of it was read although nothing is taken")
            for controller, end in zip(controllers, ends):
                if end is half_close:
                    controller.socket.shutdown(1)
                else:
                    end(controller, b"")
            check(gateway.metric("polygate_incoming_total", profile=TELEMETRY) == len(ends), "more than one was taken")
        dashboard.await_count(each * len(ends))
        account = settled(gateway, TELEMETRY, 1)
        dashboard.await_silence()
        wanted = {sender: list(range(each)) for sender in range(len(ends))}
        check(by_sender(dashboard.heard) == wanted, "not all, not once or not in order")
        check(by_sender(stored(gateway)) == wanted, "not as they are stored")
        account.holds(each * len(ends))
        account.dropped_for()


def with_a_full_inbox_at_the_end_of_the_connection_nothing_is_lost(workers, sizes):
    full_inbox(workers, RawSocket)


def with_a_full_inbox_at_the_end_of_the_connection_nothing_is_lost_over_tls(workers, sizes):
    full_inbox(workers, TlsSocket, tls=True)


def of_readings_that_came_faster_than_they_are_stored_none_is_lost(workers, sizes):
    each, ends = sizes.backlog, (fin, half_close, reset)
    with Gateway(workers=workers, **PATIENT) as gateway:
        dashboard = Listener(RawSocket.open(gateway.port, "/clients/1"), understand_reading)
        with concurrent.futures.ThreadPoolExecutor(len(ends)) as pool:
            leaving = [pool.submit(end, RawSocket.open(gateway.port, "/"),
                                   frames(reading(sender, number, "x" * 140) for number in range(each)))
                       for sender, end in enumerate(ends)]
        for one in leaving:
            one.result()
        dashboard.await_count(each * len(ends))
        account = settled(gateway, TELEMETRY, 1)
        dashboard.await_silence()
        wanted = {sender: list(range(each)) for sender in range(len(ends))}
        check(by_sender(dashboard.heard) == wanted, "not all, not once or not in order")
        check(by_sender(stored(gateway)) == wanted, "not as they are stored")
        account.holds(each * len(ends))
        account.dropped_for()


def what_was_not_taken_within_finish_within_is_dropped_and_counted(workers, sizes):
    each, ends = 20, ENDS[1:4]
    with Gateway(workers=workers, limits={"finish_within": "500ms"}) as gateway:
        dashboard = Listener(RawSocket.open(gateway.port, "/clients/1"), understand_reading)
        with locked_store(gateway):
            started = time.monotonic()
            for sender, end in enumerate((*ends, reset)):
                end_without_waiting = (lambda raw, data: (raw.send(data), raw.socket.shutdown(1)))
                leave = end_without_waiting if end is half_close else end
                leave(RawSocket.open(gateway.port, "/"), frames(reading(sender, number) for number in range(each)))
            senders = len(ends) + 1
            account = settled(gateway, TELEMETRY, 1)
            took = time.monotonic() - started
            check(0.5 <= took < 4.0, f"they were gone after {took:.2f} s")
            account.dropped_for(late=senders * (each - 1))
            check(account.incoming == senders and account.ok == 0 and not dashboard.heard, "something happened")
        # What was at its handler by then is stored and heard: a late accept still has its sends.
        dashboard.await_count(senders)
        check(sorted(dashboard.heard) == sorted(stored(gateway)) == [(sender, 0) for sender in range(senders)],
              f"{dashboard.heard} were heard")
        account = settled(gateway, TELEMETRY, 1)
        dashboard.await_silence()
        check(len(dashboard.heard) == senders and account.ok == senders, "not once")
        account.holds(senders * each)


def who_waits_longer_than_turn_within_hears_busy_and_others_hear_the_event_late(workers, sizes):
    with Gateway(workers=workers, limits={"turn_within": "200ms"}) as gateway:
        dashboard = Listener(RawSocket.open(gateway.port, "/clients/1"), understand_reading)
        controller = RawSocket.open(gateway.port, "/")
        error = '{"event":"error","data":"Error in the data sent: %s"}'
        with locked_store(gateway):
            controller.send(frame(TEXT, reading(1, 1)))
            controller.expect(TEXT, (error % "the handler did not answer in time").encode())
            controller.send(frame(TEXT, reading(1, 2)))
            controller.expect(TEXT, (error % "an earlier event still waits for its handler").encode())
            check(gateway.metric("polygate_turns_overdue_total", profile=TELEMETRY) == 1, "it is not overdue")
            check(not dashboard.heard, "it was heard before it was stored")
        dashboard.await_count(1)
        controller.send(frame(TEXT, reading(1, 3)))
        dashboard.await_count(2)
        check(dashboard.heard == stored(gateway) == [(1, 1), (1, 3)], f"{dashboard.heard} were heard")
        account = Account(gateway, TELEMETRY)
        busy = account.page.sum("polygate_events_total", profile=TELEMETRY, verdict="busy")
        check((busy, account.ok) == (2, 1), f"{busy} busy, {account.ok} ok")
        account.holds(3)
        account.dropped_for()


def SIGTERM_while_the_store_is_locked_ends_at_the_cap_and_says_what_is_abandoned(workers, sizes):
    each, cap = 20, 2.0
    with Gateway(workers=workers, drain={"window": "50ms", "cap": f"{cap:.0f}s"}) as gateway:
        controllers = [RawSocket.open(gateway.port, "/") for _ in range(3)]
        left = RawSocket.open(gateway.port, "/")
        with locked_store(gateway):
            for sender, controller in enumerate((*controllers, left)):
                controller.send(frames(reading(sender, number) for number in range(each)))
                await_delivery(controller)
            left.socket.close()
            gateway.await_metric("polygate_incoming_total", 4, profile=TELEMETRY)
            started = time.monotonic()
            gateway.send_signal(signal.SIGTERM)
            status = gateway.wait()
            took = time.monotonic() - started
        check(status == 3, f"exit status {status} instead of 3:\n{gateway.errors}")
        check(cap <= took <= cap + 2, f"it ended {took:.1f} s after the signal")
        gateway.check_sanitizers()
        words = f"what was left is abandoned connections=0 sessions=4 events={4 * (each - 1)} turns=4"
        check(words in gateway.errors, f"the log does not say {words!r}:\n{gateway.errors}")
        check(stored(gateway) == [], "something was stored")
