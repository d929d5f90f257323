"""The load: wrk, from the same machine."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .servers import Process, message


@dataclass
class Run:
    """What wrk saw in one round."""

    rate: float
    completed: int
    failed: int
    p50_ms: float
    p99_ms: float


REPORT = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'REPORT {"completed":%d,"microseconds":%d,"failed":%d,"broken":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""

# Each wrk thread has a Lua state of its own; `setup` numbers them, and `run` tells one run of wrk from the next.
KEYED = """
local threads = 0
function setup(thread) threads = threads + 1; thread:set("number", threads) end
local count = 0
function init(arguments) run = arguments[1] end
function request()
  count = count + 1
  wrk.headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. count
  return wrk.format()
end
"""


def scripts(folder: Path, key: str) -> dict[str, Path]:
    """The wrk scripts: what is sent does not depend on who answers."""
    head = f'wrk.headers["Authorization"] = "Bearer {key}"\nwrk.headers["Content-Type"] = "application/json"\n'
    post = f'wrk.method = "POST"\nwrk.body = [==[{json.dumps(message())}]==]\n'
    texts = {"post": head + post, "keyed": head + post + KEYED, "get": head}
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.lua"
        paths[name].write_text(text + REPORT)
    return paths


class Load:
    def __init__(self, connections: int, seconds: int):
        self.connections, self.seconds, self.runs = connections, seconds, 0

    def measure(self, process: Process, port: int, path: str, script: Path, seconds: int | None = None) -> Run:
        self.runs += 1
        seconds = seconds or self.seconds
        command = ["wrk", "-t2", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "20s", "-s", script]
        command += [f"http://127.0.0.1:{port}{path}", "--", f"run{self.runs}"]
        process.go_on()
        try:
            done = subprocess.run(command, check=True, capture_output=True, timeout=seconds + 60, text=True)
        finally:
            process.pause()
        report = json.loads(re.search(r"REPORT (.*)", done.stdout)[1])
        return Run(
            rate=report["completed"] / report["microseconds"] * 1e6,
            completed=report["completed"] - report["failed"],
            failed=report["failed"] + report["broken"],
            p50_ms=report["p50"] / 1000,
            p99_ms=report["p99"] / 1000,
        )
