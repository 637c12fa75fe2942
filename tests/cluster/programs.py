"""The programs under test: two apps and one Kakao sandbox for both."""

import base64
import os
import secrets
import shutil
import signal
import subprocess
import time

from checks import expect, fail
from topology import HOME, database_url

STOP_SECONDS_MAX = 10

# How long one program holds a payment while it calls KakaoPay.
LEASE_SECONDS = 15

SECRETS = {
    "FUNSUN_TOKEN_SECRET": secrets.token_hex(24),
    "FUNSUN_VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
}


def take_programs(built):
    """Copies the programs, so that a build meanwhile changes nothing."""
    for name in ("funsun", "kakao-sandbox"):
        if not (built / name).exists():
            fail(f"{built / name} is missing: leave out --as-built")
        shutil.copy(built / name, HOME / name)


def first_line(process, prefix):
    for line in process.stdout:
        if line.startswith(prefix):
            return line.removeprefix(prefix).strip()
    return fail(f"{process.args[0]} ended with {process.wait()}")


def start_sandbox():
    """Starts the Kakao sandbox; returns its URL."""
    log = open(HOME / "sandbox.log", "w", encoding="utf-8")
    command = [HOME / "kakao-sandbox", "--bind", "127.0.0.1:0"]
    environment = os.environ | {"RUST_LOG": "warn"}
    return first_line(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True), "")


class App:
    """One program on the cluster."""

    def __init__(self, name, kakao):
        self.name, self.kakao = name, kakao
        self.folder = HOME / name
        self.folder.mkdir()
        self.process, self.url = None, ""

    def settings(self, nodes):
        return os.environ | SECRETS | {
            "FUNSUN_BIND": "127.0.0.1:0",
            "FUNSUN_DATA_DIR": str(self.folder),
            "FUNSUN_DATABASE_URL": database_url(nodes),
            "FUNSUN_KAKAO_AUTH_URL": self.kakao,
            "FUNSUN_KAKAO_API_URL": self.kakao,
            "FUNSUN_KAKAOPAY_URL": self.kakao,
            "FUNSUN_DEMO_CAST": "off",
            "FUNSUN_PUBLIC_FUNDING_CAP_KRW": "1000000000",
            # A shorter lease needs a test clock.
            "FUNSUN_TEST_CLOCK": "on",
            "FUNSUN_PAYMENT_LEASE_SECONDS": str(LEASE_SECONDS),
            "FUNSUN_SWEEP_INTERVAL_SECONDS": "1",
            "FUNSUN_LOG": "info",
        }

    def launch(self, nodes):
        """Begins to start; [`App.wait_until_serving`] follows."""
        log = open(self.log_file, "a", encoding="utf-8")
        self.process = subprocess.Popen([HOME / "funsun"], env=self.settings(nodes), stdout=subprocess.PIPE, stderr=log, text=True)

    def wait_until_serving(self):
        self.url = first_line(self.process, "FunSun is at ")

    def start(self, nodes):
        self.launch(nodes)
        self.wait_until_serving()

    @property
    def log_file(self):
        return HOME / f"{self.name}.log"

    def run(self, nodes, *arguments):
        """Runs a sub-command; returns its exit code and output."""
        command = [HOME / "funsun", *arguments]
        environment = self.settings(nodes) | {"FUNSUN_LOG": "error"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def stop(self):
        """SIGTERM; returns the seconds until the program has ended."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
            expect(status == 0, f"{self.name} ends well on SIGTERM", status)
        except subprocess.TimeoutExpired:
            expect(False, f"SIGTERM stops {self.name} within {STOP_SECONDS_MAX} s")
            self.process.kill()
            self.process.wait()
        return time.monotonic() - begun
