/* SPDX-License-Identifier: MIT */
/* Floor 3. The configuration in force, as a file that could be read again. */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "igmpq/config.h"
#include "igmpq/election.h"
#include "igmpq/links.h"
#include "igmpq/settings.h"
#include "igmpq/text.h"

/** Text in quotes, as libconfig reads it. */
static void print_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        unsigned char octet = (unsigned char)*text;
        if (octet == '"' || octet == '\\')
            fprintf(to, "\\%c", octet);
        else if (octet < 0x20 || octet == 0x7f)
            fprintf(to, "\\x%02x", octet);
        else
            fputc(octet, to);
    }
    fputc('"', to);
}

static void print_member(FILE *to, const char *indent, const char *name, const char *text)
{
    fprintf(to, "%s%s = ", indent, name);
    print_text(to, text);
    fputs(";\n", to);
}

static void print_switch(FILE *to, const char *name, bool is_on)
{
    fprintf(to, "%s = %s;\n", name, is_on ? "true" : "false");
}

/** "10.0.0.1/32,10.0.0.2/32" as a list. */
static void print_prefixes(FILE *to, const char *text)
{
    char part[TEXT_PREFIX_SIZE];

    fputc('[', to);
    while (*text) {
        size_t length = strcspn(text, ",");
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        fputc(' ', to);
        print_text(to, part);
        text += length;
        if (*text == ',')
            fputc(*text++, to);
    }
    fputs(" ]", to);
}

static void print_setting(FILE *to, const struct params *params, const struct setting *setting)
{
    char value[1024];

    settings_get(params, setting->name, value, sizeof value);
    fprintf(to, "        %s = ", setting->name);
    if (strcmp(setting->name, "allow-querier") == 0 || strcmp(setting->name, "deny-querier") == 0)
        print_prefixes(to, value);
    else if (strcmp(setting->argument, "true|false") == 0 ||
             value[strspn(value, "0123456789.")] == '\0')
        fputs(value, to);
    else
        print_text(to, value);
    fputs(";\n", to);
}

static void print_expected(FILE *to, const struct expected_groups *expected)
{
    char address[TEXT_ADDRESS_SIZE];

    fputs("        expect-groups = [", to);
    for (unsigned i = 0; i < expected->count; i++) {
        fputs(i ? ", " : " ", to);
        print_text(to, text_address(expected->group[i], address));
    }
    fputs(" ];\n", to);
}

static void print_seconds(FILE *to, const char *name, duration span)
{
    char text[TEXT_DURATION_SIZE];
    fprintf(to, "        # %s: %s s\n", name, text_seconds(span, text));
}

static void print_derived(const struct params *p, FILE *to)
{
    struct tenure nobody;

    tenure_begin(&nobody);
    print_seconds(to, "other querier present interval, at first",
                  tenure_other_querier_present(&nobody, p));
    print_seconds(to, "group membership interval",
                  params_group_membership(p->membership, (unsigned)p->robustness, p->query_interval,
                                          p->query_response_interval));
    print_seconds(to, "older host present interval",
                  params_older_host_present((unsigned)p->robustness, p->query_interval,
                                            p->query_response_interval));
    print_seconds(to, "last member query time", params_last_member_time(p));
    print_seconds(to, "longest gap between two reports after one loss",
                  2 * p->query_interval + p->query_response_interval);
}

/** As the daemon chooses it, from the interfaces as they are; nothing of those that are not there.
 */
static void print_auto(FILE *to, const struct segment_config *segment, const struct links *links)
{
    const struct link_info *link = links ? links_find(links, segment->interface) : NULL;
    bool is_tagged = segment->vlan != VLAN_NONE;
    char prefix[TEXT_PREFIX_SIZE];

    if (!link)
        return;
    if (is_tagged)
        link = links_find_vlan(links, link->index, segment->vlan);
    if (link && (link->is_up || !is_tagged) && !address_is_none(link->primary.address))
        fprintf(to, "        # address now: %s, of %s\n", text_prefix(link->primary, prefix),
                link->name);
    else if (is_tagged)
        fputs("        # address now: 0.0.0.0, as proxy, since this host has none there: it falls "
              "silent when a real querier is heard\n",
              to);
    else
        fputs("        # address now: none; it waits for one\n", to);
}

static void print_segment(FILE *to, const struct segment_config *segment, const struct links *links)
{
    char prefix[TEXT_PREFIX_SIZE];

    fputs("    {\n", to);
    /* Only the command line can say so. */
    if (segment->within[0])
        fprintf(to, "        # of these only what '%s' of the command line matches\n",
                segment->within);
    if (segment->is_rest)
        fputs("        # of these only what no other entry is for\n", to);
    print_member(to, "        ", "name", segment->interface);
    if (segment->vlan != VLAN_NONE)
        fprintf(to, "        vlan = %u;\n", segment->vlan);
    print_member(to, "        ", "address",
                 segment->source == SOURCE_AUTO    ? "auto"
                 : segment->source == SOURCE_PROXY ? "proxy"
                                                   : text_prefix(segment->address, prefix));
    if (segment->source == SOURCE_AUTO)
        print_auto(to, segment, links);
    for (const struct setting *setting = settings_all(); setting->name; setting++)
        print_setting(to, &segment->params, setting);
    print_expected(to, &segment->expected);
    print_derived(&segment->params, to);
    fputs("    }", to);
}

static void print_daemon(FILE *to, const struct daemon_config *config)
{
    char seconds[TEXT_DURATION_SIZE];

    print_member(to, "", "control-socket",
                 config->control_socket[0] ? config->control_socket : CONTROL_SOCKET);
    if (!config->control_group[0])
        fputs("# \"\" is the daemon's own group\n", to);
    print_member(to, "", "control-group", config->control_group);
    fprintf(to, "control-mode = \"%04o\";\n", config->control_mode);
    print_member(to, "", "metrics-address", config->metrics_address);
    fputs("hook = [", to);
    for (char **word = config->hook; word && *word; word++) {
        fputs(word == config->hook ? " " : ", ", to);
        print_text(to, *word);
    }
    fprintf(to, " ];\nhook-timeout = %s;\n", text_seconds(config->hook_timeout, seconds));
    if (!config->user[0])
        fputs("# \"\" is " IGMPQ_USER ", or nobody where there is no such user\n", to);
    print_member(to, "", "user", config->user);
    print_switch(to, "sandbox", !config->is_unconfined);
    print_switch(to, "syslog", config->has_syslog);
    fprintf(to, "findings-horizon = %s;\n", text_seconds(config->findings_horizon, seconds));
}

void config_print(const struct config *config, const struct links *links, FILE *to)
{
    for (size_t i = 0; i < config->count; i++) {
        fputs(i ? ",\n" : "interfaces = (\n", to);
        print_segment(to, &config->segment[i], links);
    }
    fputs(config->count ? "\n);\n" : "", to);
    print_switch(to, "verbose", config->is_verbose);
    print_daemon(to, &config->daemon);
}
