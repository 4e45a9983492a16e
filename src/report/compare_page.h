/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sections of the page that compares models share. */
#pragma once

#include "report/comparison.h"
#include "report/page.h"

enum {
    HWI_MAX_BOARD = 200,  /* rows of the leaderboard, models with a command */
    HWI_MAX_DRAWN = 300,  /* models in one picture */
    HWI_N_COLOURS = 6,    /* classes q0 (best) to q5 */
    HWI_N_HIGHLIGHTED = 3 /* lines in colour */
};

typedef struct hwi_compare_page {
    hwi_page page; /* its model is NULL */
    const hw_comparison *c;
    int32_t n_drawn;    /* models in the pictures: the best */
    double worst;       /* of the sort metric in pictures of parameters: what is worse stands at the
                           edge; NaN: no limit */
    int32_t n_beyond;   /* models that are worse */
    const char *metric; /* title of the sort metric */
    const char *of_words; /* "on the rows that folds held out" ... */
} hwi_compare_page;

/* "dot q0" to "dot q5" by rank. */
const char *hwi_compare_dot_class(const hwi_compare_page *p, int32_t rank);
const char *hwi_compare_track_class(const hwi_compare_page *p, int32_t rank);
/* The sort metric where it is drawn. */
double hwi_compare_drawn(const hwi_compare_page *p, int32_t rank);
/* "1. name: logloss 0.31" and the parameters; the caller's. NULL without memory. */
char *hwi_compare_tip(const hwi_compare_page *p, int32_t rank);

/* Sections; one whose data is missing writes nothing. */
void hwi_compare_board(hwi_compare_page *p);
void hwi_compare_params(hwi_compare_page *p);
void hwi_compare_curves(hwi_compare_page *p);
void hwi_compare_roc(hwi_compare_page *p);
void hwi_compare_spread(hwi_compare_page *p);
void hwi_compare_failures(hwi_compare_page *p);
void hwi_compare_commands(hwi_compare_page *p);
