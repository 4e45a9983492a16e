/* SPDX-License-Identifier: Apache-2.0
 *
 * Subcommands whose part of the library is not merged: each says so. */
#include "heavywater/app.h"
#include "heavywater/options.h"

static hw_status fail_later(const app_args *args, hw_error *err)
{
    HW_FAIL(err, HW_EUNSUPPORTED, NULL, "%s is not in this build", args->command->name);
}

hw_status app_train(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    return fail_later(args, err);
}

hw_status app_predict(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    return fail_later(args, err);
}

hw_status app_performance(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    return fail_later(args, err);
}

hw_status app_show(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    return fail_later(args, err);
}
