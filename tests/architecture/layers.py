#!/usr/bin/python3
"""Holds the source against the layers that gateway/ARCHITECTURE.md draws. Prints each breach; exit status 1 if there is one.

A room includes only rooms on a lower layer, third-party headers stay behind their walls, plugins see plugin.h alone, and
no family of protocols has its name in the core.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

LAYERS = {
    "base": 0,
    "schema": 1, "auth": 1, "wire": 1, "routing": 1, "store": 1,
    "dialect": 2, "net": 2, "plugin": 2,
    "profile": 3,
    "rules": 4, "http": 4,
    "turns": 5,
    "session": 6,
    "engine_io": 7,
    "socket_io": 8,
    "server": 9,
    "app": 10,
}

# header prefix -> the rooms that may include it
WALLS = {
    "nlohmann/": {"base"},
    "simdjson": {"base"},
    "yaml-cpp/": {"base"},
    "spdlog/": {"base"},
    "re2/": {"schema"},
    "idn2.h": {"schema"},
    "openssl/": {"auth", "wire", "net"},
    "sqlite3": {"store"},
    "libpq": {"store"},
    "dlfcn.h": {"plugin"},
    "libwebsockets": {"net"},
    "uv.h": {"net"},
    "CLI/": {"app"},
    "prometheus/": {"app"},
    "regex": set(),
}

# The only files that may hold locks: everything else speaks by messages. (libwebsockets calls its log function without
# any argument of ours: the one process-wide pointer. The handlers' own threads count into app/handler_meter, and the main
# thread tells app/admin that it drains: counters and a flag, no waiting. A frame keeps each form that it was asked for, a
# polyglot one each dialect's, and nobody waits for another to make it. The clock that tests turn by hand is read by handlers' threads. The
# small ids that clients are asked to answer to are one series for the whole process, and each `$next` is one for its profile.
# Sessions of Engine.IO open on any worker and are capped in the process: engine_io/census counts them, a few look-ups
# when one comes and when it has gone.)
LOCKS = re.compile(r"^gateway/(routing/(mailbox|local_exchange|frame)|dialect/polyglot|profile/counter|plugin/(handlers|guarded)|store/|base/(log|clock|ids)|net/lws_log|engine_io/census|app/(admin|handler_meter))")
LOCK_WORDS = re.compile(r"std::(recursive_|shared_|timed_)?mutex\b|std::atomic\b|std::condition_variable\b")

FAMILIES = re.compile(r"\b(monitor|printer|sensor|walker|circle|irrigation|webrtc|telemetry)(_|\b)", re.IGNORECASE)

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def check_room(path, text, room, problems):
    for found in INCLUDE.finditer(text):
        header = found.group(1)
        line = text.count("\n", 0, found.start()) + 1
        where = f"{path}:{line}"
        if header.startswith("gateway/"):
            other = header.split("/")[1]
            if other not in LAYERS:
                problems.append(f"{where}: no room is called `{other}`")
            elif other != room and LAYERS[other] >= LAYERS[room]:
                problems.append(f"{where}: `{room}` (layer {LAYERS[room]}) includes `{other}` (layer {LAYERS[other]})")
        elif header.startswith(("plugins/", "tests/", "bench/")):
            problems.append(f"{where}: the gateway includes {header}")
        for prefix, rooms in WALLS.items():
            if header.startswith(prefix) and room not in rooms:
                problems.append(f"{where}: <{header}> belongs to {', '.join(sorted(rooms)) or 'nobody'}")
    for number, line in enumerate(text.splitlines(), 1):
        if FAMILIES.search(line):
            problems.append(f"{path}:{number}: a family's name in the core: {line.strip()[:80]}")
        if LOCK_WORDS.search(line) and not LOCKS.match(str(path)):
            problems.append(f"{path}:{number}: a lock where none belongs: {line.strip()[:80]}")


def check_plugin(path, text, problems):
    for found in INCLUDE.finditer(text):
        header = found.group(1)
        if header.startswith("gateway/") and header != "gateway/plugin/plugin.h":
            line = text.count("\n", 0, found.start()) + 1
            problems.append(f"{path}:{line}: a plugin includes {header}; gateway/plugin/plugin.h is all there is for it")
    for number, line in enumerate(text.splitlines(), 1):
        if LOCK_WORDS.search(line):
            problems.append(f"{path}:{number}: a lock in a plugin: {line.strip()[:80]}")


def main():
    problems = []
    count = 0
    for path in sorted(ROOT.glob("gateway/**/*")):
        if path.suffix in {".h", ".cpp"}:
            count += 1
            relative = path.relative_to(ROOT)
            check_room(relative, path.read_text(), relative.parts[1], problems)
    for path in sorted(ROOT.glob("plugins/**/*")):
        if path.suffix in {".h", ".cpp"}:
            count += 1
            check_plugin(path.relative_to(ROOT), path.read_text(), problems)
    for problem in problems:
        print(problem)
    print(f"{count} files, {len(problems)} breaches")
    return 1 if problems or count == 0 else 0


sys.exit(main())
