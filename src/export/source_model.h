/* SPDX-License-Identifier: Apache-2.0
 *
 * What the C and the Java file of a model say alike: pieces of text that are right in both
 * languages. Stateless. */
#pragma once

#include "export/export.h"

/* Whether a part of the templates stands: "classifier", "binomial", "multinomial", "autoencoder",
 * "regression", "categories", "hashed", "standardized", "balanced", "prior", "offset". */
bool hwi_source_has(const hwi_export *of, const char *flag);
/* The first line of the file: between `begin` and `end` who wrote it, and what the model is. */
void hwi_source_put_title(const hwi_export *of, const char *begin, const char *end,
                          hwi_buffer *out);
/* A line for each of the first n values of a row, begun by `begin`. */
void hwi_source_put_columns(const hwi_export *of, int32_t n, const char *begin, hwi_buffer *out);
/* The first arguments of a layer: kind, units below, units, channels, and what scoring multiplies
 * by for dropout. */
void hwi_source_put_layer(const hwi_layer *layer, hwi_buffer *out);
/* The body of the function of an offset. */
void hwi_source_put_offset(const hwi_export *of, const char *indent, const char *deeper,
                           hwi_buffer *out);
/* A line that brings the number of a regression to the scale of the response, where it needs
 * one. */
void hwi_source_put_response_scale(const hwi_export *of, const char *indent, const char *variable,
                                   hwi_buffer *out);
