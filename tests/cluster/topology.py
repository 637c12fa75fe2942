"""The cluster: three MariaDB nodes, each in a network namespace with two links, so that replication can be cut while
clients still reach the node. The bridges, the programs and the load are in the namespace of this process."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from checks import fail, until

HOME = pathlib.Path("/run/cluster")
NODES = (1, 2, 3)
DATABASE = "funsun"
PROVIDER = next(filter(os.path.exists, ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so")), "")

# A small log and few buffers: the file system is in memory. Everything else that matters is as in docs/scale.md.
CONFIGURATION = """[mysqld]
user = root
skip-name-resolve
max_connections = 300
innodb_log_file_size = 32M
innodb_buffer_pool_size = 128M
binlog_format = ROW
default_storage_engine = InnoDB
log_bin_trust_function_creators = ON
innodb_autoinc_lock_mode = 2
wsrep_on = ON
wsrep_provider = {provider}
wsrep_cluster_name = funsun
wsrep_cluster_address = gcomm://10.98.0.11,10.98.0.12,10.98.0.13
wsrep_sst_method = rsync
wsrep_mode = STRICT_REPLICATION,REQUIRED_PRIMARY_KEY
"""

START_SECONDS_MAX = 60

# For a state transfer root's rsync daemon changes to the user nobody, who may not write here, or does not exist.
RSYNC = """#!/bin/sh
case "$*" in *--daemon*) set -- "$@" --dparam=uid=0 --dparam=gid=0 ;; esac
exec {rsync} "$@"
"""


def command(*words):
    """Runs a short command; ends this program when it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        fail(f"{' '.join(map(str, words))}: {done.stderr or done.stdout}")
    return done.stdout


def create_network():
    """Bridges here, and for each node a namespace with a link to each of them."""
    command("mount", "-t", "tmpfs", "none", "/run")
    HOME.mkdir()
    wrap_rsync()
    command("ip", "link", "set", "lo", "up")
    for bridge in ("clients", "replication"):
        command("ip", "link", "add", bridge, "type", "bridge")
        command("ip", "link", "set", bridge, "up")
    command("ip", "address", "add", "10.99.0.1/24", "dev", "clients")
    for number in NODES:
        command("ip", "netns", "add", f"db{number}")
        command("ip", "-n", f"db{number}", "link", "set", "lo", "up")
        for bridge, network in (("clients", "10.99.0"), ("replication", "10.98.0")):
            inner, outer = bridge, f"{bridge}{number}"
            command("ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", f"db{number}")
            command("ip", "link", "set", outer, "master", bridge, "up")
            command("ip", "-n", f"db{number}", "address", "add", f"{network}.1{number}/24", "dev", inner)
            command("ip", "-n", f"db{number}", "link", "set", inner, "up")


def wrap_rsync():
    """In these namespaces only: the server looks for it in folders of its own choice."""
    rsync, copy, wrapper = shutil.which("rsync"), HOME / "rsync.original", HOME / "rsync"
    shutil.copy(rsync, copy)
    wrapper.write_text(RSYNC.format(rsync=copy))
    wrapper.chmod(0o755)
    command("mount", "--bind", wrapper, rsync)


class Node:
    """One MariaDB server of the cluster."""

    def __init__(self, number):
        self.number = number
        self.folder = HOME / f"node{number}"
        self.data, self.socket = self.folder / "data", self.folder / "socket"
        self.process = None
        self.last_error = "no answer"

    @property
    def host(self):
        return f"10.99.0.1{self.number}:3306"

    def install(self):
        self.folder.mkdir()
        (self.folder / "my.cnf").write_text(CONFIGURATION.format(provider=PROVIDER))
        command("mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--skip-test-db", "--user=root")

    def copy(self, other):
        """Takes the data folder of a node that has not been started."""
        self.folder.mkdir()
        shutil.copy(other.folder / "my.cnf", self.folder)
        shutil.copytree(other.data, self.data)

    def start(self, *options):
        """Starts the server; it can be used when [`Node.wait_until_ready`] returns."""
        log = open(self.folder / "log", "a", encoding="utf-8")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", f"db{self.number}", "mariadbd", f"--defaults-file={self.folder}/my.cnf",
             f"--datadir={self.data}", f"--socket={self.socket}", f"--pid-file={self.folder}/pid",
             f"--wsrep-node-address=10.98.0.1{self.number}", f"--wsrep-node-name=node{self.number}", *options],
            stdout=log, stderr=log)

    def restart(self):
        """Starts the server after it was killed, as its service does: from where it was, so that the others send what it
        has missed instead of everything."""
        recovery = self.folder / "recovery.err"
        command("mariadbd", f"--defaults-file={self.folder}/my.cnf", f"--datadir={self.data}",
                f"--socket={self.socket}", f"--log-error={recovery}", "--wsrep-recover")
        positions = re.findall(r"Recovered position: *(\S+)", recovery.read_text(encoding="utf-8"))
        self.start(*(f"--wsrep-start-position={position}" for position in positions[-1:]))

    def wait_until_ready(self):
        until(f"node {self.number} is ready", self.is_ready, START_SECONDS_MAX, on_failure=self.log)

    def is_ready(self):
        """Whether the node serves clients: part of the majority and up to date."""
        if self.process.poll() is not None:
            fail(f"node {self.number} ended", self.log())
        wanted = "SHOW STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_local_state_comment')"
        return ["ON", "Synced"] == sorted(row[1] for row in self.query_or_none(wanted) or [])

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-3_000:]

    def query_or_none(self, sql, database=""):
        """The rows, or None when the node does not answer."""
        client = ["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", "--batch", "--raw",
                  "--skip-column-names", database]
        try:
            answer = subprocess.run(client, input=sql, capture_output=True, text=True, timeout=10)
        except subprocess.TimeoutExpired:
            return None
        if answer.returncode:
            self.last_error = answer.stderr
            return None
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def query(self, sql, database=DATABASE):
        rows = self.query_or_none(sql, database)
        return fail(f"node {self.number}: {sql}: {self.last_error}") if rows is None else rows

    def kill(self):
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def cut_replication(self):
        command("ip", "link", "set", f"replication{self.number}", "down")

    def heal_replication(self):
        command("ip", "link", "set", f"replication{self.number}", "up")


def start_cluster():
    """Three nodes with an empty database, and the seconds that each took."""
    create_network()
    nodes = [Node(number) for number in NODES]
    nodes[0].install()
    for node in nodes[1:]:
        node.copy(nodes[0])
    seconds = []
    for node in nodes:
        begun = time.monotonic()
        node.start(*(["--wsrep-new-cluster"] if node is nodes[0] else []))
        node.wait_until_ready()
        seconds.append(time.monotonic() - begun)
    nodes[0].query(f"CREATE DATABASE {DATABASE}; CREATE USER funsun@'10.99.0.1' IDENTIFIED BY 'test'; "
                   f"GRANT ALL ON {DATABASE}.* TO funsun@'10.99.0.1';", database="")
    return nodes, seconds


def database_url(nodes):
    """The setting `database_url` with these nodes, the first one preferred."""
    return f"mysql://funsun:test@{','.join(node.host for node in nodes)}/{DATABASE}"
