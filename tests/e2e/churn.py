#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# A lively network for the soak test: churn.py INTERFACE SECONDS SEED PER_SECOND. Hosts of all versions join and leave, other
# queriers come and go, frames are broken. The same seed sends the same frames.

import random
import socket
import struct
import sys
import time


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(host, destination, igmp, spoil=False):
    igmp = igmp[:2] + struct.pack("!H", checksum(igmp) ^ spoil) + igmp[4:]
    source = bytes((192, 168, 50, host))
    ip = struct.pack("!BBHHHBBH4s4s4s", 0x46, 0xC0, 24 + len(igmp), 0, 0, 1, 2, 0, source, destination, bytes((0x94, 4, 0, 0)))
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    mac = bytes((1, 0, 0x5E, destination[1] & 0x7F)) + destination[2:]
    return mac + bytes((2, 0, 0, 0, 1, host)) + b"\x08\x00" + ip + igmp


def message(chance):
    """The next frame."""
    host = chance.randrange(30, 130)
    group = bytes((239, 3, chance.randrange(2), chance.randrange(150)))
    kind = chance.random()
    if kind < 0.3:
        return frame(host, group, b"\x16\0\0\0" + group)
    if kind < 0.35:
        return frame(host, group, b"\x12\0\0\0" + group)
    if kind < 0.5:
        return frame(host, bytes((224, 0, 0, 2)), b"\x17\0\0\0" + group)
    if kind < 0.95:
        sources = [bytes((10, 0, 0, chance.randrange(60))) for _ in range(chance.randrange(12))]
        record = struct.pack("!BBH", chance.randrange(1, 8), 0, len(sources)) + group + b"".join(sources)
        return frame(host, bytes((224, 0, 0, 22)), b"\x22\0\0\0\0\0\0\x01" + record, chance.random() < 0.05)
    if kind < 0.9503:
        return frame(chance.choice((5, 200)), bytes((224, 0, 0, 1)), b"\x11\x0a\0\0\0\0\0\0")
    whole = frame(host, group, b"\x16\0\0\0" + group)
    return whole[:chance.randrange(14, len(whole))]


def main():
    interface, seconds, seed, rate = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((interface, 0))
    chance = random.Random(seed)
    began = time.monotonic()
    sent = lost = 0
    while time.monotonic() - began < seconds:
        try:
            out.send(message(chance))
            sent += 1
        except OSError:  # the link is down
            lost += 1
        time.sleep(max(0, began + (sent + lost) / rate - time.monotonic()))
    print("%d frames sent, %d met a link that was down" % (sent, lost), flush=True)


if __name__ == "__main__":
    main()
