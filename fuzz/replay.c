/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a harness over every file of the folders given: what a fuzzer found once is tried in every
 * run of the tests. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static int replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return -1;
    int n = 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        HW_AUTO_FILE_TEXT(file);
        hw_error err = {0};
        if (hwi_file_read(path, 0, &file, &err) != HW_OK) {
            fprintf(stderr, "%s\n", err.message);
            continue;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)file.data, file.size);
        n++;
    }
    closedir(dir);
    return n;
}

int main(int argc, char **argv)
{
    int n_files = 0;
    for (int i = 1; i < argc; i++) {
        int n = replay_folder(argv[i]);
        if (n <= 0) {
            fprintf(stderr, "%s: no inputs\n", argv[i]);
            return 1;
        }
        n_files += n;
    }
    printf("%d inputs replayed\n", n_files);
    return 0;
}
