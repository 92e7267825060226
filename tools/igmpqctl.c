/* SPDX-License-Identifier: MIT */
/* Floor 4. igmpqctl: asks a running igmpqd. */
#include "ctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv, stdout, stderr);
}
