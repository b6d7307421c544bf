#!/usr/bin/python3
"""Threats that need a whole process: tests/threats/system.py [ID...]. The names start with the threats' ids."""
import concurrent.futures
import json
import os
import pathlib
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
import crowd  # noqa: E402
from gateway import PATIENCE, SECRET_ID, Failed, Gateway, Scenarios, jwt, shipped, user_token  # noqa: E402
from rawsocket import CLOSE, PING, PONG, TEXT, RawSocket, close_payload, frame, handshake  # noqa: E402


def check(holds, what):
    if not holds:
        raise Failed(what)


# ---- T01: slow handshakes

def T01_silent_and_trickling_peers_are_cut_at_the_handshake_deadline():
    deadline, slack = 2.0, 4.0
    with Gateway(workers=2, limits={"handshake": f"{deadline:.0f}s"}) as gateway:
        open_since, trickling = {}, []
        for number in range(200):
            raw = RawSocket(gateway.port)
            open_since[raw.socket] = time.monotonic()
            if number % 2:
                raw.send(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX: ")
                trickling.append(raw)
        ages, bystanders = [], 0
        while open_since:
            for ready in select.select(list(open_since), [], [], 0.1)[0]:
                if not received(ready):
                    ages.append(time.monotonic() - open_since.pop(ready))
                    ready.close()
            for raw in trickling:
                if raw.socket in open_since:
                    trickle(raw.socket)
            with RawSocket.open(gateway.port) as bystander:
                bystander.expect_alive()
                bystanders += 1
            oldest = time.monotonic() - min(open_since.values(), default=time.monotonic())
            check(oldest < deadline + slack, f"{len(open_since)} of 200 are still there after {oldest:.1f} s")
        check(min(ages) > deadline / 2, f"one was cut after {min(ages):.1f} s already")
        check(bystanders > 1, "no bystander")


def received(peer):
    """What came; nothing when it is cut."""
    try:
        return peer.recv(65_536)
    except ConnectionResetError:
        return b""


def trickle(peer):
    try:
        peer.send(b"x")
    except OSError:
        pass  # cut; reading tells


# ---- T78: what stays in memory

BOARD = """
profile: {name}
dialect: raw
limits: {limits}
endpoints: {{/{name}: {{role: guest}}}}
events:
  text: {{from: guest, send: {{to: role/guest, except: sender, keep: {{key: $data, for: {age}}}}}}}
"""


def T78_a_profile_that_may_keep_no_more_still_delivers_and_leaves_the_others_their_room():
    boards = {"one": ("{kept_per_topic: 3}", "1h"), "two": ("{kept_bytes: 4KiB}", "1h"), "three": ("{}", "1s")}
    texts = {f"{name}.yaml": BOARD.format(name=name, limits=limits, age=age) for name, (limits, age) in boards.items()}
    said = [b"number %d" % number for number in range(10)]
    with Gateway(workers=2, profiles=(), texts=texts) as gateway:
        for name in boards:
            witness, speaker = (RawSocket.open(gateway.port, f"/{name}") for _ in range(2))
            for text in said:
                speaker.send(frame(TEXT, text))
            for text in said:
                witness.expect(TEXT, text)
        kept = {name: int(gateway.metric("polygate_kept_messages", profile=name)) for name in ("one", "two")}
        check(kept["one"] == 3 and 3 < kept["two"] < 7, f"{kept} are kept")
        check(gateway.metric("polygate_kept_bytes", profile="two") <= 4096, "more bytes than it may")
        for limit in ("kept_per_topic", "kept_bytes"):
            gateway.await_log(f"a message was sent and not kept limit={limit}")
        for name, limit in (("one", "kept_per_topic"), ("two", "kept_bytes")):
            late = RawSocket.open(gateway.port, f"/{name}")
            for text in said[:kept[name]]:
                late.expect(TEXT, text)
            late.send(frame(PING, b"no more?"))
            late.expect(PONG, b"no more?")
            check(gateway.metric("polygate_not_kept_total", profile=name, limit=limit) == 10 - kept[name], name)
        check(gateway.metric("polygate_not_kept_total", profile="three") == 0, "the third profile has its room")
        # Nobody has come or said anything there since: what is too old is given back all the same.
        until = time.monotonic() + PATIENCE
        while gateway.metric("polygate_kept_bytes", profile="three") > 0:
            check(time.monotonic() < until, "what is too old is still there")


# ---- T13: slow consumers

def T13_a_consumer_that_does_not_read_is_cut_and_the_others_get_everything():
    telemetry = shipped("sensor-telemetry", events_per_second=0, outbox_bytes="512KiB")
    with Gateway(workers=2, profiles=(), texts={"telemetry.yaml": telemetry}) as gateway:
        controller = RawSocket.open(gateway.port, "/")
        fast = [RawSocket.open(gateway.port, f"/clients/{number}") for number in range(3)]
        slow = RawSocket.open(gateway.port, "/clients/slow", receive_buffer=4096)
        sent = 0
        while gateway.metric("polygate_slow_consumers_total") == 0:
            check(sent < 1000, "60 MB wait for a reader that does not read")
            data = json.dumps({"time": sent, "record": 1, "note": "x" * 60_000})
            message = f'{{"event":"temperature","data":{data}}}'.encode()  # data passes as it is, the envelope compact
            controller.send(frame(TEXT, message))
            for reader in fast:
                reader.expect(TEXT, message)
            sent += 1
        # It had its chance: now it reads what was on its way, the last word is why it was cut.
        heard = 0
        opcode, payload = slow.frame()
        while opcode == TEXT:
            check(json.loads(payload)["data"]["time"] == heard, "a message is missing or twice")
            heard += 1
            opcode, payload = slow.frame()
        check(opcode == CLOSE and payload[:2] == close_payload(1013),
              f"opcode {opcode} {payload!r} instead of close 1013")
        slow.expect_end()
        check(0 < heard < sent, f"{heard} of {sent} messages")
        check(gateway.metric("polygate_slow_consumers_total") == 1, "others were cut too")
        message = b'{"event":"humidity","data":{"time":1,"record":1}}'
        controller.send(frame(TEXT, message))
        for reader in fast:
            reader.expect(TEXT, message)


# ---- T62: one message to very many

def resident_bytes(gateway):
    pages = pathlib.Path(f"/proc/{gateway.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Asks for metrics again and again: how long the answers took, and how much memory was used."""

    def __init__(self, gateway):
        self.gateway, self.slowest, self.most = gateway, 0.0, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        while not self.over.wait(0.05):
            started = time.monotonic()
            self.gateway.metric("polygate_connections")
            self.slowest = max(self.slowest, time.monotonic() - started)
            self.most = max(self.most, resident_bytes(self.gateway))


def one_publisher_fills_no_mailbox(workers, dialect="raw", **how):
    # What a sanitizer keeps of freed memory says nothing of the gateway.
    with Gateway(workers=workers, profiles=(), texts={"crowd.yaml": crowd.PROFILE % dialect},
                 environment={"ASAN_OPTIONS": "quarantine_size_mb=1"}) as gateway:
        people = crowd.Crowd(gateway.port, **how)
        before = resident_bytes(gateway)
        with Watch(gateway) as watch:
            count = people.talk(3.0)
        grown = (watch.most - before) / 2**20
        print(f"T62: {workers} workers, {dialect}, {count} messages to {crowd.LISTENERS}, {grown:.0f} MiB more, "
              f"metrics within {1000 * watch.slowest:.0f} ms", flush=True)
        check(gateway.metric("polygate_slow_consumers_total") == 0, "healthy readers were cut")
        check(grown <= 64, f"{grown:.0f} MiB more memory")
        check(watch.slowest < PATIENCE / 4, f"metrics took {watch.slowest:.1f} s")
        check(gateway.metric("polygate_mailbox_pressed_seconds_total") > 0, "no worker was pressed: it proves nothing")
        check(gateway.metric("polygate_sessions_paused") == 0 and gateway.metric("polygate_mailbox_letters") == 0,
              "all is said, and something still waits")


def T62_one_publisher_fills_no_mailbox_of_one_worker():
    one_publisher_fills_no_mailbox(1)


def T62_one_publisher_fills_no_mailbox_of_two_workers():
    one_publisher_fills_no_mailbox(2)


def T62_one_publisher_fills_no_mailbox_of_four_workers():
    one_publisher_fills_no_mailbox(4)


def T62_one_publisher_fills_no_mailbox_where_sockets_and_sessions_live_apart():
    one_publisher_fills_no_mailbox(4, "engine.io", connect=crowd.upgraded, ahead=10_000)


# ---- T15: file descriptors

def open_files(gateway):
    return len(os.listdir(f"/proc/{gateway.process.pid}/fd"))


def open_sockets(gateway):
    """Only these: a store opens files in its own time."""
    folder = pathlib.Path(f"/proc/{gateway.process.pid}/fd")
    count = 0
    for link in folder.iterdir():
        try:
            count += os.readlink(link).startswith("socket:")
        except FileNotFoundError:
            pass  # closed since
    return count


def T15_when_file_descriptors_are_short_accepting_waits_and_goes_on():
    # Others (a plugin, say) hold so many descriptors that the reserve is reached before any other limit.
    files = 308
    with Gateway(files=files, held=150, limits={"connections": 100}) as gateway:
        before = open_sockets(gateway)
        peers = [RawSocket(gateway.port) for _ in range(95)]  # the kernel takes them all in
        for peer in peers:
            peer.send(handshake())
        gateway.await_log("not accepting for now")
        inside, waiting = [], {peer.socket: peer for peer in peers}
        deadline = time.monotonic() + PATIENCE
        while not inside or open_sockets(gateway) != before + len(inside):
            check(time.monotonic() < deadline, "it holds descriptors of those that wait")
            for socket in select.select(list(waiting), [], [], 0.1)[0]:
                peer = waiting.pop(socket)
                check(peer.response()[0] == 101, "one of those that fit was refused")
                inside.append(peer)
        check(0 < len(inside) < 95 and 60 <= files - open_files(gateway) <= 66,
              f"{len(inside)} of 95 were let in, {files - open_files(gateway)} descriptors are left")
        before = gateway.cpu_seconds()
        answered = select.select(list(waiting), [], [], 3.0)[0]
        check(not answered, "one more was answered than fits")
        used = gateway.cpu_seconds() - before
        check(used < 0.6, f"{used:.2f} s of processor time in 3 s: it spins")
        lines = gateway.errors.count("not accepting for now")
        check(lines <= 10, f"{lines} log lines")
        for peer in inside:
            peer.expect_alive()
        while waiting:  # some leave, as many come in
            for peer in inside:
                peer.socket.close()
            inside = []
            ready = select.select(list(waiting), [], [], PATIENCE)[0]
            check(ready, f"{len(waiting)} still wait {PATIENCE} s after others left")
            for socket in ready:
                peer = waiting.pop(socket)
                check(peer.response()[0] == 101, "refused")
                peer.expect_alive()
                inside.append(peer)


def T15_beyond_limits_connections_the_answer_is_503():
    with Gateway(workers=2, files=324, limits={"connections": 100}) as gateway:
        peers = [RawSocket.open(gateway.port) for _ in range(100)]
        for _ in range(20):
            with RawSocket(gateway.port) as late:
                late.send(handshake())
                status, head, _ = late.response()
                check(status == 503 and "Retry-After:" in head, head)
                late.expect_end()
        for peer in peers:
            peer.expect_alive()
        peers[0].socket.close()
        gateway_takes_one_more(gateway)


def gateway_takes_one_more(gateway):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with RawSocket(gateway.port) as late:
            late.send(handshake())
            if late.response()[0] == 101:
                return
    raise Failed("nobody is let in although one has left")


def T15_too_few_file_descriptors_for_the_configuration_is_said_at_the_start():
    try:
        with Gateway(files=200):
            raise Failed("it started")
    except Failed as problem:
        check("raise that (ulimit -n" in str(problem), str(problem))


# ---- T16: one address takes all

def T16_beyond_the_cap_of_an_address_the_answer_is_429_and_others_are_fine():
    with Gateway(workers=2, limits={"connections_per_address": 5}) as gateway:
        peers = [RawSocket.open(gateway.port) for _ in range(5)]
        for _ in range(10):
            with RawSocket(gateway.port) as late:
                late.send(handshake())
                status, head, _ = late.response()
                check(status == 429 and "Retry-After:" in head, head)
                late.expect_end()
        others = [RawSocket.open(gateway.port, source="127.0.0.2") for _ in range(5)]
        for peer in peers + others:
            peer.expect_alive()
        peers[0].reset()
        gateway_takes_one_more(gateway)


# ---- T22: tokens that name files

def T22_a_kid_is_looked_up_and_never_opened():
    with Gateway(workers=2, key_id=SECRET_ID, environment={"ASAN_OPTIONS": "detect_leaks=0"}) as gateway:
        user = RawSocket.open(gateway.port, "/api/v1/ws")
        if not shutil.which("strace"):
            print("T22: no strace here, so only the refusals are looked at", flush=True)
            return refuses_forged_tokens(user)
        trace = gateway.folder / "trace"
        tracer = subprocess.Popen(["strace", "-f", "-p", str(gateway.process.pid), "-o", str(trace), "-e",
                                   "trace=%file,%network,execve"], stderr=subprocess.PIPE, text=True)
        try:
            line = tracer.stderr.readline()
            check("attached" in line, f"strace cannot attach: {line}")
            refuses_forged_tokens(user)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate(timeout=PATIENCE)
        calls = trace.read_text().splitlines()
        check(any("recvfrom(" in call or "read(" in call for call in calls), "strace saw nothing at all")
        outside = re.compile(r"\b(open\w*|\w*stat\w*|access\w*|connect|socket|exec\w*)\(")
        touched = [call for call in calls if outside.search(call)]
        check(not touched, "files or the network were touched:\n" + "\n".join(touched[:10]))


def refuses_forged_tokens(user):
    claims = {"sub": "alice", "exp": int(time.time()) + 1000}
    kids = ("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "/dev/null", "' OR 1=1 --", "2026\0", "", " 2026",
            "http://127.0.0.1:9/jwks.json", "k" * 65, "k" * 5000)
    forged = [jwt(claims, {"kid": kid}, secret) for kid in kids for secret in ("", "root")]
    forged += [jwt(claims, {name: value}, "root") for name, value in
               (("jku", "http://127.0.0.1:9/jwks.json"), ("x5u", "http://127.0.0.1:9/cert.pem"),
                ("jwk", {"kty": "oct", "k": "cm9vdA"}), ("x5c", ["cm9vdA=="]))]
    forged += [jwt(claims, {"kid": kid}) for kid in ("other", 2026, None)]  # the right secret under a wrong name
    for token in forged:
        data = say(user, "authentication", {"token": token})
        check(data == {"status": "ERROR", "message": "Invalid token"}, f"{token[:80]}: {data}")
    data = say(user, "authentication", {"token": user_token("alice", kid=SECRET_ID)})
    check(data == {"status": "OK"}, f"the good token: {data}")


def say(raw, kind, data):
    """The data of the answer."""
    raw.send(frame(TEXT, json.dumps({"type": kind, "data": data}).encode()))
    opcode, payload = raw.frame()
    check(opcode == TEXT, f"opcode {opcode} {payload!r}")
    return json.loads(payload)["data"]


# ---- T61: what many ask for at once waits in their sessions

def T61_of_a_herd_of_3000_controllers_every_reading_is_stored_and_heard():
    herd = 3000
    with Gateway(workers=2, limits={"connections": 4000, "connections_per_address": 4000,
                                    "handshakes_per_address": 4000}) as gateway:
        dashboard = RawSocket.open(gateway.port, "/clients/1")
        controllers = [RawSocket.open(gateway.port, "/") for _ in range(herd)]
        for number, controller in enumerate(controllers):
            controller.send(frame(TEXT, b'{"event":"temperature","data":{"time":1,"record":%d}}' % number))
        heard = set()
        for _ in range(herd):
            opcode, payload = dashboard.frame()
            check(opcode == TEXT, f"opcode {opcode} after {len(heard)} readings: {payload!r:.80}")
            heard.add(json.loads(payload)["data"]["record"])
        check(heard == set(range(herd)), f"{len(heard)} different readings of {herd}")
        with sqlite3.connect(f"file:{gateway.folder}/sensor-telemetry.db?mode=ro", uri=True) as store:
            stored = store.execute("SELECT count(*), count(DISTINCT record) FROM readings").fetchone()
        check(stored == (herd, herd), f"{stored} rows and records of {herd}")
        answers = select.poll()
        for peer in (dashboard, *controllers):
            answers.register(peer.socket, select.POLLIN)
        check(not answers.poll(0), "somebody heard more")


# ---- T70: kill -9 between the commit and the answer

def telemetry_once():
    """Readings of somebody who asks again when no answer comes; the answer tells when the row was written."""
    text = shipped("sensor-telemetry", events_per_second=0)
    handler = "    handler: sensor_telemetry.record\n    send:\n      to: role/dashboard\n      forget"
    changes = (("  /:\n    role: controller\n", "  /controllers/:id:\n    role: controller\n    user: $path.id\n"),
               (handler, '    once: $data.record\n    reply: {as: error, data: "at $result.received"}\n' + handler))
    for old, new in changes:
        check(text.count(old) == 1, f"the profile has no longer {old!r}")
        text = text.replace(old, new)
    return text


def answers(peer, count):
    """When each of the readings that `peer` has told was written, as far as it is told."""
    told = []
    while len(told) < count:
        try:
            opcode, payload = peer.frame()
        except (OSError, Failed):
            break  # it was killed
        data = json.loads(payload)["data"] if opcode == TEXT else ""
        check(data.startswith("at "), f"opcode {opcode} {payload!r}")
        told.append(float(data[3:]))
    return told


def T70_what_was_written_once_is_there_once_and_answered_alike_after_kill_9():
    people, readings, rounds = 6, 20, 5
    unheard = 0
    with Gateway(workers=2, profiles=(), texts={"telemetry.yaml": telemetry_once()}) as gateway:
        def rows(where="1=1"):
            with sqlite3.connect(f"file:{gateway.folder}/sensor-telemetry.db?mode=ro", uri=True) as store:
                return store.execute(f"SELECT controller, record, received FROM readings WHERE {where}").fetchall()

        def tell(person, first):
            peer = RawSocket.open(gateway.port, f"/controllers/{person}")
            for record in range(first, first + readings):
                peer.send(frame(TEXT, b'{"event":"temperature","data":{"time":1,"record":%d}}' % record))
            return peer

        for number in range(rounds):
            first = number * readings
            peers = [tell(person, first) for person in range(people)]
            for peer in peers[::2]:
                peer.socket.close()  # it will not hear an answer
            until = time.monotonic() + PATIENCE
            while len(rows(f"record >= {first}")) < 1 + number * 20:
                check(time.monotonic() < until, "nothing is written")
            gateway.process.kill()
            before = [[] if person % 2 == 0 else answers(peer, readings) for person, peer in enumerate(peers)]
            gateway.start_again()
            unheard += len(rows(f"record >= {first}")) - sum(map(len, before))
            after = [answers(tell(person, first), readings) for person in range(people)]
            for person in range(people):
                check(len(after[person]) == readings, f"{len(after[person])} answers to {person}")
                check(after[person][:len(before[person])] == before[person], f"{person} is answered in another way")
            written = {(controller, record): received for controller, record, received in rows(f"record >= {first}")}
            for person in range(people):
                for index, at in enumerate(after[person]):
                    check(written[str(person), first + index] == at, "it is answered with another row's time")
        check(len(rows()) == people * readings * rounds, f"{len(rows())} rows of {people * readings * rounds}")
    check(unheard > 0, "all that was written had been answered")


# ---- T72: a store that takes nothing

def T72_what_the_store_says_is_for_the_log_and_its_reason_for_the_client():
    with Gateway() as gateway, sqlite3.connect(gateway.folder / "sensor-telemetry.db") as other:
        controller = RawSocket.open(gateway.port, "/")
        other.execute("BEGIN IMMEDIATE")  # the store waits 5 s for the lock
        controller.send(frame(TEXT, b'{"event":"temperature","data":{"time":1,"record":1}}'))
        controller.expect(TEXT, b'{"event":"error","data":"Error in the data sent: the store is locked, try again later"}')
        gateway.await_log("database is locked")
        check(gateway.metric("polygate_events_total", event="temperature", verdict="busy") == 1, "it is not busy")
        other.rollback()
        controller.send(frame(TEXT, b'{"event":"temperature","data":{"time":1,"record":2}}'))
        gateway.await_metric("polygate_events_total", 1, event="temperature", verdict="ok")


def T72_a_store_out_of_reach_ends_the_start_with_1_and_a_wrong_one_with_78():
    for store, status, said in (("postgresql://%2Fnowhere/rows", 1, "cannot be opened: connection"),
                                ("postgresql://me:hidden@db/rows", 78, "PGPASSFILE or PGPASSWORD")):
        problem = "it started"
        try:
            with Gateway(environment={"POLYGATE_STORE": store}):
                pass
        except Failed as failed:
            problem = str(failed)
        check(f"ended with {status} before it was ready" in problem and said in problem, problem)
        check("hidden" not in problem, f"the password is shown: {problem}")


# ---- T77: signals

def talk_until_goodbye(raw):
    """One message at a time; each is answered until the close. Gives its code, and how many were answered."""
    answered = 0
    while True:
        text = b"message %d" % answered
        try:
            raw.send(frame(TEXT, text))
        except OSError:
            pass  # the close may be in already
        opcode, payload = raw.frame()
        if opcode == CLOSE:
            raw.expect_end()
            return int.from_bytes(payload[:2], "big"), answered
        check((opcode, payload) == (TEXT, text), f"opcode {opcode} {payload!r} instead of {text!r}")
        answered += 1


def ends_gently(number):
    with Gateway(workers=4, drain={"window": "1s", "cap": "15s"}) as gateway:
        peers = [RawSocket.open(gateway.port) for _ in range(40)]
        for peer in peers:
            peer.expect_alive()
        with concurrent.futures.ThreadPoolExecutor(len(peers)) as pool:
            talks = [pool.submit(talk_until_goodbye, peer) for peer in peers]
            gateway.send_signal(number)
            results = [talk.result() for talk in talks]
        check({code for code, _ in results} <= {1001, 1012}, f"codes {sorted({code for code, _ in results})}")
        check(gateway.wait(15) == 0, f"exit status {gateway.process.returncode}:\n{gateway.errors}")
        try:
            RawSocket(gateway.port)
            raise Failed("somebody still listens")
        except ConnectionRefusedError:
            pass


def T77_SIGTERM_under_traffic_says_goodbye_and_ends_with_0():
    ends_gently(signal.SIGTERM)


def T77_SIGINT_does_the_same():
    ends_gently(signal.SIGINT)


def T77_peers_that_do_not_answer_the_goodbye_hold_nothing_up():
    with Gateway(workers=2, drain={"window": "500ms", "cap": "15s"}) as gateway:
        mute = [RawSocket.open(gateway.port) for _ in range(10)]  # they read nothing and close nothing
        half = [RawSocket(gateway.port) for _ in range(10)]
        for peer in half:
            peer.send(b"GET /echo HT")
        for peer in mute:
            peer.send(frame(TEXT, b"x" * 100, declared=200))
        gateway.send_signal(signal.SIGTERM)
        check(gateway.wait(15) == 0, f"exit status {gateway.process.returncode}:\n{gateway.errors}")
        for peer in mute:
            peer.expect_close(1001)


def T77_nobody_came_and_it_ends_with_0():
    for workers in (1, 4):
        with Gateway(workers=workers):
            pass


def T77_a_second_signal_forces_the_end():
    for second in (signal.SIGTERM, signal.SIGINT):
        with Gateway(workers=2, drain={"window": "10m", "cap": "10m"}) as gateway:
            peers = [RawSocket.open(gateway.port) for _ in range(50)]
            gateway.send_signal(signal.SIGTERM)
            gateway.await_log("draining")
            gateway.send_signal(second)
            status = gateway.wait()
            check(status == 3, f"exit status {status} instead of 3:\n{gateway.errors}")
            gateway.check_sanitizers()
            del peers


def T77_SIGHUP_SIGPIPE_and_resets_harm_nobody():
    with Gateway(workers=2) as gateway:
        bystander = RawSocket.open(gateway.port)
        for _ in range(20):
            gateway.send_signal(signal.SIGPIPE)
            gateway.send_signal(signal.SIGHUP)
            leaver = RawSocket.open(gateway.port)
            leaver.send(b"".join(frame(TEXT, b"x" * 1000) for _ in range(100)))
            leaver.reset()  # its answers are written into nothing
            bystander.expect_alive()


def T77_SIGSTOP_and_SIGCONT_lose_nothing():
    with Gateway(workers=2) as gateway:
        peers = [RawSocket.open(gateway.port) for _ in range(10)]
        gateway.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, gateway.process.pid, os.WSTOPPED)
        for number, peer in enumerate(peers):
            peer.send(frame(TEXT, b"while it slept %d" % number))
        late = RawSocket(gateway.port)
        late.send(handshake())
        check(not select.select([peer.socket for peer in (*peers, late)], [], [], 0.5)[0], "it answers while stopped")
        gateway.send_signal(signal.SIGCONT)
        for number, peer in enumerate(peers):
            peer.expect(TEXT, b"while it slept %d" % number)
        check(late.response()[0] == 101, "who came meanwhile was refused")
        late.expect_alive()


# ---- T80: who is gone without a word

IDLE = """\
profile: idle
dialect: raw
endpoints:
  /idle: {role: peer, ping: off, idle: 2s}
events:
  text: {from: peer, reply: {data: $data}}
"""


def T80_who_says_nothing_for_the_endpoints_idle_is_closed_and_others_are_not():
    with Gateway(texts={"idle.yaml": IDLE}) as gateway:
        started = time.monotonic()
        silent, talker, pinger = (RawSocket.open(gateway.port, "/idle") for _ in range(3))
        while not select.select([silent.socket], [], [], 0.05)[0]:
            talker.expect_alive()
            pinger.send(frame(PING, b"x"))
            pinger.expect(PONG, b"x")
        check(silent.expect_close(4408) == "limit idle reached", "another reason")
        check(time.monotonic() - started > 1.9, f"closed after {time.monotonic() - started:.2f} s")
        for peer in (talker, pinger):
            peer.expect_alive()
        for peer in (talker, pinger):  # and now they say nothing either
            peer.expect_close(4408)
        check(gateway.metric("polygate_close_codes_total", code="4408") == 3, "not counted")


def main(wanted):
    scenarios = Scenarios()
    for name, scenario in list(globals().items()):
        if re.match(r"T\d\d_", name) and (not wanted or any(name.startswith(one) for one in wanted)):
            scenarios.run(name, scenario)
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
