/* SPDX-License-Identifier: MIT */
/* Floor 2. Who wins, which role follows, and how long silence is tolerated. */
#include "igmpq/election.h"

const char *role_name(enum role role)
{
    switch (role) {
    case ROLE_DOWN: return "down";
    case ROLE_QUERIER: return "querier";
    case ROLE_NON_QUERIER: return "non-querier";
    case ROLE_COUNT: break;
    }
    return "?";
}

const char *election_event_name(enum election_event event)
{
    switch (event) {
    case ELECTION_START: return "start";
    case ELECTION_STOP: return "stop";
    case ELECTION_BEATEN: return "beaten";
    case ELECTION_UNBEATEN: return "unbeaten";
    case ELECTION_OTHER_GONE: return "other-gone";
    case ELECTION_EVENT_COUNT: break;
    }
    return "?";
}

bool election_beats(struct address heard, struct address own, enum mode mode, bool is_settling)
{
    if (address_is_none(heard) || address_equal(heard, own))
        return false;
    if (address_is_none(own) || mode == MODE_PASSIVE || (mode == MODE_BACKUP && !is_settling))
        return true;
    return address_compare(heard, own) < 0;
}

/* RFC 2236 section 7 draws Initial, Querier and Non-Querier; link state and the modes are ours.
 *
 *               start            stop   beaten        unbeaten     other gone
 * down          querier (*)      down   down          down         down
 * querier       querier (*)      down   non-querier   querier      querier
 * non-querier   querier (*)      down   non-querier   non-querier  querier (**)
 *
 * (*)  non-querier in every mode but active: those listen first
 * (**) non-querier for ever in mode passive
 */
enum role election_next(enum role role, enum election_event event, enum mode mode)
{
    switch (event) {
    case ELECTION_START: return mode == MODE_ACTIVE ? ROLE_QUERIER : ROLE_NON_QUERIER;
    case ELECTION_STOP: return ROLE_DOWN;
    case ELECTION_BEATEN: return role == ROLE_QUERIER ? ROLE_NON_QUERIER : role;
    case ELECTION_UNBEATEN: return role;
    case ELECTION_OTHER_GONE:
        return role == ROLE_NON_QUERIER && mode != MODE_PASSIVE ? ROLE_QUERIER : role;
    case ELECTION_EVENT_COUNT: break;
    }
    return role;
}

void tenure_begin(struct tenure *tenure)
{
    *tenure = (struct tenure){.last_general = INSTANT_NEVER};
}

/** Each gap within 25 % of the longest: shortest >= 3/4 longest. */
static bool is_steady(duration shortest, duration longest)
{
    return shortest * 4 >= longest * 3;
}

void tenure_general_query(struct tenure *tenure, instant now)
{
    if (tenure->last_general == INSTANT_NEVER) {
        tenure->last_general = now;
        tenure->run_queries = tenure->generals = 1;
        return;
    }
    duration gap = now - tenure->last_general;
    if (gap < TENURE_GAP_MIN)
        return; /* the same query once more, doubled on its way: no cadence */
    tenure->last_general = now;
    tenure->generals++;
    if (gap > tenure->longest_gap)
        tenure->longest_gap = gap;

    duration shortest =
        tenure->run_queries > 1 && tenure->run_shortest < gap ? tenure->run_shortest : gap;
    duration longest =
        tenure->run_queries > 1 && tenure->run_longest > gap ? tenure->run_longest : gap;
    if (is_steady(shortest, longest)) {
        tenure->run_queries++;
        tenure->run_shortest = shortest;
        tenure->run_longest = longest;
    } else { /* this gap may be the first of another cadence */
        tenure->run_queries = 2;
        tenure->run_shortest = tenure->run_longest = gap;
    }
    /* "The longest" is that of the whole tenure: a run of short gaps after a long one proves
     * nothing. */
    if (tenure->run_queries >= TENURE_RUN && is_steady(tenure->run_shortest, tenure->longest_gap))
        tenure->is_proven = true;
}

/** What is heard goes up to what a sane network can mean, or to what we mean ourselves, if that is
 * more: two queriers of the same long intervals have to agree. */
static duration sane(duration heard, duration most, duration ours)
{
    if (most < ours)
        most = ours;
    return heard < most ? heard : most;
}

/**
 * The elected querier's period, as far as it is known. Of version 3 what it says of itself; else a
 * long one is assumed until a shorter one is proven, and it grows at once.
 */
static duration tenure_period(const struct tenure *tenure, const struct params *params)
{
    duration period = TENURE_ASSUMED;

    if (tenure->advertised)
        period = tenure->advertised;
    else if (tenure->is_proven || tenure->longest_gap > period)
        period = tenure->longest_gap;
    return sane(period, TENURE_INTERVAL_MAX, params->query_interval);
}

struct adopted tenure_adopted(const struct tenure *tenure, const struct params *params)
{
    struct adopted adopted = {
        .robustness = tenure->robustness ? tenure->robustness : (unsigned)params->robustness,
        .query_interval = params->query_interval,
        .response = params->query_response_interval,
    };
    duration period = tenure_period(tenure, params);
    /* Versions 1 and 2 do not say theirs. But where its next query is waited for accordingly,
     * members are not to be given up before it. */
    bool is_longer =
        params->adapt_other_querier && tenure->generals > 0 && period > params->query_interval;
    /* Who never queries has no interval of its own to fall back on. */
    if (tenure->advertised || is_longer || params->mode == MODE_PASSIVE)
        adopted.query_interval = period;
    if (tenure->response && params->response_source == RESPONSE_HEARD)
        adopted.response =
            sane(tenure->response, TENURE_RESPONSE_MAX, params->query_response_interval);
    return adopted;
}

duration tenure_other_querier_present(const struct tenure *tenure, const struct params *params)
{
    if (params->other_querier_present != PARAMS_AUTO)
        return params->other_querier_present;

    struct adopted adopted = tenure_adopted(tenure, params);
    if (!params->adapt_other_querier || params->mode == MODE_PASSIVE)
        return params_other_querier_present(adopted.robustness, adopted.query_interval,
                                            adopted.response);

    duration period = tenure_period(tenure, params);
    if (period < params->query_interval)
        period = params->query_interval;
    duration span = params_other_querier_present(adopted.robustness, period, adopted.response);
    /* One forged query (QRV 7, QQIC 0xff) is not to keep a network without a querier for hours. */
    duration most = params_other_querier_present((unsigned)params->robustness,
                                                 params->query_interval, adopted.response);
    return sane(span, TENURE_SPAN_MAX, most);
}
