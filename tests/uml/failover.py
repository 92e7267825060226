#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long a network is without queries when its querier dies: 255 s at first, 125 s once its rhythm is known.

Q-56, Q-58, Q-121: the other querier present interval, by default and learned, counted from the last query.
"""

from virtual import Foreign, Lan, Member, Querier, check, host, main, now, say, switch

EARLY = 320  # the rhythm is known after nine steady queries, which take at least 400 s
STEADY = 1800
MEMBER = ("h1", "239.1.2.1", 0)


def one(lan, tap, victim, backup, start, age):
    """Start both, kill the first after so long; the gap that members see, and how long one was missing from the table."""
    start()
    lan.run(30)
    backup.start()
    lan.run(age)
    check(MEMBER in lan.seen, "the member is not in the table")
    check(tap.queries[-1][1] == "10.0.0.1", "the lowest address is not the querier")
    check(tap.last("10.0.0.2") < now() - 120, "two queriers")
    victim.kill()
    last = tap.last()
    missing = []
    lan.watchers.append(lambda: MEMBER in lan.seen or missing.append(now()))
    check(lan.run(400, lambda: tap.last() > last), "nobody took over")
    gap = tap.queries[-1][0] - last
    check(tap.queries[-1][1] == "10.0.0.2", "who took over?")
    lan.run(60)
    lan.watchers.clear()
    backup.kill()
    return gap, len(missing) * lan.poll


def scenario():
    switch()
    for name, address in (("q1", "10.0.0.1/24"), ("q2", "10.0.0.2/24"), ("h1", "10.0.0.11/24"), ("tap", None)):
        host(name, address)
    lan = Lan(poll=1)
    tap = lan.tap("tap")
    lan.run(3)
    member = Member("h1", "10.0.0.11")
    member.join(MEMBER[1])
    ours, backup = Querier("q1"), Querier("q2", seed=2)
    steady = Foreign("q1", "10.0.0.1", 60)
    slow = Foreign("q1", "10.0.0.1", 125)
    say("%-42s %8s %10s" % ("the querier that is killed", "takeover", "missing"))
    for what, victim, start, age, expected in (
            ("igmpqd, killed early", ours, ours.start, EARLY, 255),
            ("igmpqd, killed in its rhythm", ours, ours.start, STEADY, 125),
            ("another, every 60 s, killed early", steady, lambda: steady.start(lan), EARLY, 255),
            ("another, every 60 s, in its rhythm", steady, lambda: steady.start(lan), STEADY, 125),
            ("another, every 125 s, in its rhythm", slow, lambda: slow.start(lan), STEADY, 255)):
        gap, missing = one(lan, tap, victim, backup, start, age)
        say("%-42s %7.2fs %9ds" % (what, gap, missing))
        check(abs(gap - expected) < 0.5, "expected %d s after the last query" % expected)
        # 255 s and an answer after up to 10 s is more than the 260 s of the switch: what learning is for.
        check(missing <= (6 if expected == 255 else 0), "the member was missing from the switch's table")


main(scenario)
