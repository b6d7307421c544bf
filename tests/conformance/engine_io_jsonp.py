"""Engine.IO: JSONP, as pages in old browsers poll."""
import json
import re
from urllib.parse import quote, urlencode

from cases import case
from engine_io_profiles import CALM, revisions
from rawengineio import V3_TEXT, V4, ask, check, decode, encode, target

FORM = "application/x-www-form-urlencoded"


class Page:
    """A session whose GETs are scripts and whose POSTs are forms."""

    def __init__(self, port, eio, index="7"):
        self.port, self.eio, self.index, self.sid = port, eio, index, None
        self.payload = V4 if eio == 4 else V3_TEXT
        opened = self.poll()[0]
        self.sid = json.loads(opened[1:])["sid"]

    def target(self):
        return target(CALM, EIO=self.eio, transport="polling", b64="1", t="1", j=self.index, sid=self.sid)

    def script(self):
        answer = ask(self.port, "GET", self.target()).expect(200)
        check(answer.type() in ("text/javascript", "application/javascript", "text/plain"), f"{answer.head}")
        nosniff = answer.headers.get("x-content-type-options") == "nosniff"
        check("javascript" in answer.type() or not nosniff, f"no browser runs this: {answer.head}")
        return answer.body

    def poll(self):
        script = self.script()
        digits = re.sub(r"\D", "", self.index)
        found = re.fullmatch(rf'___eio\[{digits}\]\((".*")\);?'.encode(), script, re.DOTALL)
        check(found, f"{script!r:.200}")
        return decode(self.payload, json.loads(found[1]).encode())

    def post(self, body):
        """As the browser sends a form."""
        answer = ask(self.port, "POST", self.target(), {"Content-Type": FORM}, body)
        answer.expect(200, b"ok")
        check(answer.type() == "text/html", f"{answer}")  # it lands in a frame

    def say(self, *packets):
        text = encode(self.payload, packets).decode()
        self.post(urlencode({"d": text.replace("\\n", "\\\\n").replace("\n", "\\n")}).encode())


@revisions("jsonp GET and POST")
def get_and_post(port, eio):
    page = Page(port, eio)
    packets = ["4hello", "4wärme 温度 🌡", '4"quoted" \\ </script> \'', b"\0\1\2\xff", "4a+b&c=d%20"]
    page.say(*packets)
    found = page.poll()
    check(found == packets, f"{found}")


@revisions("jsonp newlines come as clients escape them")
def newlines(port, eio):
    page = Page(port, eio)
    packets = ["4one\ntwo", "4one\\ntwo", "4one\r\ntwo\\r", "4\\\\"]
    page.say(*packets)
    found = page.poll()
    check(found == packets, f"{found}")
    two = "4a\\nb" if eio == 4 else "4:4a\\nb"
    page.post(f"d={quote(two)}".encode())
    check(page.poll() == ["4a\nb"], "a newline in two characters")


@revisions("jsonp separators that end a line of a script are escaped")
def separators(port, eio):
    page = Page(port, eio)
    page.say("4a\u2028b\u2029c")
    script = page.script()
    check(b"\xe2\x80\xa8" not in script and b"\xe2\x80\xa9" not in script, f"{script}")
    check(b"\\u2028" in script and b"\\u2029" in script, f"{script}")


@revisions("jsonp nothing but digits of `j` comes back")
def digits_only(port, eio):
    for index in ("12", "1a2b", "1);alert(2", "1<script>2"):
        Page(port, eio, index)
    script = ask(port, "GET", target(CALM, EIO=eio, transport="polling", j="alert(x)")).body
    check(b"alert" not in script, f"{script!r:.100}")


@revisions("jsonp a form with rubbish ends the session")
def rubbish(port, eio):
    for body in (b"d=", b"d=9", b"d=%ff"):
        page = Page(port, eio)
        ask(port, "POST", page.target(), {"Content-Type": FORM}, body)
        answer = ask(port, "GET", page.target())
        check(answer.status == 400, f"{body}: {answer}")


@case("jsonp a message of separators alone")
def only_separators(port):
    page = Page(port, 4)
    page.say("4\u2028")
    check(page.poll() == ["4\u2028"], "changed")
