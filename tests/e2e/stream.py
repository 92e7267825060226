#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stream.py send|receive INTERFACE GROUP: a stream of 20 UDP datagrams a second, or a member that counts what comes.

The receiver prints the number of datagrams of each second, one a line.
"""

import fcntl
import socket
import struct
import sys
import time

PORT = 5004
SIOCGIFADDR = 0x8915


def interface_address(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()))[20:24]


def send(local, group):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, local)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    number = 0
    while True:
        out.sendto(struct.pack("!I", number), (group, PORT))
        number += 1
        time.sleep(0.05)


def receive(local, group):
    member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    member.bind((group, PORT))
    member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + local)
    end = time.monotonic() + 1
    count = 0
    while True:
        left = end - time.monotonic()
        if left <= 0:
            print(count, flush=True)
            count = 0
            end += 1
            continue
        member.settimeout(left)
        try:
            member.recv(2000)
            count += 1
        except TimeoutError:
            pass


def main():
    what, interface, group = sys.argv[1:]
    {"send": send, "receive": receive}[what](interface_address(interface), group)


main()
