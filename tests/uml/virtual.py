# SPDX-License-Identifier: MIT
"""What the scenarios in virtual time share: hosts, a switch, its table, its frames, and a clock that nobody waits for.

All of it is one process, which sleeps between two looks: in a kernel that was booted with time-travel=inf-cpu, time
stands still while anything runs and jumps to the next timer when all sleep. So nothing here may spin, and what a
program does takes no time at all.
"""

import contextlib
import ctypes
import heapq
import os
import signal
import socket
import struct
import subprocess
import sys
import time

DIRECTORY = os.environ["E2E_DIR"]
BIN = os.environ["IGMPQ_BIN"]

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
PACKET_OUTGOING = 4
SO_TIMESTAMPNS = 35
RTM_GETMDB = 86
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NEVER = float("inf")

libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """What a scenario promised does not hold."""


def now():
    """Virtual seconds since this kernel started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def say(text):
    print("%10.1f %s" % (now(), text), flush=True)


def check(is_so, text):
    if not is_so:
        raise Failure(text)


def run(*words):
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def ip(*lines):
    """Several commands of ip in one process: each process takes real time here."""
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


@contextlib.contextmanager
def inside(host):
    """What is opened in here belongs to the host's network and stays there."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + host, os.O_RDONLY)
    try:
        check(libc.setns(there, CLONE_NEWNET) == 0, "setns: " + os.strerror(ctypes.get_errno()))
        yield
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


def switch(*options):
    """The kernel's own bridge, snooping, without a querier of its own; times as its defaults say."""
    ip("link add br0 type bridge mcast_snooping 1 mcast_querier 0 " + " ".join(options), "link set br0 up")


def batch(name, *lines):
    """Several commands of ip in the network of a host."""
    subprocess.run(["ip", "-n", name, "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def host(name, address=None):
    """A host, its eth0 on a port of the switch that is called as the host is."""
    ip("netns add " + name, "link add %s type veth peer name eth0 netns %s" % (name, name),
       "link set %s master br0 up" % name)
    lines = ["link set lo up"]
    if address:
        lines.append("addr add %s dev eth0" % address)
    batch(name, *lines, "link set eth0 up")


def setting(name, path, value):
    with inside(name), open("/proc/sys/" + path, "w", encoding="ascii") as file:
        file.write(str(value))


class Member:
    """A socket of a host that is a member of groups: the host's own kernel speaks IGMP for it."""

    def __init__(self, name, address, version=3, interface="eth0"):
        setting(name, "net/ipv4/conf/%s/force_igmp_version" % interface, version)
        self.host, self.version, self.local = name, version, socket.inet_aton(address)
        with inside(name):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.groups = {}  # when each was joined

    def join(self, group):
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + self.local)
        self.groups[group] = now()

    def leave(self, group):
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, socket.inet_aton(group) + self.local)
        del self.groups[group]


class Table:
    """The switch's table of groups, as the kernel dumps it; "bridge mdb show" would be a process for each look."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.socket.bind((0, 0))
        self.names = {}
        self.looks = 0

    def name(self, index):
        if index not in self.names:
            self.names[index] = socket.if_indextoname(index)
        return self.names[index]

    def look(self):
        """The set of (port, group, VLAN) that is in it now; the VLAN is 0 on a bridge without."""
        self.looks += 1
        body = struct.pack("=BxxxI", socket.AF_BRIDGE if hasattr(socket, "AF_BRIDGE") else 7, 0)
        self.socket.send(struct.pack("=IHHII", 16 + len(body), RTM_GETMDB, NLM_F_REQUEST | NLM_F_DUMP,
                                     self.looks & 0xffffffff, 0) + body)
        found = set()
        while True:
            data = self.socket.recv(65536)
            at = 0
            while at + 16 <= len(data):
                length, kind = struct.unpack_from("=IH", data, at)
                if kind == NLMSG_DONE:
                    return found
                check(kind != NLMSG_ERROR, "the kernel does not dump the table of its bridge")
                for mdb in attributes(data, at + 24, at + length, 1):
                    for entry in attributes(data, mdb[0], mdb[1], 1):
                        for info in attributes(data, entry[0], entry[1], 1):
                            index, _, _, vid, group = struct.unpack_from("=IBBH4s", data, info[0])
                            if struct.unpack_from("!H", data, info[0] + 24)[0] == 0x800:
                                found.add((self.name(index), socket.inet_ntoa(group), vid))
                at += (length + 3) & ~3


def attributes(data, at, end, wanted):
    while at + 4 <= end:
        length, kind = struct.unpack_from("=HH", data, at)
        if kind & 0x3fff == wanted:
            yield at + 4, at + length
        at += (length + 3) & ~3


class Tap:
    """A host that only listens: each general query is remembered, and every IGMP frame goes into NAME.pcap."""

    def __init__(self, name):
        self.name = name
        with inside(name):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.bind(("eth0", ETH_P_ALL))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.epoch = time.time() - now()
        self.queries = []  # (when, who)
        self.file = open(os.path.join(DIRECTORY, name + ".pcap"), "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

    def read(self):
        """All that has come since the last time; the kernel noted when."""
        while True:
            try:
                frame, notes, _, address = self.socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            if address[2] == PACKET_OUTGOING or frame[12:14] != b"\x08\x00" or frame[23] != 2:
                continue
            seconds, nanoseconds = struct.unpack("=qq", notes[0][2])
            when = seconds + nanoseconds / 1e9 - self.epoch
            self.file.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(frame), len(frame)) + frame)
            igmp = 14 + (frame[14] & 15) * 4
            if frame[igmp] == 0x11 and frame[igmp + 4:igmp + 8] == bytes(4):
                self.queries.append((when, socket.inet_ntoa(frame[26:30])))

    def last(self, source=None):
        """When the last general query came, of this source where given."""
        for when, who in reversed(self.queries):
            if source in (None, who):
                return when
        return -NEVER


class Querier:
    """igmpqd on a host."""

    def __init__(self, name, *options, seed=1):
        self.name, self.options, self.seed = name, options, seed
        self.process = None
        self.started = 0
        self.log = open(os.path.join(DIRECTORY, name + ".log"), "ab")

    def start(self):
        arguments = self.options or ("-i", "eth0")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, BIN + "/igmpqd", *arguments, "--seed", str(self.seed),
             "--control-socket", "/run/%s.sock" % self.name],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.started = now()
        return self

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        status = self.process.wait()
        self.process = None
        return status

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def status(self):
        """Memory of its own in KiB (not of files, whose pages come as they are used), how often it has slept since it started,
        and 2 where its system calls are filtered."""
        found = {}
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            for line in file:
                word, _, rest = line.partition(":")
                if word in ("RssAnon", "voluntary_ctxt_switches", "Seccomp"):
                    found[word] = int(rest.split()[0])
        return found["RssAnon"], found["voluntary_ctxt_switches"], found.get("Seccomp", 0)


class Foreign:
    """An IGMPv2 querier that is not ours: a general query every so many seconds, and no ears."""

    def __init__(self, name, address, interval):
        self.interval = interval
        with inside(name):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x94\x04\0\0")
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0xc0)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        self.life = 0  # odd while it lives

    @property
    def is_alive(self):
        return self.life % 2 == 1

    def start(self, lan):
        self.life += 1
        self.speak(lan, self.life)

    def speak(self, lan, life):
        if self.life == life:
            self.socket.sendto(bytes.fromhex("1164ee9b00000000"), ("224.0.0.1", 0))
            lan.at(now() + self.interval, lambda: self.speak(lan, life))

    def kill(self):
        self.life += 1


class Lan:
    """The clock: looks at the table every so many seconds, reads the taps, and does what is due."""

    def __init__(self, poll):
        self.poll, self.look_at = poll, now()
        self.table = Table()
        self.seen = set()  # what the table held at the last look
        self.taps = []
        self.watchers = []  # called after each look
        self.due = []
        self.order = 0

    def tap(self, name):
        self.taps.append(Tap(name))
        return self.taps[-1]

    def at(self, when, action):
        self.order += 1
        heapq.heappush(self.due, (when, self.order, action))

    def run_until(self, end, is_enough=lambda: False):
        """True as soon as it is enough, which is asked after each look; False at the end."""
        at = now()
        while at < end:
            time.sleep(max(0, min(end, self.look_at, self.due[0][0] if self.due else NEVER) - at))
            at = now()
            while self.due and self.due[0][0] <= at:
                heapq.heappop(self.due)[2]()
            if self.look_at <= at:
                self.look_at += self.poll
                for tap in self.taps:
                    tap.read()
                self.seen = self.table.look()
                for watcher in self.watchers:
                    watcher()
                if is_enough():
                    return True
        return False

    def run(self, seconds, is_enough=lambda: False):
        return self.run_until(now() + seconds, is_enough)


def main(scenario):
    """Exit status 0, or 1 after a line that begins with FAILED."""
    try:
        scenario()
    except Failure as failure:
        say("FAILED: %s" % failure)
        sys.exit(1)
