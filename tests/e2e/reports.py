#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reports.py INTERFACE FIRST COUNT PROCESS: a version 2 report for each of so many groups, 239.64.0.0 and up.

PROCESS is who hears them, on this host: after each hundred it has to sleep, that is to have read them all, before the next are
sent. More than its buffer holds, on a machine that has no time for it, would test the buffer.
"""

import socket
import struct
import sys
import time


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def frame(number):
    group = struct.pack("!I", 0xEF400000 + number)
    message = b"\x16\0\0\0" + group
    message = message[:2] + checksum(message) + message[4:]
    header = (bytes.fromhex("46c00020000040000102") + b"\0\0" + socket.inet_aton("192.168.50.21") + group +
              bytes.fromhex("94040000"))
    header = header[:10] + checksum(header) + header[12:]
    mac = bytes((1, 0, 0x5E, group[1] & 0x7F, group[2], group[3]))
    return mac + bytes.fromhex("0200000000210800") + header + message


def is_awake(process):
    with open("/proc/%s/stat" % process, encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "S"


def main():
    interface, first, count, process = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((interface, 0))
    for number in range(first, first + count):
        wire.send(frame(number))
        if number % 100 == 99:
            while is_awake(process):
                time.sleep(0.001)


main()
