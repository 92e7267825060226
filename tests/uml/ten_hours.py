#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ten hours on a switch with default times: without igmpqd it forgets its members after 260 s, with it never.

Q-58, Q-119: the default query interval and the default ageing of a snooping switch fit together.
"""

import os
import signal

from virtual import Lan, Member, Querier, check, host, main, now, say, switch

HOURS = 10
MEMBERS = (("h1", 2, "239.1.2.1"), ("h2", 3, "239.1.2.2"))


def forgotten(lan, left):
    """When each member fell out of the table."""
    gone = {}

    def watch():
        for name, _, group in MEMBERS:
            if name not in gone and (name, group, 0) not in lan.seen:
                gone[name] = now()

    lan.watchers.append(watch)
    check(lan.run(left, lambda: len(gone) == len(MEMBERS)), "the switch remembers without a querier: nothing was proved")
    lan.watchers.remove(watch)
    return gone


def members_are_there(lan):
    return all((name, group, 0) in lan.seen for name, _, group in MEMBERS)


def scenario():
    switch()
    host("q", "10.0.0.1/24")
    host("tap")
    for number, (name, _, _) in enumerate(MEMBERS):
        host(name, "10.0.0.%d/24" % (11 + number))
    lan = Lan(poll=2)
    tap = lan.tap("tap")
    lan.run(3)

    began = now()
    members = [Member(name, "10.0.0.%d" % (11 + number), version) for number, (name, version, _) in enumerate(MEMBERS)]
    for member, (_, _, group) in zip(members, MEMBERS):
        member.join(group)
    check(lan.run(5, lambda: members_are_there(lan)), "the members never came into the table")
    gone = forgotten(lan, 400)
    check(not tap.queries, "somebody queries already")
    for name, version, _ in MEMBERS:
        say("without igmpqd: %s, a member by IGMPv%d, is forgotten after %.0f s" % (name, version, gone[name] - began))
        check(258 <= gone[name] - began <= 280, "a switch with other times than usual")

    querier = Querier("q").start()
    check(lan.run(20, lambda: members_are_there(lan)), "the first queries did not bring the members back")
    began, looks = now(), lan.table.looks
    lan.run(60)
    early = querier.status()
    missing = []
    lan.watchers.append(lambda: members_are_there(lan) or missing.append(now()))
    lan.run(HOURS * 3600 - 60)
    late = querier.status()
    lan.watchers.clear()
    check(querier.is_alive(), "igmpqd ended")
    say("igmpqd runs as user %d, its system calls are %s" %
        (os.stat("/proc/%d" % querier.process.pid).st_uid, "filtered" if late[2] == 2 else "not filtered"))
    check(not missing, "a member was missing at %d looks, first at %.0f s" % (len(missing), (missing or [0])[0]))
    say("with igmpqd: %.1f h, %d looks at the table, every member at each; %d queries" %
        ((now() - began) / 3600, lan.table.looks - looks, len(tap.queries)))
    wakeups = (late[1] - early[1]) / HOURS
    say("igmpqd: memory of its own %d KiB after a minute, %d KiB at the end; it woke %.0f times an hour, %.0f queries an hour" %
        (early[0], late[0], wakeups, len(tap.queries) / HOURS))
    # The log of the last 1,280 events is not full before fifteen hours have passed; the week is where memory must be flat.
    check(late[0] - early[0] <= 256, "its memory grows")
    # for each query, to see it, and for both answers
    check(wakeups <= 4.2 * len(tap.queries) / HOURS, "it wakes for more than queries and their answers")

    check(querier.kill(signal.SIGTERM) == 0, "igmpqd ended badly")
    began = tap.last()
    gone = forgotten(lan, 400)
    say("and without it again: forgotten %.0f s after its last query" % (max(gone.values()) - began))


main(scenario)
