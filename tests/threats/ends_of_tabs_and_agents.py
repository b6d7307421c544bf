"""Users and agents of the printer fleet that leave in the segment of their last words."""
from ends_common import ENDS, FLEET, check, close_handshake, frames, half_close, settled  # first: it says where
import json

from gateway import AGENTS, DEMO_OWNER, Gateway, user_token
from rawsocket import TEXT, RawSocket

AGENT = AGENTS[0]["user"]
PRINTER = "f0000000-0000-4000-8000-000000000001"


def message(kind, **data):
    return json.dumps({"type": kind, "data": data}).encode()


def hear(raw):
    opcode, payload = raw.frame()
    check(opcode == TEXT, f"opcode {opcode}: {payload!r}")
    said = json.loads(payload)
    return said["type"], said["data"]


def expect(raw, kind, **data):
    found = hear(raw)
    check(found == (kind, data), f"{found} instead of {kind} {data}")


def as_user():
    return message("authentication", token=user_token(DEMO_OWNER))


def as_agent():
    return message("authentication", token=AGENTS[0]["token"])


def job(request, file):
    return {"type": request, "agent_uuid": AGENT, "printer_uuid": PRINTER, "print_file_uuid": file}


def status_of_agent(status):
    name = AGENTS[0]["claims"]["name"]
    return "agent_status", {"agent_uuid": AGENT, "agent_name": name, "agent_identifier": name, "status": status}


def status_of_printer(status):
    return "printer_status", {"agent_uuid": AGENT, "printer_uuid": PRINTER, "status": status}


def said_before_a_tab_closes_a_command_reaches_the_agent_and_the_next_is_judged_by_it(workers, sizes):
    with Gateway(workers=workers) as gateway:
        agent = RawSocket.open(gateway.port, "/api/v1/ws/agent")
        agent.send(frames([as_agent()]))
        expect(agent, "authentication", status="success")
        witness = RawSocket.open(gateway.port, "/api/v1/ws")
        witness.send(frames([as_user()]))
        expect(witness, "authentication", status="OK")
        check(hear(witness) == status_of_agent("online"), "the agent is not online")

        def asks(request, answer):
            witness.send(frames([message("print_job", **request)]))
            expect(witness, "print_job", **answer)

        def leaves(end, *requests):
            tab = RawSocket.open(gateway.port, "/api/v1/ws")
            end(tab, frames([as_user(), *(message("print_job", **request) for request in requests)]))
            for request in requests:
                expect(agent, "print_job", **request)

        sent = 2  # the two authentications
        for number, end in enumerate(ENDS):
            start, cancel = (job(request, f"file-{number}") for request in ("START", "CANCEL"))
            leaves(end, start)
            asks(start, {"status": "ERROR", "message": f"print file file-{number} was started on this printer already "
                                                       "and is printing"})
            leaves(end, cancel)
            asks(cancel, {"status": "ERROR", "message": "CANCEL needs a job that is printing or paused, and the "
                                                        "printer is idle"})
            leaves(end, start, cancel, start)
            asks(cancel, {"status": "OK"})
            expect(agent, "print_job", **cancel)
            sent += 2 + 1 + 2 + 1 + 4 + 1
        account = settled(gateway, FLEET, 2)
        account.holds(sent)
        account.dropped_for()


def users_hear_what_an_agent_said_before_it_left_and_no_agent_overtakes_its_own_ghost(workers, sizes):
    """Who has seen that the gateway knows of its end comes again at once. (Before that it would replace itself.)"""
    told = (status_of_agent("online"), status_of_printer("busy"), status_of_printer("available"),
            status_of_printer("unavailable"), status_of_agent("offline"))
    with Gateway(workers=workers) as gateway:
        user = RawSocket.open(gateway.port, "/api/v1/ws")
        user.send(frames([as_user()]))
        expect(user, "authentication", status="OK")

        def hears(end):
            for wanted in told:
                found = hear(user)
                check(found == wanted, f"{found} instead of {wanted} after {end.__name__}")

        rounds, unheard = ENDS * 4, []
        for end in rounds:
            said = [message("printer_status", printer_uuid=PRINTER, status=status) for status in ("busy", "available")]
            end(RawSocket.open(gateway.port, "/api/v1/ws/agent"), frames([as_agent(), *said]))
            unheard.append(end)
            while unheard and end not in (close_handshake, half_close):
                hears(unheard.pop(0))
        check(not unheard, "the last end is one whose end nobody knows")
        account = settled(gateway, FLEET, 1)
        account.holds(1 + 3 * len(rounds))
        account.dropped_for()
