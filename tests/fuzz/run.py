#!/usr/bin/python3
"""tests/fuzz/run.py FOLDER SECONDS JOBS: runs every *_fuzzer of FOLDER for SECONDS each, JOBS at a time.

Fails when one finds something, when one does not run, or when there is none. What was found lies in build/findings.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

folder, seconds, jobs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
findings = pathlib.Path("build/findings")
findings.mkdir(parents=True, exist_ok=True)
seeds = pathlib.Path(__file__).parent / "seeds"


def run(fuzzer):
    name = fuzzer.name.removesuffix("_fuzzer")
    with tempfile.TemporaryDirectory() as corpus:
        command = [str(fuzzer), f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=20",
                   f"-artifact_prefix={findings}/{name}-", corpus]
        if (seeds / name).is_dir():
            command.append(str(seeds / name))
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds + 120, check=False)
    runs = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    count = int(runs.group(1)) if runs else 0
    fine = done.returncode == 0 and count > 0
    print(f"{name}: {count} runs in {seconds} s, {'no finding' if fine else 'FAILED'}", flush=True)
    if not fine:
        print(done.stderr[-4000:], flush=True)
    return fine


fuzzers = sorted(folder.glob("*_fuzzer"))
with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
    results = list(pool.map(run, fuzzers))
print(f"{results.count(True)} passed, {results.count(False)} failed")
sys.exit(0 if fuzzers and all(results) else 1)
