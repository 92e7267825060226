# SPDX-License-Identifier: MIT
"""What is promised in the week, checked at each look at the switch's table.

1. The group of a living member is in the table of its port, when the port's network was asked, or the group joined, within the
   last 260 s, the 10 s to answer are over, and since then the port's link did not go or come and lost nothing.
   (So a gap is excused only by the port's own link, by loss on it, or by a network that was not asked for 250 s.)
2. No network is without a query for longer than 255 s: there is always one igmpqd that lives, and the others do not hinder it.
   But when a querier was away for longer than 125 s and came back before anybody took over, it may be one that asks so rarely:
   igmpqd then tolerates twice that silence and 5 s, until another is elected.
3. Two query intervals after the last change of who can hear whom, at most one igmpqd queries a network, unless a lower one takes over; and once 255 s
   and two intervals are over, it is the lowest of those who can. (Those that have waited for the same querier take over at the
   same moment; a second later it is settled which of them stays.)

In the network of IGMPv2, one more thing excuses a gap. Linux's bridge remembers a querier for 255 s (its timers ring up to 5 s
late) and hears no higher address meanwhile; without a querier, and for 10 s after it has found one, it floods what it
otherwise sends to routers only: reports too. A member that hears another's report stays silent, as RFC 2236 section 3 says,
and so is in no table. An answer in such a time counts as none.
"""

from lan_of_week import FOREIGN, VLANS
from virtual import NEVER, check, now

REMEMBERED = 260  # by the switch
ANSWERED = 11.5  # 10 s to answer, and the slowest line
INTERVAL = 60
SILENCE = 255
ASSUMED = 125  # the longest interval of another querier that nobody is surprised at
LATE = 5.2
SETTLED = 1


def number_of(text):
    return [int(part) for part in text.split(".")]


class Rhythms:
    """How long a network's queriers, by what was heard of them, may be silent before another takes over."""

    def __init__(self):
        self.last, self.longest = {}, {}

    def of(self, who):
        longest = self.longest.get(who, 0)
        return max(SILENCE, 2 * longest + 5 if longest > ASSUMED else 0)

    def query(self, when, who):
        gap = when - self.last.get(who, when)
        self.longest[who] = max(self.longest.get(who, 0), gap) if gap <= self.of(who) + LATE else 0
        self.last[who] = when

    def tolerated(self, when):
        """The most that any of them grants who was heard lately."""
        return max([SILENCE] + [self.of(who) for who, last in self.last.items() if last + 2 * self.of(who) > when])


class SwitchMemory:
    """When the bridge may have been flooding reports in a network."""

    def __init__(self):
        self.querier = None
        self.until = -NEVER  # it knows its querier until then, at least
        self.floods = []  # (from, to) of the past

    def query(self, when, who):
        is_known = when <= self.until + LATE
        if self.querier and is_known and number_of(who) > number_of(self.querier):
            return
        if when > self.until:
            self.floods.append((self.until, when + 10))
        self.querier, self.until = who, when + SILENCE

    def may_flood(self, begin, end):
        return end > self.until or any(begin <= flood[1] and end >= flood[0] for flood in self.floods[-4:])


class Promises:
    """What is checked at each look, and counted."""

    def __init__(self, week, troubles):
        self.week, self.troubles = week, troubles
        self.now = 0
        self.entries = 0
        self.excused = {"link": 0, "loss": 0, "nobody asked": 0, "just joined": 0, "drowned": 0}
        self.memory = {vlan: SwitchMemory() for vlan in VLANS}
        self.rhythms = {vlan: Rhythms() for vlan in VLANS}
        self.answered = {vlan: 0 for vlan in VLANS}  # how many queries have had their time
        self.asked = {vlan: 0 for vlan in VLANS}  # the last of them that all have answered
        self.heard = {vlan: 0 for vlan in VLANS}  # how many queries were looked at
        self.recent = {vlan: [] for vlan in VLANS}  # (when, who) of our own
        self.settled = {vlan: 0 for vlan in VLANS}
        self.takeovers = []  # the seconds of silence before each
        self.quiet_looks = 0

    def look(self):
        self.now = now()  # once: a system call is what takes real time here
        for vlan in VLANS:
            self.queries(vlan)
            self.silence(vlan)
        for member in self.week.members:
            for group, joined in member.groups.items():
                self.entry(member, group, joined)

    def entry(self, member, group, joined):
        port, vlan = self.week.ports[member.host], member.vlan
        asked = self.asked[vlan]
        if asked < joined < self.now - ANSWERED and (vlan == 10 or not self.memory[vlan].may_flood(joined, joined + ANSWERED)):
            asked = joined
        self.entries += 1
        is_there = (port.name, group, vlan) in self.week.lan.seen
        if joined > asked:
            excuse = "just joined"
        elif not port.is_up or port.changed >= asked:
            excuse = "link"
        elif port.is_lossy or port.lossy_until >= asked:
            excuse = "loss"
        elif asked + REMEMBERED <= self.now:
            last = self.week.taps[vlan].queries[-1][0]
            excuse = "nobody asked" if last <= asked or last + ANSWERED > self.now else "drowned"
        else:
            check(is_there, "%s is not in the table for %s in VLAN %d, which was asked at %.1f" %
                  (group, port.name, vlan, asked))
            return
        if not is_there:
            self.excused[excuse] += 1

    def queries(self, vlan):
        queries, changed = self.week.taps[vlan].queries, self.troubles.changed[vlan]
        if any(self.week.ports[name].is_lossy for name in self.week.queriers):
            self.troubles.changed[vlan] = changed = self.now
        new = queries[self.heard[vlan]:]
        for number, (when, who) in enumerate(new, self.heard[vlan]):
            self.memory[vlan].query(when, who)
            self.rhythms[vlan].query(when, who)
            gap = when - queries[number - 1][0] if number else 0
            if gap > 2 * INTERVAL:
                self.takeovers.append(gap)
                self.settled[vlan] = when + SETTLED
                self.recent[vlan].clear()
            if who == FOREIGN or when <= self.settled[vlan]:
                continue
            recent = self.recent[vlan]
            if recent and number_of(who) < number_of(recent[0][1]):
                recent.clear()  # one that waited for a querier long gone is lower, and takes over
            elif recent and who != recent[0][1] and when <= recent[0][0] + SETTLED:
                continue  # it waited as well, and hears at this moment that it has lost
            recent.append((when, who))
            if when > changed + self.rhythms[vlan].tolerated(when) + 2 * INTERVAL:
                check(who == self.week.lowest(vlan), "%s queries VLAN %d, which is for %s" % (who, vlan, self.week.lowest(vlan)))
        self.heard[vlan] = len(queries)
        while self.answered[vlan] < len(queries) and queries[self.answered[vlan]][0] + ANSWERED < self.now:
            when = queries[self.answered[vlan]][0]
            if vlan == 10 or not self.memory[vlan].may_flood(when, when + ANSWERED):
                self.asked[vlan] = when
            self.answered[vlan] += 1
        if self.now > changed + 2 * INTERVAL:
            self.quiet_looks += 1
            self.recent[vlan] = [query for query in self.recent[vlan] if query[0] > changed + 2 * INTERVAL]
            who = {query[1] for query in self.recent[vlan]}
            check(len(who) <= 1, "VLAN %d has %d queriers: %s" % (vlan, len(who), " ".join(sorted(who))))

    def silence(self, vlan):
        queries = self.week.taps[vlan].queries
        gap = self.now - (queries[-1][0] if queries else 0)
        check(gap < self.rhythms[vlan].tolerated(self.now) + 1, "nobody has queried VLAN %d for %.1f s" % (vlan, gap))
