#!/usr/bin/python3
"""tests/architecture/tidy.py BUILD JOBS: clang-tidy with .clang-tidy over the gateway and the plugins.

The files of a room are looked at as one text, for most of the time goes into the headers that they share; what is found
is told at its own place. A room that has not changed since it was found clean (BUILD/tidy remembers) is passed over.
"""
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
build, jobs = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
work = build / "tidy"
work.mkdir(exist_ok=True)
# gcc's precompiled headers and sanitizers mean nothing here.
LEFT_OUT = r"\S*ccache |-Winvalid-pch|-include \S*cmake_pch\.hxx|-f(no-)?sanitize\S*| -o \S+ -c \S+"


def rooms():
    """{name: (sources, compiler flags)}"""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        room = re.match(r"(gateway|plugins)/(\w+)/\w+\.cpp$", str(file.relative_to(ROOT)) if ROOT in file.parents else "")
        if room and "_static.dir" not in entry["command"]:
            flags = re.sub(LEFT_OUT, "", entry["command"]).split()[1:]
            found.setdefault(f"{room[1]}-{room[2]}", ([], flags))[0].append(file)
    return found


def digest(sources, flags):
    texts = {}

    def read(path):
        if path in texts or not path.is_file():
            return
        texts[path] = path.read_text()
        for header in re.findall(r'^\s*#\s*include\s*"([^"]+)"', texts[path], re.MULTILINE):
            read(ROOT / header)

    for source in sources:
        read(source)
    parts = [(ROOT / ".clang-tidy").read_text(), " ".join(flags)] + [f"{path}\n{texts[path]}" for path in sorted(texts)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def look_at(room):
    name, (sources, flags) = room
    clean = work / f"{name}.clean"
    wanted = digest(sources, flags)
    if clean.exists() and clean.read_text() == wanted:
        return True
    lines, places = [], []  # places: of each line, where it stands
    for source in sources:
        text = source.read_text().splitlines()
        lines += text
        places += [f"{source.relative_to(ROOT)}:{number + 1}" for number in range(len(text))]
    whole = work / f"{name}.cpp"
    whole.write_text("\n".join(lines) + "\n")
    started = time.monotonic()
    done = subprocess.run(["clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy", str(whole), "--", *flags],
                          cwd=build, capture_output=True, text=True, check=False)
    findings = re.findall(r"^(?:\S+: )?(?:warning|error): |^\S+:\d+:\d+: (?:warning|error): ", done.stdout, re.MULTILINE)
    print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    if done.returncode == 0 and not findings:
        clean.write_text(wanted)
        return True
    told = re.sub(re.escape(str(whole)) + r":(\d+)", lambda at: places[int(at[1]) - 1], done.stdout)
    print(told.replace(f"{ROOT}/", ""), "" if findings else done.stderr[-2000:], flush=True)
    return False


found = rooms()
with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
    results = list(pool.map(look_at, found.items()))
print(f"{results.count(True)} rooms clean, {results.count(False)} not")
sys.exit(0 if found and all(results) else 1)
