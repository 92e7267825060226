#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Put raw IGMP frames on an interface, right or wrong in any way a test asks for.

frames.py INTERFACE query|leave|report|v3report|type [OPTION...] [--wait SECONDS query|... [OPTION...]]...

It shares no code with igmpq, so that the two can disagree. Without options a query is a version 2 General Query
as RFC 2236 wants it, from the interface's own MAC address. A later frame has the IP source of the first.
"""

import argparse
import socket
import struct
import sys
import time

ROUTER_ALERT = b"\x94\x04\x00\x00"
RECORDS = {"IS_IN": 1, "IS_EX": 2, "TO_IN": 3, "TO_EX": 4, "ALLOW": 5, "BLOCK": 6}


def checksum(data):
    """RFC 1071, an odd octet padded with zero."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def record(text):
    """TYPE:GROUP[:SOURCE,SOURCE...]; COUNT*A.B.C.D stands for that many addresses in a row."""
    kind, group, *rest = text.split(":")
    sources = []
    for item in filter(None, rest[0].split(",") if rest else []):
        count, _, first = item.rpartition("*")
        begin = struct.unpack("!I", socket.inet_aton(first))[0]
        sources += [struct.pack("!I", begin + i) for i in range(int(count or 1))]
    return struct.pack("!BBH4s", RECORDS[kind], 0, len(sources), socket.inet_aton(group)) + b"".join(sources)


def arguments(words, source):
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("query", "leave", "report", "v3report", "type"))
    parser.add_argument("--version", type=int, default=2)
    parser.add_argument("--group", default="0.0.0.0")
    parser.add_argument("--code", type=lambda s: int(s, 0), help="second octet")
    parser.add_argument("--type", type=lambda s: int(s, 0), default=0x13, help="first octet, for 'type'")
    parser.add_argument("--suppress", action="store_true", help="the S flag")
    parser.add_argument("--robustness", type=int, default=2)
    parser.add_argument("--interval", type=int, default=125, help="QQIC as it goes on the wire")
    parser.add_argument("--sources", type=int, help="the number of sources a version 3 query claims to have")
    parser.add_argument("--record", action="append", default=[], type=record)
    parser.add_argument("--octets", type=int, help="cut or stretch the IGMP message to this length, then sum")
    parser.add_argument("--src", default=source)
    parser.add_argument("--dst")
    parser.add_argument("--mac", help="source MAC address")
    parser.add_argument("--dmac")
    parser.add_argument("--ttl", type=int, default=1)
    parser.add_argument("--tos", type=lambda s: int(s, 0), default=0xC0)
    parser.add_argument("--no-alert", action="store_true", help="without Router Alert")
    parser.add_argument("--fragment", type=lambda s: int(s, 0), default=0x4000, help="flags and fragment offset")
    parser.add_argument("--ihl", type=int, help="header length as the header says it, in words")
    parser.add_argument("--ip-length", type=int, help="total length as the header says it")
    parser.add_argument("--bad-igmp-sum", action="store_true")
    parser.add_argument("--bad-ip-sum", action="store_true")
    parser.add_argument("--vlan", type=int, action="append", default=[])
    parser.add_argument("--pad", type=int, default=0, help="zero octets up to this frame length")
    parser.add_argument("--rubbish", type=int, default=0, help="octets 0xaa behind the IP packet")
    parser.add_argument("--count", type=int, default=1)
    return parser.parse_args(words)


def igmp(args):
    group = socket.inet_aton(args.group)
    if args.what == "query" and args.version == 3:
        flags = (8 if args.suppress else 0) | args.robustness
        code = 100 if args.code is None else args.code
        message = struct.pack("!BBH4sBBH", 0x11, code, 0, group, flags, args.interval, args.sources or 0)
    elif args.what == "query":
        code = (0 if args.version == 1 else 100) if args.code is None else args.code
        message = struct.pack("!BBH4s", 0x11, code, 0, group)
    elif args.what == "v3report":
        message = struct.pack("!BBHHH", 0x22, 0, 0, 0, len(args.record)) + b"".join(args.record)
    else:
        kind = {"leave": 0x17, "report": 0x12 if args.version == 1 else 0x16, "type": args.type}[args.what]
        message = struct.pack("!BBH4s", kind, args.code or 0, 0, group)
    if args.octets is not None:
        message = message[:args.octets].ljust(args.octets, b"\x55")
    value = checksum(message) ^ (0x0100 if args.bad_igmp_sum else 0)
    return message[:2] + struct.pack("!H", value) + message[4:]


def destination(args):
    if args.dst:
        return args.dst
    return {"query": "224.0.0.1" if args.group == "0.0.0.0" else args.group, "leave": "224.0.0.2",
            "report": args.group, "v3report": "224.0.0.22", "type": "224.0.0.1"}[args.what]


def packet(args, payload):
    options = b"" if args.no_alert else ROUTER_ALERT
    ihl = 5 + len(options) // 4 if args.ihl is None else args.ihl
    length = 20 + len(options) + len(payload) if args.ip_length is None else args.ip_length
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, args.tos, length, 0, args.fragment, args.ttl, 2, 0,
                         socket.inet_aton(args.src), socket.inet_aton(destination(args))) + options
    value = checksum(header) ^ (0x0100 if args.bad_ip_sum else 0)
    return header[:10] + struct.pack("!H", value) + header[12:] + payload


def frame(args, own_mac):
    dst = socket.inet_aton(destination(args))
    if args.dmac:
        dmac = bytes.fromhex(args.dmac.replace(":", ""))
    else:
        dmac = bytes((1, 0, 0x5E, dst[1] & 0x7F, dst[2], dst[3]))
    smac = bytes.fromhex(args.mac.replace(":", "")) if args.mac else own_mac
    tags = b"".join(struct.pack("!HH", 0x8100, vlan) for vlan in args.vlan)
    octets = dmac + smac + tags + b"\x08\x00" + packet(args, igmp(args)) + b"\xaa" * args.rubbish
    return octets.ljust(args.pad, b"\0")


def main():
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((sys.argv[1], 0))
    words, source = sys.argv[2:], "192.168.50.5"
    while words:
        end = words.index("--wait") if "--wait" in words else len(words)
        args = arguments(words[:end], source)
        source = args.src
        octets = frame(args, wire.getsockname()[4])
        for _ in range(args.count):
            wire.send(octets)
        print(octets.hex(), flush=True)
        if end < len(words):
            time.sleep(float(words[end + 1]))
        words = words[end + 2:]


main()
