"""6: UTF-8, whole and in pieces, and the point at which what is wrong must be seen."""
from cases import conversation
from rawsocket import BINARY, CONTINUATION, PING, PONG, TEXT, frame

VALID = [text.encode() for text in ("", "plain", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "👩‍👩‍👧‍👦 🇩🇪", "a\u0300\u0316",
                                    "\ufeffBOM")]
VALID += [bytes.fromhex(text) for text in (
    "00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efb790", "efbfbd", "efbfbe", "efbfbf", "f0908080",
    "f09fbfbe", "f3bfbfbf", "f48fbfbe", "f48fbfbf")]

# What is wrong in hexadecimal, and how many of its bytes show it.
INVALID = [(bytes.fromhex(text), enough) for text, enough in (
    ("80", 1), ("bf", 1), ("80bf80", 1), ("fe", 1), ("ff", 1), ("fefeffff", 1),  # bytes that begin nothing
    ("c0af", 1), ("c080", 1), ("c1bf", 1), ("e080af", 2), ("e09fbf", 2), ("e08080", 2), ("f08080af", 2),  # too long
    ("f08fbfbf", 2), ("f888808080", 1), ("fc8480808080", 1), ("fbbfbfbfbf", 1),
    ("eda080", 2), ("edadbf", 2), ("edae80", 2), ("edbfbf", 2), ("eda080edb080", 2),  # surrogates
    ("f4908080", 2), ("f5808080", 1), ("f7bfbfbf", 1),  # beyond U+10FFFF
    ("c320", 2), ("e28220", 3), ("e220", 2), ("f09f9820", 4), ("f09f20", 3), ("f020", 2), ("c3c3", 2),  # cut short
    ("e282e282ac", 3), ("cebae1bdb9cf83cebcceb5eda080656469746564", 13),
)]
UNFINISHED = [bytes.fromhex(text) for text in ("c3", "e2", "e282", "f0", "f09f", "f09f98")]


def one_by_one(text):
    """Frames of one byte each, of which none is the last."""
    return b"".join(frame(TEXT if i == 0 else CONTINUATION, text[i:i + 1], fin=False) for i in range(len(text)))


for number, text in enumerate(VALID, 1):
    conversation(f"6.1.{number}", frame(TEXT, text), [(TEXT, text)])
    conversation(f"6.2.{number}", frame(TEXT, text), [(TEXT, text)], chop=1)
    conversation(f"6.3.{number}", (one_by_one(text) or frame(TEXT, fin=False)) + frame(CONTINUATION), [(TEXT, text)])
for number, (text, enough) in enumerate(INVALID, 1):
    conversation(f"6.4.{number}", frame(TEXT, text), [("close", 1007)])
    conversation(f"6.5.{number}", frame(TEXT, b"valid before " + text + b" and after"), [("close", 1007)], chop=1)
    conversation(f"6.6.{number}", one_by_one(text[:enough]), [("close", 1007)])
    # Fails at the first byte that no text can have there: nothing further of the frame is sent.
    conversation(f"6.7.{number}", frame(TEXT, text[:enough], declared=1000, length_bytes=2), [("close", 1007)])
    conversation(f"6.8.{number}", frame(BINARY, text), [(BINARY, text)])
for number, text in enumerate(UNFINISHED, 1):
    conversation(f"6.9.{number}", frame(TEXT, text), [("close", 1007)])
    conversation(f"6.10.{number}", frame(TEXT, text, fin=False) + frame(CONTINUATION), [("close", 1007)])
    conversation(f"6.11.{number}", frame(TEXT, text, fin=False) + frame(PING, b"\xff") + frame(CONTINUATION, b"x"),
                 [(PONG, b"\xff"), ("close", 1007)])
conversation("6.12", frame(TEXT, b"\xe2", fin=False) + frame(PING) + frame(CONTINUATION, b"\x82", fin=False)
             + frame(CONTINUATION, b"\xac"), [(PONG, b""), (TEXT, "€".encode())])
for number, point in enumerate([*range(0xFFFE, 0x110000, 0x10000), *range(0xFFFF, 0x110000, 0x10000)], 1):
    conversation(f"6.13.{number}", frame(TEXT, chr(point).encode()), [(TEXT, chr(point).encode())])
