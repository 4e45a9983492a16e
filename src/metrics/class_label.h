/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of several classes is the label when probabilities tie, as H2O decides it (spec 6.4), and
 * what follows from it for hit ratios. Stateless. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The XOR of the bits of all values, for hwi_class_label; seeds are joined by another XOR. */
int64_t hwi_tie_seed(const double *values, int64_t n);

/* Whether the largest probability is that of several classes. */
bool hwi_class_is_tied(const double *p, int32_t n);

/* The class of the largest probability. Ties: drawn by the priors (n) with a generator of that
 * seed, from a list that holds class 0 in any case and is not emptied by a new maximum (a quirk of
 * H2O). priors NULL: the first of the largest. */
int32_t hwi_class_label(const double *p, int32_t n, const double *priors, int64_t tie_seed);

/* At which guess (0 is the label) H2O finds the actual class: it sets the probability of each wrong
 * guess to 0 and asks anew, so that a class may be guessed twice where others are 0. n_guesses when
 * it is not found by then; with n guesses the last one finds it. scratch: (n). */
int32_t hwi_guesses_until(const double *p, int32_t n, int32_t label, int32_t actual,
                          int32_t n_guesses, const double *priors, double *scratch);
