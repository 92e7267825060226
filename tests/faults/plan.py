# SPDX-License-Identifier: MIT
#
# The plan that a program under faults follows (plan.h), and names for the places in it.

import collections
import mmap
import os
import re
import struct
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT, ONCE, ALWAYS = 0, 1, 2
MODES = ("count", "once", "always")
SITES, ENTRY, HEADER = 2048, 12, 32


def read_calls():
    with open(os.path.join(HERE, "calls.h"), encoding="ascii") as file:
        names = re.findall(r"^FAULT\([^,]*, *(\w+),", file.read(), re.M)
    return ["open", "fcntl", "ioctl", "json_pack"] + names  # those of faults.c first, in its order


CALLS = read_calls()


def read_silent():
    """Failures that nobody needs to be told of: (call, function of ours that calls it)."""
    silent = set()
    with open(os.path.join(HERE, "silent"), encoding="ascii") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                silent.add((words[0], words[1]))
    return silent


class Plan:
    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.truncate(HEADER + ENTRY * SITES)
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def arm(self, mode, call=0, place=0, number=1, error=0):
        struct.pack_into("<I", self.map, 0, COUNT)
        struct.pack_into("<IIIiI", self.map, 4, call, place, number, error, 0)
        struct.pack_into("<I", self.map, 0, mode)

    def release(self):
        struct.pack_into("<I", self.map, 0, COUNT)

    def fired(self):
        return struct.unpack_from("<I", self.map, 20)[0]

    def counts(self):
        number, is_full = struct.unpack_from("<II", self.map, 24)
        assert not is_full, "more places than PLAN_SITES"
        entries = (struct.unpack_from("<III", self.map, HEADER + ENTRY * i) for i in range(number))
        return {(call, place): count for call, place, count in entries}


class Places:
    """Names for places in a program."""

    def __init__(self, program):
        self.program = program
        self.names = {}

    def learn(self, places):
        wanted = sorted(set(places) - set(self.names))
        if not wanted:
            return
        text = subprocess.run(["addr2line", "-f", "-s", "-e", self.program] + ["%x" % (place - 1) for place in wanted],
                              check=True, capture_output=True, text=True).stdout.splitlines()
        for i, place in enumerate(wanted):
            self.names[place] = (text[2 * i].split(".")[0], re.sub(r" \(.*", "", text[2 * i + 1]))

    def function(self, place):
        return self.names[place][0]

    def line(self, place):
        return "%s() %s" % self.names[place]


Task = collections.namedtuple("Task", "phase mode call place number")


class Trouble(Exception):
    pass


class Silence(Trouble):
    """Nothing worse than that nobody was told."""


def numbers_of(count):
    """Not all of many: the first few, and then ever less often."""
    number, numbers = 1, []
    while number <= count:
        numbers.append(number)
        number += max(1, number)
    return numbers


def describe(task, places):
    if task is None:
        return "at the end"
    return "%s: call %d of %s in %s fails %s" % (task.phase, task.number, CALLS[task.call], places.line(task.place),
                                                 MODES[task.mode])


def difference(before, after):
    return {site: count - before.get(site, 0) for site, count in after.items() if count > before.get(site, 0)}
