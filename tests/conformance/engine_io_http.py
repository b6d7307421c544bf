"""Engine.IO: what HTTP requests are answered, whatever they ask for."""
import json
import re

from cases import case
from engine_io_profiles import CALM, COOKIE, MAX_PAYLOAD, OWN, QUICK, SOCKETIO, revisions, variants
from rawsocketio import EVENT, Client, packets
from rawengineio import (OCTETS, V3_TEXT, V4, Http, Polling, WebSocket, ask, ask_for_websocket, check, encode, target)

PAGE = "http://page.example"


# ---- the handshake

@revisions("http the open packet has exactly five keys")
def the_open_packet(port, eio):
    for path in (QUICK, CALM, SOCKETIO):
        session = Polling(port, path, eio)
        expect_open(session.open, ["websocket"])
        expect_open(WebSocket(port, path, eio).open, [])
    calm = Polling(port, CALM, eio).open
    wanted = (25_000, 20_000 if eio == 4 else 60_000, MAX_PAYLOAD)
    found = tuple(calm[name] for name in ("pingInterval", "pingTimeout", "maxPayload"))
    check(found == wanted, f"{found} instead of {wanted}")
    quick = Polling(port, QUICK, eio).open
    check((quick["pingInterval"], quick["pingTimeout"]) == (300, 200), f"{quick}")


def expect_open(found, upgrades):
    check(set(found) == {"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}, f"open packet {found}")
    check(re.fullmatch(r"[A-Za-z0-9_-]{20,}", found["sid"]), f"sid {found['sid']}")
    check(found["upgrades"] == upgrades, f"upgrades {found['upgrades']}")
    check(all(type(found[name]) is int for name in ("pingInterval", "pingTimeout", "maxPayload")), f"{found}")


@case("http the path may end with a slash or without")
def the_slash(port):
    for path in (QUICK, SOCKETIO):
        for eio in (3, 4):
            Polling(port, path.rstrip("/"), eio)
            WebSocket(port, path.rstrip("/"), eio)
    session = Polling(port, CALM.rstrip("/"))
    session.path = CALM  # one endpoint, whichever way it is written
    session.echoes()


@case("http the order of the parameters and further ones do not matter")
def the_parameters(port):
    for query in ("transport=polling&EIO=4&t=1762.5", "token=t1&x=%20&EIO=4&transport=polling",
                  "EIO=4&transport=polling&"):
        ask(port, "GET", f"{CALM}?{query}").expect(200)


@case("http EIO=2 is taken as 3")
def eio_2(port):
    answer = ask(port, "GET", target(CALM, EIO=2, transport="polling")).expect(200)
    check(re.match(rb"\d+:0\{", answer.body), f"{answer}")


@variants("http another EIO is refused:", None, "", "abc", "0", "1", "5", "33", "4x", "-4")
def wrong_eio(port, eio):
    ask(port, "GET", target(CALM, EIO=eio, transport="polling")).expect_error(5)
    answer = ask_for_websocket(port, target(CALM, EIO=eio, transport="websocket"))
    expect_text(answer, b"Unsupported protocol version")


def expect_text(answer, message):
    """How a WebSocket is refused: no JSON, and the connection ends."""
    answer.expect(400, message)
    check(answer.type() == "text/html" and answer.ended_by_server(), f"{answer.head}")


# ---- requests that are wrong

@revisions("http transport missing or unknown: code 0")
def unknown_transport(port, eio):
    for transport in (None, "", "abc", "webtransport", "polling2"):
        ask(port, "GET", target(CALM, EIO=eio, transport=transport)).expect_error(0)
        expect_text(ask_for_websocket(port, target(CALM, EIO=eio, transport=transport)), b"Transport unknown")


@revisions("http unknown sid: code 1")
def unknown_sid(port, eio):
    for method in ("GET", "POST"):
        where = target(CALM, EIO=eio, transport="polling", sid="a" * 20)
        ask(port, method, where, body=b"4x" if method == "POST" else None).expect_error(1)
    where = target(CALM, EIO=eio, transport="websocket", sid="a" * 20)
    expect_text(ask_for_websocket(port, where), b"Session ID unknown")


@revisions("http another method than GET without a sid: code 2")
def wrong_method(port, eio):
    where = target(CALM, EIO=eio, transport="polling")
    for method in ("POST", "PUT", "DELETE"):
        ask(port, method, where, body=b"x" if method != "DELETE" else None).expect_error(2)
    head = ask(port, "HEAD", where).expect(400)
    check(head.type() == "application/json", f"{head.head}")


@revisions("http a plain GET for a websocket: code 3")
def plain_websocket(port, eio):
    ask(port, "GET", target(CALM, EIO=eio, transport="websocket")).expect_error(3)
    session = Polling(port, CALM, eio)
    ask(port, "GET", session.target("websocket")).expect_error(3)
    session.echoes()


@revisions("http the transport is not the session's: code 3")
def other_transport(port, eio):
    websocket = WebSocket(port, CALM, eio)
    ask(port, "GET", websocket.target("polling")).expect_error(3)
    ask(port, "POST", websocket.target("polling"), body=b"4x").expect_error(3)
    websocket.echoes()


@revisions("http EIO is not the session's: code 3")
def other_eio(port, eio):
    session = Polling(port, CALM, eio)
    where = target(CALM, EIO=7 - eio, transport="polling", sid=session.sid)
    ask(port, "GET", where).expect_error(3)
    ask(port, "POST", where, body=b"4x").expect_error(3)
    answer = ask_for_websocket(port, target(CALM, EIO=7 - eio, transport="websocket", sid=session.sid))
    expect_text(answer, b"Bad request")
    session.echoes()


@revisions("http an Origin with control characters is refused")
def origin_characters(port, eio):
    ask(port, "GET", target(CALM, EIO=eio, transport="polling"), {"Origin": "http://a\x7fb"}).expect(400)


@revisions("http PUT and others with a sid: 500, and the session lives")
def put_with_sid(port, eio):
    session = Polling(port, CALM, eio)
    for method in ("PUT", "DELETE", "PATCH"):
        ask(port, method, session.target("polling"), body=b"4x" if method != "DELETE" else None).expect(500, b"")
    session.echoes()


@revisions("http a POST of octets")
def octets(port, eio):
    session = Polling(port, CALM, eio)
    if eio == 3:
        session.say(b"\1\2\3")
        session.expect(b"\1\2\3")
        return
    session.post(b"4x", OCTETS).expect(400, b"")
    session.expect_dead()


@revisions("http a message above the limit in a smaller body: 413, nothing is taken, and the session lives")
def large_message(port, eio):
    session, payload = Polling(port, CALM, eio), V4 if eio == 4 else V3_TEXT
    for large in ("4x" + "x" * MAX_PAYLOAD, b"x" + b"x" * MAX_PAYLOAD):
        session.post(encode(payload, ["4first", large, "4last"])).expect(413, b"")
    fits = "4" + "x" * MAX_PAYLOAD
    session.say("4first", fits, fits, "4last")
    session.expect("4first", fits, fits, "4last")


@revisions("http an event above the limit with its attachments: 413")
def large_event(port, eio):
    client = Client.open(port, "polling", eio)
    limit, payload = client.carrier.open["maxPayload"], V4 if eio == 4 else V3_TEXT
    pieces = [b"x" * (limit // 3), b"y" * (limit // 3), b"z" * (limit // 3)]
    client.carrier.post(encode(payload, packets(EVENT, ["message", *pieces]))).expect(413, b"")
    client.echoes("still here", *pieces[:2])


@revisions("http a body above the limit: 413, and the session lives")
def too_large(port, eio):
    session = Polling(port, CALM, eio)
    for size in (5 * MAX_PAYLOAD, 1 << 40):  # clients put several messages into one POST
        with Http(port) as http:
            http.request("POST", session.target("polling"), length=size)
            http.answer().expect(413, b"")
    session.post(b"4" + b"x" * 5 * MAX_PAYLOAD).expect(413, b"")
    with Http(port) as http:  # a body that does not tell how long it is
        http.request("POST", session.target("polling"), {"Transfer-Encoding": "chunked", "Expect": "100-continue"})
        check(http.more() == b"HTTP/1.1 100 Continue\r\n\r\n", "the head has not arrived")
        try:
            for _ in range(50):
                http.send(b"%x\r\n" % 10_000 + b"x" * 10_000 + b"\r\n")
        except OSError:
            pass  # it reads no further
        http.answer().expect(413, b"")
    session.echoes()


@revisions("http several messages of the largest size in one POST")
def full_post(port, eio):
    session = Polling(port, CALM, eio)
    messages = ["4" + letter * (MAX_PAYLOAD - 1) for letter in "abc"]
    session.say(*messages)
    session.expect(*messages)


@variants("http a POST that ends the session:", *(
    (eio, body) for eio, bodies in (
        (4, (b"", b"abc", b"7", b"\x1e", b"4a\x1e", b"4a\x1e\x1e4b", b"2", b"b*", b"b=", b"4\xff",
             b"4a\x1e9")),
        (3, (b"", b"abc", b"1:7", b"1", b"5:4a", b":4a", b"-1:4a", b"2:4a1", b"1:3", b"4:b4*=", b"2:4\xff",
             b"99999999999999999999:4a", b"2x:4a"))) for body in bodies))
def undecodable(port, eio, body):
    session = Polling(port, CALM, eio)
    session.post(body).expect(200, b"ok")
    session.expect_dead()


@variants("http octets that end the session:", b"\0", b"\0\xff4", b"\0\2\xff4", b"\0\1\xff", b"\2\1\xff4", b"\0\1\xff7",
          b"\0" + b"\x0a\xff4", b"\0" + b"\1" * 400 + b"\xff4", b"\1\1\xff\7", b"\0\2\xff4\xff", b"\0\1\xff2\0")
def undecodable_octets(port, body):
    session = Polling(port, CALM, 3)
    session.post(body, OCTETS).expect(200, b"ok")
    session.expect_dead()


# ---- requests that are right

@revisions("http good answers")
def good_answers(port, eio):
    session = Polling(port, CALM, eio)
    posted = session.post(encode(V4 if eio == 4 else V3_TEXT, ["4hello"])).expect(200, b"ok")
    check(posted.type() == "text/html", f"{posted}")
    polled = session.start_poll().answer()
    check(session.packets_of(polled) == ["4hello"], f"{polled}")
    for answer in (posted, polled):
        check("no-store" in answer.headers.get("cache-control", ""), answer.head)
        check("access-control-allow-origin" not in answer.headers, answer.head)


@revisions("http one connection for every request, or one for each")
def connections(port, eio):
    with Http(port) as http:
        session = Polling(port, CALM, eio)
        for number in range(5):
            body = encode(V4 if eio == 4 else V3_TEXT, [f"4{number}"])
            http.ask("POST", session.target("polling"), body=body).expect(200, b"ok")
            packets = session.packets_of(http.ask("GET", session.target("polling")))
            check(packets == [f"4{number}"], f"{packets}")
            http.ask("GET", target(CALM, EIO=eio, transport="polling", sid="x")).expect_error(1)
            if http.ended:
                return  # after an error it may
    for number in range(5):
        ask(port, "POST", session.target("polling"), body=body).expect(200, b"ok")
        with Http(port) as http:
            answer = http.ask("GET", session.target("polling"), {"Connection": "close"})
            check(session.packets_of(answer) == ["44"] and http.ended, f"{answer.head}")
            http.expect_end(5.0)


# ---- pages of other origins

@revisions("cors a page that may is named, on errors too")
def cors(port, eio):
    sid = Polling(port, CALM, eio, headers={"Origin": PAGE}).sid
    session = Polling(port, CALM, eio, sid=sid)
    good = target(CALM, EIO=eio, transport="polling")
    wrong = [target(CALM, EIO=eio), target(CALM, EIO=9, transport="polling"), good + "&sid=x",
             target(CALM, EIO=eio, transport="websocket")]
    body = encode(V4 if eio == 4 else V3_TEXT, ["4x"])
    answers = [ask(port, "GET", where, {"Origin": PAGE}) for where in (good, *wrong)]
    answers += [ask(port, "POST", good, {"Origin": PAGE}, b"x"),
                ask(port, "POST", session.target("polling"), {"Origin": PAGE}, body),
                ask(port, "GET", session.target("polling"), {"Origin": PAGE}),
                ask(port, "PUT", session.target("polling"), {"Origin": PAGE}, b"x")]
    with Http(port) as http:
        http.request("POST", session.target("polling"), {"Origin": PAGE}, length=1 << 40)
        answers.append(http.answer().expect(413))
    for answer in answers:
        expect_allowed(answer)
    check([answer.status for answer in answers] == [200, 400, 400, 400, 400, 400, 200, 200, 500, 413], f"{answers}")


def expect_allowed(answer):
    found = answer.headers
    check(found.get("access-control-allow-origin") == PAGE
          and found.get("access-control-allow-credentials") == "true"
          and "origin" in found.get("vary", "").lower(), f"no CORS: {answer.head}")


@revisions("cors OPTIONS is answered before anything is looked at")
def preflight(port, eio):
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type,x-foo"}
    session = Polling(port, CALM, eio)
    for where in (session.target("polling"), target(CALM, EIO=eio, transport="polling", sid="x"), CALM,
                  target(CALM, EIO=9, transport="no")):
        answer = ask(port, "OPTIONS", where, asked).expect(204, b"")
        expect_allowed(answer)
        allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
        methods = answer.headers["access-control-allow-methods"].upper().replace(" ", "").split(",")
        check({"content-type", "x-foo"} <= set(allowed), answer.head)
        check({"GET", "POST"} <= set(methods), answer.head)
    session.echoes()


@revisions("cors a page that may not is refused: code 4")
def refused_origin(port, eio):
    ask(port, "GET", target(OWN, EIO=eio, transport="polling"), {"Origin": PAGE}).expect_error(4)
    refused = ask_for_websocket(port, target(OWN, EIO=eio, transport="websocket"), Origin=PAGE)
    check(refused.status in (400, 403), f"{refused}")
    mine = {"Origin": "http://localhost"}
    Polling(port, OWN, eio, headers=mine).echoes()
    WebSocket(port, OWN, eio, Origin="http://localhost").echoes()
    Polling(port, OWN, eio).echoes()


# ---- the cookie

@revisions("cookie only where the profile says so, and only with the handshake")
def cookie(port, eio):
    where = target(COOKIE, EIO=eio, transport="polling")
    answer = ask(port, "GET", where).expect(200)
    opened = json.loads(answer.body[answer.body.index(b"{"):])
    wanted = f"io={opened['sid']}; Path=/; HttpOnly; SameSite=Lax"
    check(answer.headers.get("set-cookie") == wanted, f"{answer.headers.get('set-cookie')} instead of {wanted}")
    session = Polling(port, COOKIE, eio, sid=opened["sid"])
    posted = session.post(encode(V4 if eio == 4 else V3_TEXT, ["4x"])).expect(200)
    polled = session.start_poll().answer().expect(200)
    without = ask(port, "GET", target(CALM, EIO=eio, transport="polling")).expect(200)
    for other in (posted, polled, without):
        check("set-cookie" not in other.headers, other.head)
