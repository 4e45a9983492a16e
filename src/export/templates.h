/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of whole source files, embedded at build time by tools/embed_text.py. */
#pragma once

extern const char hwi_export_score_c[];
extern const char hwi_export_score_java[];
