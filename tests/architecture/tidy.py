#!/usr/bin/python3
"""tests/architecture/tidy.py BUILD JOBS: clang-tidy with .clang-tidy over the gateway and the plugins.

Only files whose text, or whose project headers, changed since they were last found clean are looked at again: what was
found clean is remembered in BUILD/tidy.
"""
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
build, jobs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
memory = build / "tidy"
memory.mkdir(exist_ok=True)
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
texts = {}


def text_of(path):
    if path not in texts:
        texts[path] = path.read_text()
    return texts[path]


def everything_of(path, seen):
    """`path` and all project headers that it includes, directly or not."""
    if path in seen or not path.is_file():
        return
    seen.add(path)
    for header in INCLUDE.findall(text_of(path)):
        everything_of(ROOT / header, seen)


def digest(path):
    seen = set()
    everything_of(path, seen)
    sum_ = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for part in sorted(seen):
        sum_.update(str(part.relative_to(ROOT)).encode() + text_of(part).encode())
    return sum_.hexdigest()


def look_at(path):
    clean = memory / digest(path)
    if clean.exists():
        return True
    done = subprocess.run(["clang-tidy", "-p", str(tidy_database), "--quiet", str(path)], capture_output=True, text=True, check=False)
    findings = [line for line in done.stdout.splitlines() if re.search(r"(warning|error):", line)]
    if done.returncode == 0 and not findings:
        clean.touch()
        return True
    print(done.stdout[-3000:], done.stderr[-1000:] if not findings else "", flush=True)
    return False


# gcc's precompiled headers mean nothing to clang: its compile commands are the same without them.
commands = json.loads((build / "compile_commands.json").read_text())
for entry in commands:
    entry["command"] = re.sub(r"-Winvalid-pch|-include \S*cmake_pch\.hxx|-fno-sanitize-recover=all|-fsanitize=\S+", "",
                              entry["command"])
tidy_database = build / "tidy-database"
tidy_database.mkdir(exist_ok=True)
(tidy_database / "compile_commands.json").write_text(json.dumps(commands))

files = sorted({pathlib.Path(entry["file"]) for entry in commands
                if re.match(r"(gateway|plugins)/", str(pathlib.Path(entry["file"]).relative_to(ROOT)))
                and not entry["file"].endswith(".cxx")})
with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
    results = list(pool.map(look_at, files))
print(f"{results.count(True)} files clean, {results.count(False)} not")
sys.exit(0 if files and all(results) else 1)
