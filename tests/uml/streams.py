#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long members are without their stream when a querier dies and another takes over after the full 255 s.

Linux's bridge hears no higher address while it remembers a querier, which is 255 s and a little; then it floods until 10 s
after it has found another, reports too. Members by IGMPv2 that hear the report of another keep silent, and miss the stream
from then until they answer the next query.

So those are without it for no longer than from the end of the flood to their answer, at most 10 s after the next query. The
kernel's timers of 10 s may be up to 0.64 s late, at 100 ticks a second: a query just at the end of the flood may be answered
while it lasts, and then the one after it counts.
"""

import os
import socket

from virtual import DIRECTORY, Lan, Member, Querier, check, host, inside, main, now, say, setting, switch

GROUP = "239.1.2.3"
PORT = 5004
HOSTS = ["h%d" % number for number in range(1, 7)]
RESPONSE = 10  # how long an answer to a query may take
FLOOD = 10  # how long Linux floods after it has found a querier
LATE = 0.64
EARLY = 100  # before the rhythm is known: the second waits 255 s, but in IGMPv3 queries tell it
EVERY = 1


class Stream:
    """A datagram from one host to a group every second, and what of it each member receives."""

    def __init__(self, lan):
        self.lan = lan
        with inside("s"):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.0.3"))
        self.members = {}
        self.received, self.gaps = {}, {}  # when each last received, and its longest time without

    def add(self, name, member):
        member.socket.setblocking(False)
        member.socket.bind((GROUP, PORT))
        member.join(GROUP)
        self.members[name] = member

    def begin(self):
        self.received = dict.fromkeys(self.members, now())
        self.gaps = dict.fromkeys(self.members, 0)

    def receive(self, name, at):
        try:
            while self.members[name].socket.recv(64):
                self.received[name] = at
        except BlockingIOError:
            self.gaps[name] = max(self.gaps.get(name, 0), at - self.received.get(name, at))

    def send(self):
        at = now()
        for name in self.members:
            self.receive(name, at)
        self.socket.sendto(b"x", (GROUP, PORT))
        self.lan.at(at + EVERY, self.send)


def longest_gap(query):
    """In seconds; the first query after the flood is sent this long after the one by which the switch finds its querier."""
    return query + RESPONSE + LATE - FLOOD + 2 * EVERY  # the stream is sent, and looked at, every so often


def one(lan, tap, stream, queriers, what, takeover, longest):
    """The first dies early; how long a member was without the stream at most."""
    for querier in queriers:
        querier.start()
        lan.run(30)
    lan.run(EARLY)
    check(tap.queries[-1][1] == "10.0.0.1", "the lowest address is not the querier")
    stream.begin()
    queriers[0].kill()
    last = tap.last()
    check(lan.run(400, lambda: tap.last() > last), "nobody took over")
    gap = next(when for when, _ in tap.queries if when > last) - last
    lan.run(150)
    queriers[1].kill()
    gaps = stream.gaps.values()
    say("%-30s takeover after %.2f s; %d of %d members were without their stream, for up to %.2f s" %
        (what, gap, sum(seconds > EVERY for seconds in gaps), len(gaps), max(gaps)))
    check(abs(gap - takeover) < 0.5, "not the takeover that was meant")
    check(max(gaps) <= longest, "expected %.2f s at most" % longest)
    lan.run(300)  # the switch forgets all of it


def scenario():
    switch()
    for number, name in enumerate(["q1", "q2", "s"] + HOSTS):
        host(name, "10.0.0.%d/24" % (number + 1))
    host("tap")
    lan = Lan(poll=5)
    tap = lan.tap("tap")
    lan.run(3)
    stream = Stream(lan)
    for number, name in enumerate(HOSTS):
        stream.add(name, Member(name, "10.0.0.%d" % (number + 4)))
    stream.send()
    for what, version, text, takeover, longest in (
            ("IGMPv3", 3, "igmp-version = 3;", 125, 2 * EVERY),
            ("IGMPv2", 2, "", 255, longest_gap(60)),
            ("IGMPv2, seven queries in 30 s", 2, "takeover-burst = true; startup-query-interval = 5; startup-query-count = 7;",
             255, longest_gap(15))):
        path = os.path.join(DIRECTORY, "igmpqd.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write('interfaces = ( "eth0" );\n%s\n' % text)
        for name in HOSTS:
            setting(name, "net/ipv4/conf/eth0/force_igmp_version", version)
        one(lan, tap, stream, [Querier(name, "-c", path, seed=number) for number, name in enumerate(("q1", "q2"))],
            what, takeover, longest)


main(scenario)
