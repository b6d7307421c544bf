"""Engine.IO: who may poll when, and what polls are answered."""
import select

from engine_io_profiles import CALM, revisions, variants
from rawengineio import Http, Polling, V3_TEXT, V4, ask, check, encode

CLOSED = {3: b"1:1", 4: b"1"}


@revisions("polling a GET waits for what there is")
def waits(port, eio):
    session = Polling(port, CALM, eio)
    session.start_poll().waits(0.3)
    session.echoes("4while it waits")
    session.echoes("4before it asks")


@revisions("polling a second GET ends the session")
def second_get(port, eio):
    session = Polling(port, CALM, eio)
    first = session.start_poll()
    first.waits(0.1)
    with session.another_poll() as second:
        second.answer().expect(400, b"")
    first.answer().expect(200, CLOSED[eio])
    session.expect_dead()


@variants("polling a GET that the client gives up ends the session", (3, "closed"), (4, "closed"), (3, "reset"),
          (4, "reset"))
def aborted_get(port, eio, how):
    session, other = Polling(port, CALM, eio), Polling(port, CALM, eio)
    http = session.start_poll()
    http.waits(0.1)
    http.socket.close() if how == "closed" else http.reset()
    with session.another_poll() as next:
        next.answer().expect_error(1)
    session.expect_dead()
    other.echoes()


@revisions("polling at most 16 packets in one answer, all of them in order")
def at_most_16(port, eio):
    session = Polling(port, CALM, eio)
    packets = [f"4{number}" if number % 5 else bytes([number]) for number in range(100)]
    session.say(*packets)
    session.expect(*packets)  # and no answer was longer: every poll looks
    session.echoes()


@variants("polling a second POST while one arrives ends the session", (3, "whole"), (4, "whole"), (3, "begun"),
          (4, "begun"))
def second_post(port, eio, how):
    session, other = Polling(port, CALM, eio), Polling(port, CALM, eio)
    poll = session.start_poll()
    body = encode(V4 if eio == 4 else V3_TEXT, ["4lost"])
    first = Http(port)
    first.request("POST", session.target("polling"), {"Expect": "100-continue"}, body[:2], len(body))
    check(first.more() == b"HTTP/1.1 100 Continue\r\n\r\n", "the head has not arrived")
    with Http(port) as second:
        second.request("POST", session.target("polling"), body=body if how == "whole" else body[:2], length=len(body))
        second.answer().expect(400, b"")
        check(second.ended, "its connection goes on")
    check(first.more() == b"", "the connection of the first goes on")
    poll.answer().expect(200, CLOSED[eio])
    session.expect_dead()
    other.echoes()


@revisions("polling a POST in pieces that is refused leaves room for the next")
def refused_in_pieces(port, eio):
    session = Polling(port, CALM, eio)
    wrong = session.target("polling").replace(f"EIO={eio}", f"EIO={7 - eio}")
    with Http(port) as http:
        for where, headers in ((wrong, {}), (session.target("polling"), {"Upgrade": "websocket",
                                                                          "Connection": "Upgrade, keep-alive"})):
            http.request("POST", where, {"Expect": "100-continue", **headers}, b"", 5)
            check(http.more() == b"HTTP/1.1 100 Continue\r\n\r\n", "the head has not arrived")
            http.send(b"4lost")
            http.answer().expect(400)
            session.echoes("4the next")
            if http.ended:
                return


@revisions("polling a POST may come in pieces")
def post_in_pieces(port, eio):
    session = Polling(port, CALM, eio)
    body = encode(V4 if eio == 4 else V3_TEXT, ["4in pieces", "4of one byte"])
    with Http(port) as http:
        for _ in range(2):
            http.request("POST", session.target("polling"), body=b"", length=len(body))
            for at in range(len(body)):
                http.send(body[at:at + 1])
            http.answer().expect(200, b"ok")
            session.expect("4in pieces", "4of one byte")


@revisions("polling many POSTs on many connections arrive in the order of their answers")
def many_posts(port, eio):
    session = Polling(port, CALM, eio)
    payload = V4 if eio == 4 else V3_TEXT
    packets = [f"4{number}" for number in range(60)]
    for number, packet in enumerate(packets):
        if number % 2:
            session.say(packet)
        else:
            ask(port, "POST", session.target("polling"), body=encode(payload, [packet])).expect(200, b"ok")
    session.expect(*packets)


@revisions("polling the client's close packet ends the GET that waits")
def close_packet(port, eio):
    session, other = Polling(port, CALM, eio), Polling(port, CALM, eio)
    session.start_poll()
    session.say("1")
    check(session.finish_poll()[0] in ("6", "1"), "neither noop nor close")
    session.expect_dead()
    other.echoes()


@revisions("polling the client's close packet without a GET")
def close_without_get(port, eio):
    session = Polling(port, CALM, eio)
    session.say("4last words", "1", "4too late")
    session.expect_dead()


@revisions("polling noops of the client are taken")
def noop(port, eio):
    session = Polling(port, CALM, eio)
    session.say("6", "4a", "6")
    session.expect("4a")
    session.echoes()


@revisions("polling a body in pieces")
def pieces(port, eio):
    session = Polling(port, CALM, eio)
    body = encode(V4 if eio == 4 else V3_TEXT, ["4wärme 温度", "4end"])
    with Http(port) as http:
        http.request("POST", session.target("polling"), length=len(body))
        for byte in body:
            http.send(bytes([byte]))
        http.answer().expect(200, b"ok")
    session.expect("4wärme 温度", "4end")


@revisions("polling a chunked body")
def chunked(port, eio):
    session = Polling(port, CALM, eio)
    body = encode(V4 if eio == 4 else V3_TEXT, ["4hello"])
    with Http(port) as http:
        http.request("POST", session.target("polling"), {"Transfer-Encoding": "chunked"})
        http.send(b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\n\r\n")
        http.answer().expect(200, b"ok")
    session.expect("4hello")


@revisions("polling a POST that is given up harms nobody else")
def aborted_post(port, eio):
    session, other = Polling(port, CALM, eio), Polling(port, CALM, eio)
    with Http(port) as http:
        http.request("POST", session.target("polling"), body=b"4hal", length=100)
    other.echoes()


@revisions("polling many sessions at once keep apart")
def many_sessions(port, eio):
    sessions = [Polling(port, CALM, eio) for _ in range(40)]
    check(len({session.sid for session in sessions}) == len(sessions), "two sessions with one sid")
    waiting = {session.start_poll().socket: session for session in sessions}
    check(not select.select(list(waiting), [], [], 0.1)[0], "somebody was answered")
    for number, session in enumerate(sessions):
        session.say(f"4for {number}")
        session.expect(f"4for {number}")
