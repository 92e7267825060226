/* SPDX-License-Identifier: MIT */
/* Kinds of networks: who is on them, what the switches and the weather are like, and what happens.
 * One seed makes one network of a kind. */
#ifndef IGMPQ_TEST_SCENARIO_H
#define IGMPQ_TEST_SCENARIO_H

#include "sim.h"

enum happening {
    HAPPENS_CRASH = 1,   /* the querier dies, and comes back in time */
    HAPPENS_FLAP = 2,    /* a link goes down and up */
    HAPPENS_ADDRESS = 4, /* another address */
    HAPPENS_CUT = 8,     /* a trunk is cut, and healed */
    HAPPENS_REBOOT = 16, /* a switch forgets everything */
    HAPPENS_MEMBERS = 32 /* hosts join and leave */
};

struct scenario {
    const char *name, *what;
    bool is_demonstration; /* violations are expected, and counted */
    bool is_large;         /* one network takes seconds */
    unsigned share;        /* of the networks of a run, relative to the others */
    unsigned queriers[2], hosts[2], switches[2], ports[2]; /* least and most; ports: hosts share */
    unsigned happens, phases;
    bool is_snooping;
    duration member_age, router_age; /* 0: by chance, 125 to 300 s */
    duration interval;               /* 0: 60 s */
    bool is_rfc;                     /* profile rfc9776; else by chance, that or default */
    bool is_default;                 /* profile default always */
    unsigned version;                /* 0: 2; 4: by chance */
    bool is_ssm;                     /* hosts want one source each (RFC 4607) */
    enum mode mode;                  /* of all but node 0 with MODE_BACKUP and no peer */
    unsigned loss_percent, double_percent;
    bool is_storm;   /* the loss knows no bounds, and ends */
    unsigned peer;   /* 0 none, 1 RFC, 2 predecessor, 3 proxy */
    duration steady; /* after each phase; 0: 200 s */
    void (*run)(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                FILE *pcap, bool is_told); /* NULL: scenario_campaign() */
};

/** All of them, up to one without a name. */
extern const struct scenario scenarios[];

void scenario_run(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                  FILE *pcap, bool is_told);
void scenario_campaign(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                       FILE *pcap, bool is_told);

/* scenario.c, for scenarios of their own making */
struct address scenario_address(struct sim *sim);
/** Build the network and say what is promised of it; nobody speaks yet. */
void scenario_build(struct sim *sim, const struct scenario *scenario);
void scenario_start(struct sim *sim, const struct scenario *scenario);
/** A group of 239.1.0.0/24, or of 232.1.0.0/24 with a source. */
void scenario_join(struct sim *sim, const struct scenario *scenario, struct node *host,
                   unsigned number);
/** Until all must be settled, with a look then and after the steady time. */
void scenario_calm(struct sim *sim, const struct scenario *scenario);

/* runs.c: the courses of their own */
void run_spoof(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told);
void run_failover(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                  FILE *pcap, bool is_told);
void run_blind(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told);
void run_cleared(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                 FILE *pcap, bool is_told);
void run_returns(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
                 FILE *pcap, bool is_told);
void run_large(const struct scenario *scenario, uint64_t seed, struct sim_report *report,
               FILE *pcap, bool is_told);

#endif
