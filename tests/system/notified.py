#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""notified.py NAME: what a service tells of itself (sd_notify(3)) to the abstract socket NAME, each line with its time."""

import socket
import sys
import time

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
    listener.bind("\0" + sys.argv[1])
    print("listening", flush=True)
    while True:
        for line in listener.recv(4096).decode(errors="replace").splitlines():
            print(f"{time.monotonic():.3f} {line}", flush=True)
