/* SPDX-License-Identifier: Apache-2.0
 *
 * The style sheet and the script of the page, embedded at build time by tools/embed_text.py. */
#pragma once

extern const char hwi_report_css[];
extern const char hwi_report_js[];
/* The script's SHA-256 in base64: the page's policy lets this script run and no other. */
extern const char hwi_report_js_sha256[];
