/* SPDX-License-Identifier: MIT */
/*
 * Floor 3, the BSDs. The same for a BPF device: a filter of one instruction that takes nothing.
 */
#include "igmpq/inject.h"
#include "system.h"

#include <sys/types.h>

#include <net/bpf.h>
#include <sys/ioctl.h>
#include <sys/time.h>

int inject_refuse_input(int descriptor)
{
    struct bpf_insn reject_all = BPF_STMT(BPF_RET | BPF_K, 0);
    struct bpf_program program = {.bf_len = 1, .bf_insns = &reject_all};

    /* Setting a filter also empties the device's buffers. */
    return ioctl(descriptor, BIOCSETF, &program) == 0 ? 0 : -1;
}

unsigned inject_tag_in_mtu(void)
{
    return 4;
}
