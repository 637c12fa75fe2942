"""A private MariaDB server for the checks: its own folder, socket and port, gone at the end."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

START_SECONDS_MAX = 60

# Where scripts/install-tools unpacks the scripts that only the package of the system service has.
UNPACKED = pathlib.Path(__file__).resolve().parent.parent / "target/tools/mariadb-server/usr/bin"


def program(name):
    """Where a program of MariaDB's is; /usr/sbin is not on everybody's path."""
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    return found or sys.exit(f"{name} is missing: scripts/install-tools installs MariaDB")


def user_option():
    return ["--user=root"] if os.geteuid() == 0 else []


def install(data, log):
    """Makes an empty data folder."""
    command = [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db", *user_option()]
    if subprocess.run(command, stdout=log, stderr=log).returncode:
        fail_with(log, "mariadb-install-db failed")


def client(path):
    """The command line of the client of the server with this socket; prints rows with tabs between values."""
    return [program("mariadb"), "--no-defaults", "--user=root", f"--socket={path}", "--batch", "--raw", "--skip-column-names"]


def run_sql(path, sql, database=""):
    """Runs SQL on the server with this socket; returns the rows, or ends this program."""
    answer = subprocess.run([*client(path), database], input=sql, capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"MariaDB: {answer.stderr}")
    return [line.split("\t") for line in answer.stdout.splitlines()]


def wait_for(server, path, log):
    for _ in range(START_SECONDS_MAX * 10):
        if server.poll() is not None:
            break
        if subprocess.run([*client(path), "-e", "SELECT 1"], capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    fail_with(log, "mariadbd did not start")


def fail_with(log, what):
    log.seek(0)
    sys.exit(f"{what}:\n{log.read()[-4000:]}")


@contextlib.contextmanager
def temporary_folder():
    """In memory where possible: what is tested survives the end of a process, not that of the machine. Its path is short,
    for that of a socket has 107 bytes at most."""
    memory = pathlib.Path("/dev/shm")
    parent = memory if memory.is_dir() and os.access(memory, os.W_OK) else "/tmp"
    with tempfile.TemporaryDirectory(prefix="mariadb-", dir=parent) as folder:
        yield pathlib.Path(folder)


@contextlib.contextmanager
def running(folder, *options, socket=None):
    """A server in this folder; gives the path of its socket, which is in the folder if none is given."""
    data, path = folder / "data", socket or folder / "socket"
    with open(folder / "log", "w+", encoding="utf-8") as log:
        install(data, log)
        command = [program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--socket={path}", *user_option(), *options]
        environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:{UNPACKED}"}
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            wait_for(server, path, log)
            yield path
        finally:
            server.terminate()
            server.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
