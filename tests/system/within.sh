# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# For tests that run where the end to end tests' own helpers are not: to be sourced.

# within SECONDS COMMAND...: true as soon as the command is
within()
{
    left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.2
    done
}
