#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients of the control socket, good and bad ones.

ask.py SOCKET REQUEST                the answer, line by line; status 0: ok, 1: an error, 3: cannot connect
ask.py --slow SOCKET REQUEST COUNT   so many clients at once that read a little now and then; how many objects each got
ask.py --deaf SOCKET REQUEST         asks and never reads
ask.py --bad SOCKET COUNT            so many malformed, oversized and half requests; how many errors came back
"""

import json
import random
import socket
import sys
import time


def connect(path):
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    return client


def ask(path, request):
    try:
        client = connect(path)
    except OSError as problem:
        print(problem.strerror)
        return 3
    client.sendall(request.encode() + b"\n")
    last = {}
    for line in client.makefile("r"):
        last = json.loads(line)
        print(line, end="", flush=True)
    return 0 if last.get("ok") else 1


def slow(path, request, count):
    clients = []
    for _ in range(count):
        client = socket.socket(socket.AF_UNIX)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(path)
        client.sendall(request.encode() + b"\n")
        clients.append([client, b""])
    reading = list(clients)
    while reading:
        for entry in list(reading):
            data = entry[0].recv(65536)
            entry[1] += data
            if not data:
                reading.remove(entry)
        time.sleep(0.15)
    for _, data in clients:
        lines = [json.loads(line) for line in data.decode().splitlines()]
        assert lines[0]["type"] == "header" and lines[-1]["ok"], lines[-1]
        assert lines[-1]["count"] == len(lines) - 2
        print(len({line["group"] for line in lines[1:-1]}))
    return 0


def deaf(path, request):
    client = connect(path)
    client.sendall(request.encode() + b"\n")
    time.sleep(3600)


def bad(path, count):
    chance = random.Random(7)
    errors = 0
    for number in range(count):
        client = connect(path)
        size = chance.choice([1, 5, 100, 511, 512, 513, 5000])
        text = bytes(chance.randrange(256) for _ in range(size)) if number % 3 else b"status eth0 " * size
        if number % 2:
            text += b"\n"
        try:
            client.sendall(text)
            if number % 7 == 0:
                client.close()
                continue
            client.shutdown(socket.SHUT_WR)
            answer = client.makefile("rb").read()
        except OSError:  # it does not read what is behind the line
            continue
        objects = [json.loads(line) for line in answer.splitlines()]
        errors += objects[-1]["type"] == "error"
        client.close()
        # It lets in so many a second and no more.
        time.sleep(0.003)
    print(errors)
    return 0


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--slow":
        return slow(arguments[1], arguments[2], int(arguments[3]))
    if arguments[0] == "--deaf":
        return deaf(arguments[1], arguments[2])
    if arguments[0] == "--bad":
        return bad(arguments[1], int(arguments[2]))
    return ask(arguments[0], " ".join(arguments[1:]))


sys.exit(main())
