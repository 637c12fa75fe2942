"""Shared code of the benchmarks: generated data, the programs under load, and the load generator."""

import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "target" / "bench"
RELEASE = ROOT / "target" / "release"
FIRST_DEMO_MEMBER = 8_000_000_000_000_000_001
CONNECTIONS = 32


def say(text=""):
    print(text, flush=True)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def call(url, method="GET", token=None, body=None):
    """Sends a request; returns status, headers and text, and does not raise on an error status."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def call_json(url, **options):
    """Sends a request that must succeed; returns its JSON body."""
    status, _, text = call(url, **options)
    if status not in (200, 201):
        sys.exit(f"{url} returned {status}: {text}")
    return json.loads(text)


def build(*features):
    if not shutil.which("wrk"):
        run("apt-get", "install", "--yes", "--quiet", "wrk", stdout=subprocess.DEVNULL)
    options = ["--features", ",".join(f"funsun/{feature}" for feature in features)] if features else []
    run("cargo", "build", "--quiet", "--release", "--package", "funsun", "--package", "kakao-sandbox", *options, cwd=ROOT)
    run("cargo", "build", "--quiet", "--release", "--package", "funsun", "--examples", cwd=ROOT)


def create_data(fundings, fresh, binary=RELEASE / "funsun"):
    folder = DATA / str(fundings)
    done = folder / "complete"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if done.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    run(binary, "demo-data", "--accounts", fundings // 5, "--fundings", fundings, "--supports",
        fundings * 2, env=os.environ | {"FUNSUN_DATA_DIR": str(folder)}, stderr=subprocess.DEVNULL)
    size = (folder / "funsun.db").stat().st_size
    done.touch()
    say(f"created {fundings:,} fundings, {fundings * 2:,} supports, {fundings // 5:,} members in "
        f"{time.monotonic() - started:.0f} s, {size / 1e6:,.0f} MB")
    return folder


class Program:
    """A program that prints its URL when it is ready."""

    def __init__(self, *command, prefix="", **environment):
        started = time.monotonic()
        # Stop the program however this script exits.
        atexit.register(self.stop)
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=os.environ | environment)
        for line in self.process.stdout:
            if line.startswith(prefix + "http://"):
                self.url = line.removeprefix(prefix).strip()
                break
        else:
            sys.exit(f"{command[0]} did not start")
        self.started_ms = (time.monotonic() - started) * 1000

    def peak_memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1000

    def cpu_seconds(self):
        """CPU time of the program so far: user and system (proc(5), stat, fields 14 and 15)."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        atexit.unregister(self.stop)
        self.process.terminate()
        self.process.wait()


def start_server(folder, sandbox, binary=RELEASE / "funsun", **more):
    settings = {"BIND": "127.0.0.1:0", "DATA_DIR": str(folder), "LOG": "warn", "RATE_LIMITS": "off",
                "KAKAO_AUTH_URL": sandbox.url, "KAKAO_API_URL": sandbox.url, "KAKAOPAY_URL": sandbox.url} | more
    return Program(binary, prefix="FunSun is at ",
                   **{f"FUNSUN_{name}": value for name, value in settings.items()})


def log_in(server, sandbox, member):
    person = {"id": FIRST_DEMO_MEMBER + member, "nickname": "벤치"}
    kakao = call_json(f"{sandbox.url}/sandbox/people", method="POST", body=person)["access_token"]
    response = call_json(f"{server.url}/account/kakaologin", method="POST", body={"accessToken": kakao})
    return response["token"]["access_token"]


def load(server, lines, seconds):
    """Loads a server with these requests; returns requests per second, p50 and p99 in ms."""
    requests = DATA / "requests"
    requests.write_text("\n".join(lines) + "\n")
    output = run("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", ROOT / "bench" / "requests.lua",
                 server.url, "--", requests, capture_output=True).stdout
    count, micros, p50, p99, error_statuses, socket_errors = map(int, re.search(r"RESULT (.*)", output)[1].split())
    if socket_errors or error_statuses:
        sys.exit(f"{server.url}: {error_statuses} error statuses, {socket_errors} socket errors")
    return count / micros * 1e6, p50 / 1000, p99 / 1000
