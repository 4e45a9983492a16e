/* SPDX-License-Identifier: Apache-2.0
 *
 * What every public header needs: visibility, printf checking, must-use results. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HW_BEGIN_DECLS extern "C" {
#define HW_END_DECLS }
#else
#define HW_BEGIN_DECLS
#define HW_END_DECLS
#endif

#define HW_API __attribute__((visibility("default")))
#define HW_MUST_USE __attribute__((warn_unused_result))
#define HW_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

HW_BEGIN_DECLS

/** The version of the library that is running, for example "0.1.0". */
HW_API const char *hw_version(void);

HW_END_DECLS
