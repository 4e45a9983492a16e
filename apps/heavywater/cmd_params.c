/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/help.h"
#include "heavywater/options.h"

hw_status app_params(const app_args *args, int *out_exit, hw_error *err)
{
    (void)out_exit;
    if (args->n_positionals == 0) {
        app_help_params(stdout);
        return HW_OK;
    }
    const char *name = args->positionals[0];
    const hw_param_info *info = hw_param_find(name);
    if (!info) {
        const hw_param_info *nearest = hw_param_nearest(name);
        if (nearest)
            HW_FAIL(err, HW_EINVAL, NULL, "unknown parameter '%.200s'; did you mean %s?", name,
                    nearest->name);
        HW_FAIL(err, HW_EINVAL, NULL, "unknown parameter '%.200s'; heavywater params lists all",
                name);
    }
    app_help_param(info, stdout);
    return HW_OK;
}
