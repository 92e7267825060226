# SPDX-License-Identifier: MIT
# Completion of igmpqctl for fish.

function __igmpqctl_segments
    igmpqctl --timeout 1 --json status 2>/dev/null |
        string replace -r -f '^\{"type":"segment","segment":"([^"]*)".*' '$1'
end

set --local commands status groups hosts queriers findings stats events config interfaces metrics support watch query reload verbose help

complete -c igmpqctl -f
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a status -d 'Who is querier, who we are, what comes next'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a groups -d 'Who listens to what'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a hosts -d 'Who reports, and who has fallen silent'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a queriers -d 'Every other querier that was heard'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a findings -d 'What is wrong with the network, and what to do'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a stats -d 'Every counter'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a events -d 'What happened lately'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a config -d 'The settings in force'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a interfaces -d "The interfaces of the daemon's host"
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a metrics -d "Prometheus' text format"
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a support -d 'All of this in one text'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a watch -d 'A screen that refreshes'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a query -d 'Send a query now'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a reload -d 'Read the configuration file again'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a verbose -d 'Log everything, or no more than usual'
complete -c igmpqctl -n "not __fish_seen_subcommand_from $commands" -a help -d 'Show the options'
complete -c igmpqctl -n '__fish_seen_subcommand_from status groups hosts queriers findings stats events config watch query' -a '(__igmpqctl_segments)'
complete -c igmpqctl -n '__fish_seen_subcommand_from verbose' -a 'on off'
complete -c igmpqctl -s s -l socket -r -F -d 'Where igmpqd listens'
complete -c igmpqctl -s j -l json -d 'JSON, one object a line'
complete -c igmpqctl -s S -l segment -x -a '(__igmpqctl_segments)' -d 'Only this segment'
complete -c igmpqctl -s F -l filter -x -d 'Only groups, hosts or queriers in this network'
complete -c igmpqctl -s o -l sort -x -a 'group segment mode v reporter age heard expires silent reports queries refused' -d 'Sort by the column of this heading'
complete -c igmpqctl -s l -l long -d 'status, findings: all of every segment; events: also queries and groups'
complete -c igmpqctl -s f -l follow -d 'events: and then those to come'
complete -c igmpqctl -s n -l count -x -d 'events: only so many of the last'
complete -c igmpqctl -l interval -x -d 'watch: seconds from one screen to the next'
complete -c igmpqctl -l mask -d 'support: addresses of hosts replaced'
complete -c igmpqctl -s t -l timeout -x -d 'Wait so many seconds for the daemon'
complete -c igmpqctl -l color -x -a 'auto always never' -d 'Colours'
complete -c igmpqctl -s h -l help -d 'Show the options'
complete -c igmpqctl -l version -d 'Show the version'
