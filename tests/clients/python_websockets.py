#!/usr/bin/python3
"""Both families and the echo profile as clients of Debian's python3-websockets see them. run.py starts this."""
import asyncio
import json
import pathlib
import random
import re
import sys
import time

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

PATIENCE = 20
DEPLOYMENT = json.loads(sys.argv[1])
DOCUMENTS = json.loads(pathlib.Path(__file__).with_name("documents.json").read_text(encoding="utf-8"))
TELEMETRY = DOCUMENTS["telemetry"]
FLEET = DOCUMENTS["fleet"]
USERS = "/api/v1/ws"
AGENTS = "/api/v1/ws/agent"


class Client:
    """One connection; it reads one message at a time, none is passed over."""

    def __init__(self, socket):
        self.socket = socket

    @classmethod
    async def open(cls, path, **options):
        options = {"ping_interval": None, "max_size": None, "compression": None, **options}
        return cls(await asyncio.wait_for(websockets.connect(DEPLOYMENT["url"] + path, **options), PATIENCE))

    async def send(self, message):
        await self.socket.send(json.dumps(message) if isinstance(message, dict) else message)

    async def receive(self):
        return await asyncio.wait_for(self.socket.recv(), PATIENCE)

    async def hear(self):
        message = await self.receive()
        assert isinstance(message, str), "a JSON profile speaks text"
        return json.loads(message)

    async def hears(self, expected):
        heard = await self.hear()
        assert heard == expected, f"heard {heard}, expected {expected}"

    async def hears_at_least(self, expected):
        heard = await self.hear()
        assert {**heard, "data": {**heard["data"], **expected["data"]}} == heard, f"heard {heard}, not {expected}"
        assert heard["type"] == expected["type"]

    async def hears_error(self, documented, text):
        """The document's "error message" stands for any text; ours is known."""
        heard = await self.hear()
        assert re.search(text, heard["data"]["message"]), f"heard {heard}, expected {text}"
        assert with_data(heard, message=documented["data"]["message"]) == documented, f"heard {heard}"

    async def ask(self, question, answer):
        await self.send(question)
        await self.hears(answer)

    async def heard_nothing(self, answer):
        """What was on its way would have come before this answer."""
        await self.ask({"event": "nothing", "type": "nothing", "data": {}}, answer)

    async def is_closed(self, code):
        try:
            message = await self.receive()
        except websockets.ConnectionClosed as end:
            assert end.rcvd and end.rcvd.code == code, f"closed as {end.rcvd}, expected {code}"
            return end.rcvd.reason
        raise AssertionError(f"still open, heard {message!r:.100}")

    async def leave(self):
        await asyncio.wait_for(self.socket.close(1000, "bye"), PATIENCE)
        assert self.socket.close_code == 1000, f"closed as {self.socket.close_code}"

    def drop(self):
        """TCP ends without a close frame."""
        self.socket.transport.abort()


def with_data(document, **changes):
    return {**document, "data": {**document["data"], **changes}}


def authentication(token):
    return {"type": "authentication", "data": {"token": token}}


UNKNOWN_READING = {"event": "error", "data": 'Error in the data sent: unknown event "nothing"'}


def unknown_order(status):
    return {"type": "error", "data": {"status": status, "message": 'unknown event "nothing"'}}


# ---- sensor telemetry

KEPT = {}  # what a dashboard is given when it opens, in the order of the last change


def keep_key(message):
    event = message["event"]
    if event == "sensor_disconnected":
        return "sensor " + message["data"]["sensor"]
    return "irrigation" if event.startswith("irrigation") else event


async def open_dashboard(path="/clients/7"):
    dashboard = await Client.open(path)
    for message in KEPT.values():
        await dashboard.hears(message)
    return dashboard


async def report(controller, message, *dashboards):
    await controller.send(message)
    for dashboard in dashboards:
        await dashboard.hears(message)
    KEPT.pop("sensor " + message["event"], None)  # it is there again
    KEPT.pop(keep_key(message), None)
    KEPT[keep_key(message)] = message


async def documented_readings():
    controller = await Client.open("/")
    dashboards = [await open_dashboard(f"/clients/{user}") for user in ("7", "user_1-X")]
    for message in TELEMETRY.values():
        await report(controller, message, *dashboards)
    for event, like in (("irrigation_stopped", "irrigation_started"), ("humidity", "temperature"),
                        ("soil_moisture", "temperature")):
        await report(controller, {**TELEMETRY[like], "event": event}, *dashboards)
    late = await open_dashboard("/clients/late")
    for client in (controller, *dashboards, late):
        await client.heard_nothing(UNKNOWN_READING)
        await client.leave()


async def commands_reach_controllers():
    dashboard = await open_dashboard()
    controllers = [await Client.open("/") for _ in range(3)]
    command = {"event": "command", "data": {"cmd": "config --socket_send_data_seconds 3"}}
    await dashboard.send(command)
    for controller in controllers:
        await controller.hears(command)
        await controller.leave()
    await dashboard.send({"event": "command", "data": {"cmd": "rm -rf /"}})
    assert (await dashboard.hear())["event"] == "error"
    await dashboard.leave()


async def wrong_readings_keep_the_connection():
    controller = await Client.open("/")
    dashboard = await open_dashboard()
    for wrong in ("nonsense", "", "{}", '{"event":"temperature"}', b"\xff\x00",
                  json.dumps(TELEMETRY["temperature"]).encode(),
                  '{"event":"temperature","data":{"time":1,"record":null}}'):
        await controller.send(wrong)
        assert (await controller.hear())["event"] == "error", wrong
    await report(controller, TELEMETRY["temperature"], dashboard)
    await controller.leave()
    await dashboard.leave()


async def too_big_is_closed_with_1009():
    controller = await Client.open("/")
    await controller.send("x" * 65_537)
    assert "65536" in await controller.is_closed(1009)


async def fragments_make_a_message():
    controller = await Client.open("/")
    dashboard = await open_dashboard()
    text = json.dumps(TELEMETRY["temperature"])
    await controller.send([text[:1], text[1:20], text[20:]])
    await dashboard.hears(TELEMETRY["temperature"])
    await controller.leave()
    await dashboard.leave()


# ---- echo

async def negotiation_declines_everything():
    client = await Client.open("/echo", subprotocols=["chat"], extensions=[
        ClientPerMessageDeflateFactory(), ClientPerMessageDeflateFactory(server_no_context_takeover=True)])
    assert client.socket.subprotocol is None and client.socket.extensions == []
    await client.send("plain " * 1000)
    assert await client.receive() == "plain " * 1000
    await client.leave()


async def keepalive_of_the_library_works():
    client = await Client.open("/echo")
    pong = await client.socket.ping(b"are you there?")
    await asyncio.wait_for(pong, PATIENCE)
    await client.leave()


async def big_messages_come_back():
    client = await Client.open("/echo")
    seeded = random.Random(7)
    size = 16 * 1024 * 1024
    binary = seeded.randbytes(size)
    text = ("Wärme 温度 🌡 " * (size // 16))
    text = text.encode()[:size].decode(errors="ignore")
    for message in (binary, text, "", b""):
        await client.send(message)
        heard = await client.receive()
        assert type(heard) is type(message) and heard == message, f"{len(message)} sent, {len(heard)} came back"
    await client.send(binary + b"!")
    await client.is_closed(1009)


async def fragmented_sends_come_back_whole():
    client = await Client.open("/echo")

    async def pieces(message, size):
        for at in range(0, len(message), size):
            yield message[at:at + size]

    text = "Wärme 温度 🌡 " * 2000
    for message, size in ((text, 1), (text, 999), (random.Random(1).randbytes(1_000_000), 4096)):
        await client.send(pieces(message, size))
        assert await client.receive() == message
    await client.leave()


# ---- printer fleet

def agent_named(letter):
    return next(agent for agent in DEPLOYMENT["agents"] if agent["claims"]["name"] == f"Agent {letter}")


def status_of(agent, status):
    name = agent["claims"]["name"]
    return {"type": "agent_status",
            "data": {"agent_uuid": agent["user"], "agent_name": name, "agent_identifier": name, "status": status}}


async def open_user(owner):
    user = await Client.open(USERS)
    await user.ask(authentication(DEPLOYMENT["tokens"][owner]), FLEET["user_authenticated"])
    return user


async def open_agent(agent):
    client = await Client.open(AGENTS)
    await client.ask(authentication(agent["token"]), FLEET["agent_authenticated"])
    return client


async def documented_fleet():
    user = await Client.open(USERS)
    await user.send(FLEET["user_authentication"])  # the document's own token is expired
    await user.hears_error(FLEET["user_refused"], "^Invalid token$")
    await user.ask(authentication(DEPLOYMENT["tokens"]["demo"]), FLEET["user_authenticated"])
    await user.send(FLEET["print_job"])
    await user.hears_error(FLEET["print_job_error"], "^Agent not found")
    await user.send(FLEET["printer_command"])
    await user.hears_error(FLEET["printer_command_error"], "^Agent not found")

    agent = await Client.open(AGENTS)
    await agent.ask(authentication(DEPLOYMENT["tokens"]["demo"]), FLEET["agent_refused"])
    await agent.ask(FLEET["agent_authentication"], FLEET["agent_authenticated"])
    await user.hears_at_least(FLEET["agent_online"])
    await user.ask(FLEET["print_job"], FLEET["print_job_ok"])
    await agent.hears(FLEET["print_job"])
    await user.ask(FLEET["printer_command"], FLEET["printer_command_ok"])
    await agent.hears(FLEET["printer_command"])
    for name in ("printer_available", "printer_unavailable", "printer_busy"):
        await agent.send(FLEET[name])
        await user.hears(FLEET[name])
    late = await open_user("demo")
    await late.hears_at_least(FLEET["agent_online"])
    await late.hears(FLEET["printer_busy"])
    await late.leave()
    agent.drop()
    heard = await user.hear()
    assert (heard["type"], heard["data"]["status"]) == ("printer_status", "unavailable"), heard
    await user.hears_at_least(FLEET["agent_offline"])
    await user.leave()


async def a_new_agent_replaces_the_old():
    own = agent_named("a")
    user = await open_user(own["claims"]["owner"])
    old = await open_agent(own)
    await user.hears(status_of(own, "online"))
    new = await open_agent(own)
    await old.is_closed(4409)
    await user.hears(status_of(own, "online"))
    await new.leave()
    await user.hears(status_of(own, "offline"))
    await user.leave()


async def jobs_reach_their_agent_only():
    mine, other = agent_named("b"), agent_named("c")
    user, stranger = await open_user(mine["claims"]["owner"]), await open_user(other["claims"]["owner"])
    agent, foreign = await open_agent(mine), await open_agent(other)
    await user.hears(status_of(mine, "online"))
    await stranger.hears(status_of(other, "online"))
    job = with_data(FLEET["print_job"], agent_uuid=mine["user"])
    await stranger.send(job)
    await stranger.hears_error(FLEET["print_job_error"], "belongs to another account$")
    for kind in ("START", "PAUSE", "RESUME", "CANCEL"):
        await user.ask(with_data(job, type=kind), FLEET["print_job_ok"])
        await agent.hears(with_data(job, type=kind))
    answer = {"type": "print_job", "data": {"status": "success", "printer_uuid": job["data"]["printer_uuid"]}}
    await agent.send(answer)
    await user.hears(with_data(answer, agent_uuid=mine["user"]))
    for client, status in ((stranger, "ERROR"), (foreign, "error"), (agent, "error"), (user, "ERROR")):
        await client.heard_nothing(unknown_order(status))
    for client in (agent, foreign, user, stranger):
        await client.leave()


SCENARIOS = (
    documented_readings, commands_reach_controllers, wrong_readings_keep_the_connection, too_big_is_closed_with_1009,
    fragments_make_a_message, negotiation_declines_everything, keepalive_of_the_library_works, big_messages_come_back,
    fragmented_sends_come_back_whole, documented_fleet, a_new_agent_replaces_the_old, jobs_reach_their_agent_only,
)


def main():
    failed = 0
    for scenario in SCENARIOS:
        started = time.monotonic()
        try:
            asyncio.run(scenario())
            print(f"websockets {scenario.__name__} ok ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as problem:  # the other scenarios still run
            failed += 1
            print(f"websockets {scenario.__name__} FAILED {type(problem).__name__}: {str(problem)[:1000]}", flush=True)
    print(f"{len(SCENARIOS) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


sys.exit(main())
