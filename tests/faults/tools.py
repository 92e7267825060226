# SPDX-License-Identifier: MIT
#
# The walk through the tools: igmpqctl asks a healthy igmpqd, igmpq-replay reads captures, igmpq-inject sends into a cable of its
# own. With a call that fails each of them says the same as without, or fails and says so.

import os
import re
import subprocess

from plan import ALWAYS, CALLS, COUNT, HERE, ONCE, Places, Plan, Silence, Task, Trouble, describe, numbers_of

CTL = ("status", "-l status", "-j status", "groups", "hosts", "queriers", "findings", "stats", "-n 3 events", "config", "interfaces", "metrics",
       "--mask support", "query", "reload", "verbose on", "verbose off", "-S nothing status")
REPLAY = ("55-hosts-of-three-versions.pcap", "-j 06-pcapng-two-interfaces.pcapng", "-s 08-gzip.pcap.gz",
          "--as 192.168.50.10/24 -c %(config)s -w %(out)s 59-member-vanishes.pcap", "-j 61-d01-no-querier-at-all.pcap",
          "10-last-record-cut.pcap")
INJECT = ("--hex -g 239.1.1.1 -V 3 -s 10.0.0.1 --source-ip 192.0.2.1", "--write %(out)s --report 239.1.1.1 --source-ip 192.0.2.1",
          "-i quiet0 --listen 0.1 --wait 0.1 --json", "-i quiet0 --listen 0.1 --no-wait -g 239.1.1.1")
SECONDS = 12


def essence(text):
    """What was said, without figures, times and the widths that follow from them."""
    text = re.sub(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b", "", text)
    return [re.sub(r"[-\d.,:]+|\b(ms|s|min|h|d|m|y)\b|\s+|[─=-]+", "", line) for line in text.splitlines()
            if not re.match(r"  next ", line)]


class Tool:
    def __init__(self, name, words, folder, settings, captures):
        self.name = name
        self.words = [os.path.join(captures, word) if ".pcap" in word else word % settings for word in words.split()]
        self.phase = "%s %s" % (name, words)
        self.program = settings["bin"] + "/tests/faults/" + name
        self.plan = Plan(os.path.join(folder, "tool-plan"))
        self.out = settings["out"]
        self.socket = settings["socket"]
        self.usual = None

    def run(self):
        if os.path.exists(self.out):
            os.unlink(self.out)
        command = [self.program] + (["-s", self.socket] if self.name == "igmpqctl" else []) + self.words
        environment = dict(os.environ, FAULTS_PLAN=self.plan.path, LC_ALL="C")
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, env=environment, stdin=subprocess.DEVNULL,
                                  check=False)
        except subprocess.TimeoutExpired:
            raise Trouble("it still runs after %d s" % SECONDS) from None
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if "Sanitizer" in err or "runtime error" in err or done.returncode < 0:
            raise Trouble("status %d\n%s" % (done.returncode, err[-5000:]))
        size = os.path.getsize(self.out) if os.path.exists(self.out) else None
        out = out.split("==== Events")[0]
        said = len(out.splitlines()) if "events" in self.words else essence(out)
        return done.returncode, said, size, err

    def ask_again(self):
        """What it says without a fault, now."""
        self.plan.arm(COUNT)
        self.usual = self.run()

    def learn(self):
        self.ask_again()
        tasks = []
        for (call, place), count in sorted(self.plan.counts().items()):
            tasks += [Task(self.phase, ONCE, call, place, number) for number in numbers_of(count)]
            tasks.append(Task(self.phase, ALWAYS, call, place, 1))
        return tasks

    def fail(self, task, places, silent):
        self.plan.arm(task.mode, task.call, task.place, task.number)
        status, said, size, err = self.run()
        if not self.plan.fired():
            return 0
        key = {(CALLS[task.call], function) for function in (places.function(task.place), "*")}
        if (status, said, size) == self.usual[:3] or essence(err) != essence(self.usual[3]) or key & silent:
            return 1
        if isinstance(said, list) and re.search("toomuchtowatch|tableisfull|tablefull|nomemory", "".join(said)):
            return 1  # what finds no memory is told of as what finds no room
        if status == self.usual[0]:
            raise Trouble("status %d as ever, and not the same answer: %s" %
                          (status, [line for line in said if line not in self.usual[1]][:3] if isinstance(said, list) else said))
        if not err.strip():
            raise Silence("status %d, and nobody was told why" % status)
        return 1


def all_tools(folder, settings, captures):
    for name, commands in (("igmpqctl", CTL), ("igmpq-replay", REPLAY), ("igmpq-inject", INJECT)):
        for words in commands:
            yield Tool(name, words, folder, settings, captures)


def walk_tools(daemon, arguments, number, share, silent, tell_trouble):
    """As a worker: its share of the tools. `daemon` runs and is well."""
    settings = {"config": daemon.config, "out": os.path.join(daemon.folder, "out"), "socket": daemon.socket, "bin": arguments.bin}
    captures = os.path.join(os.path.dirname(HERE), "pcaps")
    done = fired = 0
    tools = list(all_tools(daemon.folder, settings, captures))[number::arguments.jobs]
    for tool in tools:
        places = Places(tool.program)
        tasks = tool.learn()
        places.learn(task.place for task in tasks)
        tasks = [task for task in tasks if not arguments.only or arguments.only in describe(task, places)]
        for task in share(arguments, tasks, 0.4 / len(tools)):
            for is_last in (False, True):
                try:
                    fired += tool.fail(task, places, silent)
                    break
                except Trouble as trouble:
                    # What the fault does it does again. What the daemon has to tell may have changed since.
                    tell_trouble(task, str(trouble), places, is_last)
                    tool.ask_again()
            done += 1
    return done, fired
