#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A week (or a day) in which something goes wrong every few minutes, and what is promised holds all along.

promises.py says what is promised; in the end it is also asked whether the daemon that lived all along has grown.

SEED says what goes wrong and when; the kernel's own random answers differ from run to run.
"""

import os
import random
import subprocess

from lan_of_week import GROUPS, VLANS, Troubles, Week
from promises import Promises
from virtual import BIN, DIRECTORY, Failure, check, main, now, run, say

DAYS = 1 if os.environ["SCENARIO"] == "day" else 7
SEED = int(os.environ["SEED"])
POLL = 5
TROUBLE_EVERY = 600
LIFE_EVERY = 300  # somebody joins or leaves


def life(week, chance):
    """Somebody joins or leaves a group."""
    member = chance.choice(week.members)
    if not member.shares:
        return
    group = "239.%d.0.%d" % (member.vlan, chance.randint(1, GROUPS))
    if group in member.groups:
        if len(member.groups) > 1:
            member.leave(group)
    else:
        member.join(group)


def ask(week):
    """Now and then somebody asks for the state."""
    done = subprocess.run([BIN + "/igmpqctl", "-s", "/run/q9.sock", "-j", "status"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=False)
    check(done.returncode == 0 and b'"segment"' in done.stdout, "igmpqctl gets no answer")


def descriptors(querier):
    return len(os.listdir("/proc/%d/fd" % querier.process.pid))


def every(lan, seconds, chance, action):
    def again():
        lan.at(now() + chance.expovariate(1 / seconds), again)
        action()
    lan.at(now() + chance.expovariate(1 / seconds), again)


def explain(week):
    """What igmpq-replay says of the captures, beside them."""
    for vlan in VLANS:
        week.taps[vlan].file.flush()
        with open(os.path.join(DIRECTORY, "t%d.txt" % vlan), "wb") as file:
            done = subprocess.run([BIN + "/igmpq-replay", os.path.join(DIRECTORY, "t%d.pcap" % vlan)],
                                  stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False)
        say("igmpq-replay t%d.pcap: exit status %d, see t%d.txt" % (vlan, done.returncode, vlan))


def live(week, troubles, promises, witness):
    lan, chance = week.lan, random.Random(SEED)
    for querier in week.queriers.values():
        querier.start()
    lan.run(30)
    for member in week.members:
        for number in (1, 2) if member.shares else (100,):
            member.join("239.%d.0.%d" % (member.vlan, number))
    lan.run(30)
    lan.watchers.append(promises.look)
    every(lan, TROUBLE_EVERY, chance, troubles.one)
    every(lan, LIFE_EVERY, chance, lambda: life(week, chance))
    every(lan, 7200, chance, lambda: ask(week))
    lan.run_until((20 * 3600) if DAYS == 1 else 86400)
    early = witness.status(), descriptors(witness), now(), sum(len(tap.queries) for tap in week.taps.values())
    lan.run_until(DAYS * 86400)
    late = witness.status(), descriptors(witness), now(), sum(len(tap.queries) for tap in week.taps.values())
    hours = (late[2] - early[2]) / 3600
    wakeups, queries = (late[0][1] - early[0][1]) / hours, (late[3] - early[3]) / hours
    say("the igmpqd that lived all along: %d KiB, at the end %d KiB; %d descriptors, at the end %d" %
        (early[0][0], late[0][0], early[1], late[1]))
    say("it woke %.0f times an hour; its two networks had %.0f queries an hour" % (wakeups, queries))
    check(late[0][0] <= early[0][0] + 32, "its memory grows")
    check(late[1] == early[1], "its descriptors become more")
    check(wakeups < 8 * queries, "it wakes needlessly")


def scenario():
    say("seed %d" % SEED)
    with open(os.path.join(DIRECTORY, "troubles.log"), "w", encoding="ascii") as log:
        week = Week(SEED, POLL)
        troubles = Troubles(week, random.Random(SEED + 1), log)
        promises = Promises(week, troubles)
        witness = week.queriers["q9"]
        try:
            live(week, troubles, promises, witness)
        except Failure:
            explain(week)
            say("seed %d; the last troubles:" % SEED)
            log.flush()
            run("tail", "-n", "8", log.name)
            raise
    say("%.1f days; %d looks at the table, %d entries that were to be there; troubles: %s" %
        (now() / 86400, week.lan.table.looks, promises.entries,
         ", ".join("%s %d" % (name.replace("_", " "), count) for name, count in sorted(troubles.counts.items()))))
    say("missing, and excused: %s; missing without excuse: 0" %
        ", ".join("%s %d" % each for each in promises.excused.items()))
    gaps = sorted(promises.takeovers)
    say("takeovers after more than two intervals: %d, of which %d within 126 s, %d within 256 s; the longest %.1f s" %
        (len(gaps), sum(gap < 126 for gap in gaps), sum(126 <= gap < 256 for gap in gaps), gaps[-1] if gaps else 0))
    say("two intervals after the last change, at %d looks: never more than one querier" % promises.quiet_looks)
    explain(week)


main(scenario)
