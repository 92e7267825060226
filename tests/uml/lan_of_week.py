# SPDX-License-Identifier: MIT
"""The LAN of the week: a switch with two VLANs, five igmpqd, members of both versions, and what can go wrong with it.

    q1 q2 q9   trunk ports, VLANs 10 and 20: .2, .3 and .9; nothing ever happens to q9
    q3 q4      access ports of VLAN 10 and 20: .4
    f          an access port of VLAN 20: sometimes another querier, every 90 s, at .1, the lowest address
    h1 h2 h3   access ports of VLAN 10: members by IGMPv2, v3 and v3      h4 h5 h6   the same of VLAN 20
    h7         a trunk port: a member in both
    q1         has members of its own as well, of groups that nobody else wants
    t10 t20    what is captured: a permanent router port, so that every report is in it

VLAN 10 is asked in version 3, VLAN 20 in version 2; everything else is as igmpqd has it by default, but where something is
broken on purpose.
"""

import os
import signal

from virtual import DIRECTORY, Foreign, Lan, Member, Querier, batch, host, ip, now, run, switch

VLANS = (10, 20)
TRUNKS = {"q1": 2, "q2": 3, "q9": 9}
ACCESS = {"q3": (10, 4), "q4": (20, 4)}
FOREIGN = "10.20.0.1"
GROUPS = 6  # in each VLAN, wanted by several


class Port:
    """A port of the switch: what of its past excuses a gap in the table."""

    def __init__(self, name):
        self.name = name
        self.is_up = True
        self.changed = 0  # when its link last went or came
        self.is_lossy = False
        self.lossy_until = 0


def address(vlan, number):
    return "10.%d.0.%d" % (vlan, number)


class Week:
    """All of it, built."""

    def __init__(self, seed, poll, broken):
        """`broken`: settings for each VLAN that make igmpqd break a promise, or none."""
        switch("vlan_filtering 1")
        ip("link set br0 type bridge mcast_vlan_snooping 1")
        for vlan in VLANS:
            run("bridge", "vlan", "add", "dev", "br0", "vid", str(vlan), "self")
            run("bridge", "vlan", "global", "set", "dev", "br0", "vid", str(vlan), "mcast_snooping", "1")
        self.ports, self.members, self.queriers, self.addresses = {}, [], {}, {}
        self.lan = Lan(poll)
        self.taps = {}
        for vlan in VLANS:
            name = "t%d" % vlan
            self.access(name, vlan)
            run("bridge", "vlan", "set", "dev", name, "vid", str(vlan), "mcast_router", "2")
            self.taps[vlan] = self.lan.tap(name)
        for name, number in TRUNKS.items():
            self.trunk(name, number)
            self.igmpqd(name, "interfaces = ( { name = \"eth0\"; vlan = 10; igmp-version = 3; %s}, "
                        "{ name = \"eth0\"; vlan = 20; %s} );" % (broken.get(10, ""), broken.get(20, "")),
                        {10: number, 20: number}, seed)
        for name, (vlan, number) in ACCESS.items():
            self.access(name, vlan, number)
            self.igmpqd(name, "interfaces = ( { name = \"eth0\"; igmp-version = %d; %s} );" %
                        (3 if vlan == 10 else 2, broken.get(vlan, "")), {vlan: number}, seed)
        self.access("f", 20, 1)
        self.foreign = Foreign("f", FOREIGN, 90)
        for vlan, names in ((10, ("h1", "h2", "h3")), (20, ("h4", "h5", "h6"))):
            for number, name in enumerate(names):
                self.access(name, vlan, 21 + number)
                self.member(name, vlan, 21 + number, 2 if number == 0 else 3, "eth0")
        self.trunk("h7", 27)
        self.member("h7", 10, 27, 3, "eth0.10")
        self.member("h7", 20, 27, 2, "eth0.20")
        for vlan in VLANS:
            self.member("q1", vlan, 2, 3, "eth0.%d" % vlan, shares=False)

    def access(self, name, vlan, number=None):
        host(name, number and address(vlan, number) + "/24")
        run("bridge", "vlan", "del", "dev", name, "vid", "1")
        run("bridge", "vlan", "add", "dev", name, "vid", str(vlan), "pvid", "untagged")
        self.ports[name] = Port(name)

    def trunk(self, name, number):
        host(name)
        for vlan in VLANS:
            run("bridge", "vlan", "add", "dev", name, "vid", str(vlan))
            batch(name, "link add link eth0 name eth0.%d type vlan id %d" % (vlan, vlan),
                  "addr add %s/24 dev eth0.%d" % (address(vlan, number), vlan), "link set eth0.%d up" % vlan)
        self.ports[name] = Port(name)

    def igmpqd(self, name, text, numbers, seed):
        path = os.path.join(DIRECTORY, name + ".conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(text + "\n")
        self.queriers[name] = Querier(name, "-c", path, seed=seed * 100 + len(self.queriers))
        self.addresses[name] = {vlan: address(vlan, number) for vlan, number in numbers.items()}

    def member(self, name, vlan, number, version, interface, shares=True):
        member = Member(name, address(vlan, number), version, interface)
        member.vlan, member.shares = vlan, shares
        self.members.append(member)

    def can_query(self, name):
        port = self.ports[name]
        return self.queriers[name].is_alive() and port.is_up and not port.is_lossy

    def lowest(self, vlan):
        """Who is to be the querier of a VLAN, now that all have heard each other."""
        if vlan == 20 and self.foreign.is_alive:
            return FOREIGN
        return min((self.addresses[name][vlan] for name in self.queriers
                    if vlan in self.addresses[name] and self.can_query(name)),
                   key=lambda text: [int(part) for part in text.split(".")])


class Troubles:
    """What goes wrong: one of these every so often, and undone after a while."""

    def __init__(self, week, random, log):
        self.week, self.random, self.log = week, random, log
        self.changed = dict.fromkeys(VLANS, now())  # when who can query whom last changed
        self.busy = set()  # hosts to which something is being done
        self.counts = {}
        self.kinds = (self.kill, self.terminate, self.querier_link, self.host_link, self.member_link, self.member_link,
                      self.move, self.loss, self.member_loss, self.delay, self.cut, self.other_querier, self.reload)

    def tell(self, text):
        self.log.write("%.1f %s\n" % (now(), text))
        self.log.flush()

    def changes(self, name):
        for vlan in self.week.addresses.get(name, VLANS):
            self.changed[vlan] = now()

    def one(self):
        """Do one now, if what it takes is not busy with another."""
        kind = self.random.choice(self.kinds)
        self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        kind()

    def idle(self, names):
        return self.random.choice([name for name in names if name not in self.busy] or [None])

    def undo(self, name, longest, action, text):
        """Take a host; give it back after up to so many seconds."""
        seconds = self.random.uniform(1, longest)
        self.busy.add(name)
        self.tell("%s, for %.0f s" % (text, seconds))

        def undone():
            self.tell("%s: over" % text)
            action()
            self.busy.discard(name)
        self.week.lan.at(now() + seconds, undone)

    def mortal(self):
        return self.idle(["q1", "q2", "q3", "q4"])

    def end(self, number, word):
        name = self.mortal()
        if not name:
            return
        querier = self.week.queriers[name]
        status = querier.kill(number)
        if number == signal.SIGTERM and status != 0:
            raise RuntimeError("igmpqd of %s ended with %d after SIGTERM" % (name, status))
        self.changes(name)
        self.undo(name, 900, lambda: (querier.start(), self.changes(name)), "%s %s" % (word, name))

    def kill(self):
        self.end(signal.SIGKILL, "kill -9")

    def terminate(self):
        self.end(signal.SIGTERM, "SIGTERM")

    def flap(self, name, command, text):
        port = self.week.ports[name]

        def link(word):
            command(word)
            port.is_up = word == "up"
            port.changed = now()
            self.changes(name)
        link("down")
        self.undo(name, 300, lambda: link("up"), text)

    def querier_link(self):
        name = self.mortal()
        if name:
            self.flap(name, lambda word: ip("link set %s %s" % (name, word)), "port of %s down" % name)

    def host_link(self):
        name = self.mortal()
        if name:
            self.flap(name, lambda word: batch(name, "link set eth0 %s" % word), "eth0 of %s down" % name)

    def member_link(self):
        name = self.idle(["h%d" % number for number in range(1, 8)])
        if name:
            changed = dict(self.changed)
            self.flap(name, lambda word: ip("link set %s %s" % (name, word)), "port of %s down" % name)
            self.changed.update(changed)  # it matters to no querier

    def move(self):
        """An address changes: to one from .10 to .19 and back."""
        name = self.idle(["q2", "q3", "q4"])
        if not name:
            return
        home = dict(self.week.addresses[name])
        away = {vlan: address(vlan, self.random.randint(10, 19)) for vlan in home}

        def move(olds, news):
            for vlan in olds:
                device = "eth0.%d" % vlan if name in TRUNKS else "eth0"
                batch(name, "addr del %s/24 dev %s" % (olds[vlan], device), "addr add %s/24 dev %s" % (news[vlan], device))
            self.week.addresses[name] = dict(news)
            self.changes(name)
        if set(away.values()) & {text for other in self.week.addresses.values() for text in other.values()}:
            return
        move(home, away)
        self.undo(name, 1800, lambda: move(away, home), "%s moves to %s" % (name, " ".join(away.values())))

    def netem(self, name, words, is_lossy, text, longest):
        port = self.week.ports[name]

        def put(verb, *rest):
            run("tc", "qdisc", verb, "dev", name, "root", *rest)
            run("tc", "-n", name, "qdisc", verb, "dev", "eth0", "root", *rest)

        def over():
            put("del")
            if is_lossy:
                port.is_lossy, port.lossy_until = False, now()
            if name in self.week.queriers:
                self.changes(name)
        put("add", "netem", *words.split())
        port.is_lossy = is_lossy
        if name in self.week.queriers:
            self.changes(name)
        self.undo(name, longest, over, text)

    def loss(self):
        name, percent = self.mortal(), self.random.randint(1, 40)
        if name:
            self.netem(name, "loss %d%% delay 20ms 15ms" % percent, True, "%s loses %d %%" % (name, percent), 900)

    def member_loss(self):
        name, percent = self.idle(["h%d" % number for number in range(1, 8)]), self.random.randint(1, 40)
        if name:
            self.netem(name, "loss %d%%" % percent, True, "%s loses %d %%" % (name, percent), 900)

    def delay(self):
        name = self.idle(sorted(self.week.ports.keys() - {"t10", "t20", "q9", "f"}))
        if name:
            self.netem(name, "delay 200ms 190ms", False, "%s is slow" % name, 1800)

    def cut(self):
        """Everything is lost both ways, and no link goes down: two networks, until they are joined again."""
        name = self.mortal()
        if name:
            self.netem(name, "loss 100%", True, "%s is cut off" % name, 900)

    def other_querier(self):
        if "f" in self.busy:
            return
        self.week.foreign.start(self.week.lan)
        self.changed[20] = now()

        def over():
            self.week.foreign.kill()
            self.changed[20] = now()
        self.undo("f", 3600, over, "another querier at " + FOREIGN)

    def reload(self):
        """SIGHUP: what did not change goes on undisturbed, so this excuses nothing."""
        name = self.random.choice(sorted(self.week.queriers))
        querier = self.week.queriers[name]
        if querier.is_alive():
            self.tell("SIGHUP " + name)
            querier.process.send_signal(signal.SIGHUP)
