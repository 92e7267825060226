#!/bin/sh
# SPDX-License-Identifier: MIT
# Takes the place of the unit tests where they could not be built.
echo 'The unit tests are skipped: cmocka was not found when configure ran.'
echo 'Install it (Debian: libcmocka-dev, Fedora: libcmocka-devel, FreeBSD: cmocka) and run configure again.'
exit 77
