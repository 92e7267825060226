#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A week (or a day) in which something goes wrong every few minutes, and what is promised holds all along.

promises.py says what is promised; in the end it is also asked whether the daemon that lived all along has grown.

mute_vlan, rare_queries and late_answers are the same with igmpqd set up so that it breaks a promise, which must be noticed.

SEED says what goes wrong and when; the kernel's own random answers differ from run to run.
"""

import os
import random
import subprocess

from lan_of_week import GROUPS, VLANS, Troubles, Week
from promises import Promises
from virtual import BIN, DIRECTORY, Failure, check, main, now, run, say

SCENARIO = os.environ["SCENARIO"]
DAYS = {"week": 7}.get(SCENARIO, 1)
# What is broken on purpose, and what is to be noticed: that the promises are looked at at all.
BROKEN = {
    "mute_vlan": ({20: 'mode = "passive"; '}, "nobody has queried VLAN 20"),
    "rare_queries": ({10: "query-interval = 300; "}, "nobody has queried VLAN 10"),
    "late_answers": ({10: "query-interval = 250; query-response-interval = 240; "}, "is not in the table"),
}
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

    def note():
        troubles.tell("memory of the igmpqd that lives all along: %d KiB" % witness.status()[0])
        lan.at(now() + 7200, note)
    note()
    # Its log of events, of 300 KiB, fills in the course of days, and memory is flat then.
    lan.run_until((20 * 3600) if DAYS == 1 else 6 * 86400)
    early = Condition(week, witness)
    lan.run_until(DAYS * 86400)
    return early, Condition(week, witness)


class Condition:
    """What the daemon that lives all along takes, so far."""

    def __init__(self, week, witness):
        self.memory, self.wakeups, _ = witness.status()
        self.descriptors = len(os.listdir("/proc/%d/fd" % witness.process.pid))
        self.hours = now() / 3600
        self.queries = sum(len(tap.queries) for tap in week.taps.values())


def judge(early, late):
    hours = late.hours - early.hours
    wakeups, queries = (late.wakeups - early.wakeups) / hours, (late.queries - early.queries) / hours
    say("the igmpqd that lived all along: %d KiB after %.0f h, at the end %d KiB; %d descriptors, at the end %d" %
        (early.memory, early.hours, late.memory, early.descriptors, late.descriptors))
    say("it woke %.0f times an hour; its two networks had %.0f queries an hour" % (wakeups, queries))
    # In a day the log of events is not full yet: it took 110 KiB in twenty hours, which is 22 in the last four, give or take.
    check(late.memory <= early.memory + (32 if DAYS > 1 else 64), "its memory grows")
    check(late.descriptors == early.descriptors, "its descriptors become more")
    check(wakeups < 6 * queries, "it wakes needlessly")


def scenario():
    say("seed %d" % SEED)
    with open(os.path.join(DIRECTORY, "troubles.log"), "w", encoding="ascii") as log:
        settings, notice = BROKEN.get(SCENARIO, ({}, None))
        week = Week(SEED, POLL, settings)
        troubles = Troubles(week, random.Random(SEED + 1), log)
        promises = Promises(week, troubles)
        witness = week.queriers["q9"]
        try:
            early, late = live(week, troubles, promises, witness)
        except Failure as failure:
            if notice and notice in str(failure):
                say("noticed, as it must be: %s" % failure)
                return
            explain(week)
            say("seed %d; the last troubles:" % SEED)
            log.flush()
            run("tail", "-n", "8", log.name)
            raise
    check(not notice, "it was not noticed")
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
    judge(early, late)


main(scenario)
