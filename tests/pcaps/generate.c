/* SPDX-License-Identifier: MIT */
/* Floor 4. Writes the corpus of captures: generate FOLDER. The same octets on every run. */
#include "scene.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: generate FOLDER\n");
        return 2;
    }
    scenes_files(argv[1]);
    scenes_links(argv[1]);
    scenes_frames(argv[1]);
    scenes_life(argv[1]);
    scenes_queriers(argv[1]);
    scenes_hosts(argv[1]);
    scenes_calm(argv[1]);
    scenes_field(argv[1]);
    return 0;
}
