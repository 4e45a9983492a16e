/* SPDX-License-Identifier: Apache-2.0
 *
 * Goes on with an interrupted training: asks again for what was asked, from the same folder, and
 * the library finds how far it had come. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "heavywater/run_file.h"

static hw_status resume(const app_run_file *file, int *out_exit, hw_error *err)
{
    const app_command *command = app_command_find(file->argv[0]);
    if (!command || !command->is_resumable)
        HW_FAIL(err, HW_EFORMAT, NULL, "%.300s: '%.60s' is no command that can be resumed",
                file->path, file->argv[0]);
    if (chdir(file->folder) != 0)
        HW_FAIL(err, HW_EIO, NULL,
                "%.300s: the training was started in the folder %.300s, which cannot be entered: "
                "%s",
                file->path, file->folder, strerror(errno));
    app_args args = {0};
    hw_status status = app_args_read(command, file->argc - 1, file->argv + 1, &args, err);
    args.resumed = file;
    if (status == HW_OK)
        status = command->run(&args, out_exit, err);
    app_args_clear(&args);
    return status;
}

hw_status app_resume(const app_args *args, int *out_exit, hw_error *err)
{
    __attribute__((cleanup(app_run_file_clear))) app_run_file file = {0};
    HW_TRY(app_run_file_find(args->positionals[0], &file, err));
    return resume(&file, out_exit, err);
}
