#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""noise.py INTERFACE COUNT: IGMP frames with random octets changed and random cuts, none of them a valid query.

The same every time: the generator has a fixed seed. Frames that would happen to be sound queries are made unsound by
their TTL, so that whoever yields to one of them is wrong.
"""

import random
import socket
import struct
import sys

BASES = [
    # version 2 general query, version 3 general query with a source, version 2 report, version 3 report; from a
    # lower address than that of the daemon, with TTL 64 and correct checksums of everything else
    "01005e000001020000000005080046c000200000400040020000c0a83205e0000001940400001164ee9b00000000",
    "01005e000001020000000005080046c000280000400040020000c0a83205e0000001940400001164e11a00000000027d00010a000001",
    "01005e010203020000000005080046c000200000400040020000c0a83205ef010203940400001600f9fbef010203",
    "01005e000016020000000005080046c000280000400040020000c0a83205e0000016940400002200eaf80000000104000000ef010203",
]


def header_checksum(header):
    total = sum(struct.unpack("!%dH" % (len(header) // 2), header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def main():
    interface, count = sys.argv[1], int(sys.argv[2])
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((interface, 0))
    chance = random.Random(1)
    for _ in range(count):
        frame = bytearray.fromhex(chance.choice(BASES))
        for _ in range(chance.randint(0, 4)):
            where = chance.choice((chance.randrange(14, 38), chance.randrange(38, len(frame))))
            if where not in (22, 23):  # TTL and protocol stay: wrong, and IGMP
                frame[where] = chance.randrange(256)
        if chance.random() < 0.7:
            frame[24:26] = b"\0\0"
            frame[24:26] = struct.pack("!H", header_checksum(bytes(frame[14:38])))
        if chance.random() < 0.3:
            del frame[chance.randrange(24, len(frame)):]
        wire.send(bytes(frame))


main()
