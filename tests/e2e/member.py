#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""member.py INTERFACE GROUP [SOURCE...]: be a member of a group, of some sources only where given, until killed.

Prints "joined" once the kernel has been told. Dying is leaving: the kernel then says so on the wire.
"""

import fcntl
import signal
import socket
import struct
import sys

SIOCGIFADDR = 0x8915
IP_ADD_SOURCE_MEMBERSHIP = 39


def interface_address(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        answer = fcntl.ioctl(probe, SIOCGIFADDR, struct.pack("256s", name.encode()))
    return answer[20:24]


def main():
    interface, group, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
    local = interface_address(interface)
    member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for source in sources:
        # struct ip_mreq_source on Linux: group, interface, source
        member.setsockopt(socket.IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP,
                          socket.inet_aton(group) + local + socket.inet_aton(source))
    if not sources:
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + local)
    print("joined", group, *sources, flush=True)
    signal.pause()


main()
