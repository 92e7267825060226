#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask an HTTP server of this host in ways good and bad. Usage: ask_http.py PORT WHAT [ARGUMENT]

  get PATH [HOST]   status and body; HOST: the name in the request
  method NAME       the status of /metrics asked so, and how long the body is
  raw TEXT          the first line that comes back on these octets (escapes as in Python)
  crowd COUNT       as many connections that say nothing, held until standard input ends
  flood COUNT       requests behind one another on one connection whose answers nobody reads, then closed
"""
import http.client
import socket
import sys

port, what, rest = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
place = ("127.0.0.1", port)

if what == "get":
    connection = http.client.HTTPConnection(*place, timeout=30)
    connection.request("GET", rest[0], headers={"Host": rest[1]} if len(rest) > 1 else {})
    answer = connection.getresponse()
    print(answer.status, answer.getheader("Content-Type"), file=sys.stderr)
    sys.stdout.write(answer.read().decode())
elif what == "method":
    connection = http.client.HTTPConnection(*place, timeout=30)
    connection.request(rest[0], "/metrics", body=b"x" * 5000 if rest[0] == "POST" else None)
    answer = connection.getresponse()
    print(answer.status, answer.getheader("Allow"), len(answer.read()))
elif what == "raw":
    with socket.create_connection(place, timeout=30) as client:
        client.sendall(rest[0].encode().decode("unicode_escape").encode("latin-1"))
        client.shutdown(socket.SHUT_WR)
        print(client.makefile("rb").readline().decode("latin-1").strip())
elif what == "crowd":
    clients = [socket.create_connection(place, timeout=30) for _ in range(int(rest[0]))]
    print("there", flush=True)
    sys.stdin.read()
elif what == "flood":
    client = socket.create_connection(place, timeout=30)
    client.setblocking(False)
    asked = 0
    try:
        while asked < int(rest[0]):
            client.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            asked += 1
    except BlockingIOError:
        pass
    print("asked", asked)
