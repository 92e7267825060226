#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""datagrams.py PATH: a Unix socket there for everybody, and each datagram as one line: the seconds since the start, and the text
with " | " for every end of a line. What a service manager (sd_notify) and a log daemon (syslog) hear."""

import os
import socket
import sys
import time


def main():
    path = sys.argv[1]
    if path.startswith("@"):
        path = "\0" + path[1:]
    elif os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(path)
    if not path.startswith("\0"):
        os.chmod(path, 0o666)
    began = time.monotonic()
    print("listening", flush=True)
    while True:
        text = server.recv(8192).decode(errors="replace").rstrip("\n").replace("\n", " | ")
        print(f"{time.monotonic() - began:.3f} {text}", flush=True)


main()
