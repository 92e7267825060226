# SPDX-License-Identifier: MIT
#
# A LAN in a network namespace of its own, for tests/faults/run: igmpqd's end of a cable is eth0, ours is "peer".

import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

OURS = "192.168.50.30"
DAEMON = "192.168.50.10"
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(data, at):
    return data[:at] + struct.pack("!H", checksum(data)) + data[at + 2:]


def igmp_frame(source, destination, igmp):
    """An Ethernet frame with this message, its checksum repaired."""
    igmp = with_checksum(igmp, 2)
    address = socket.inet_aton(destination)
    header = struct.pack("!BBHHHBBH4s4s4s", 0x46, 0xC0, 24 + len(igmp), 0, 0, 1, 2, 0, socket.inet_aton(source), address,
                         bytes((0x94, 4, 0, 0)))
    mac = bytes((1, 0, 0x5E, address[1] & 0x7F, address[2], address[3]))
    return mac + bytes((2, 0, 0, 0, 0, 0x30)) + b"\x08\x00" + with_checksum(header, 10) + igmp


def v2(kind, group, source=OURS):
    destination = group if kind == 0x16 else "224.0.0.2" if kind == 0x17 else "224.0.0.1"
    return igmp_frame(source, destination, struct.pack("!BBH4s", kind, 0, 0, socket.inet_aton(group)))


def v3_report(group, sources, source=OURS):
    record = struct.pack("!BBH4s", 5, 0, len(sources), socket.inet_aton(group)) + b"".join(map(socket.inet_aton, sources))
    return igmp_frame(source, "224.0.0.22", struct.pack("!BBHHH", 0x22, 0, 0, 0, 1) + record)


class Lan:
    def __init__(self):
        """This process is in the new namespace from now on, and what it starts as well."""
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for each in ("all", "default"):
            with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % each, "w", encoding="ascii") as file:
                file.write("1")
        for words in ("link set lo up", "link add eth0 type veth peer name peer", "addr add %s/24 dev eth0" % DAEMON,
                      "link set eth0 up", "link set peer up",
                      # for tools that listen: a cable on which nobody else says anything
                      "link add quiet0 type veth peer name quiet1", "addr add 192.168.60.10/24 dev quiet0",
                      "link set quiet0 up", "link set quiet1 up"):
            subprocess.run(["ip"] + words.split(), check=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.bind(("peer", 0))
        self.control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, frame):
        self.socket.send(frame)

    def set_up(self, is_up, name="peer"):
        request = struct.pack("16sH14x", name.encode(), 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(self.control, SIOCGIFFLAGS, request))[1]
        flags = flags | IFF_UP if is_up else flags & ~IFF_UP
        fcntl.ioctl(self.control, SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), flags))

    def forget(self):
        """What has come so far."""
        while self.query(0):
            pass

    def query(self, seconds, group=None):
        """Wait for a query of the daemon's; its group, or None when none came in time."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.socket], [], [], left)[0]:
                return None
            try:
                frame, (_, _, kind, _, _) = self.socket.recvfrom(2048)
            except OSError:  # the link went down
                continue
            if kind == socket.PACKET_OUTGOING if hasattr(socket, "PACKET_OUTGOING") else kind == 4:
                continue
            begin = 14 + 4 * (frame[14] & 15)
            if frame[23] == 2 and frame[begin] == 0x11 and frame[26:30] == socket.inet_aton(DAEMON):
                heard = socket.inet_ntoa(frame[begin + 4:begin + 8])
                if group in (None, heard):
                    return heard


def ask(path, request, seconds=4.0):
    """The lines of an answer; None when there was no connection."""
    deadline = time.monotonic() + seconds
    answer = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            client.connect(path)
            client.sendall(request.encode() + b"\n")
        except OSError:
            return None
        while time.monotonic() < deadline:
            if not select.select([client], [], [], max(0, deadline - time.monotonic()))[0]:
                return None
            try:
                piece = client.recv(65536)
            except OSError:
                break
            if not piece:
                break
            answer += piece
    return answer.decode("utf-8", "replace").splitlines()


def cpu_seconds(process):
    """What a process has used so far; 0 when it is gone."""
    try:
        with open("/proc/%d/stat" % process, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0
