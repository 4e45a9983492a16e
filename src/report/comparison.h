/* SPDX-License-Identifier: Apache-2.0
 *
 * Models side by side, as their page and their JSON need them: copies of the small things, so that
 * a hundred models need not be in memory. */
#pragma once

#include "base/table.h"
#include "heavywater/compare.h"
#include "params/params.h"

/* The frames that metrics are of, from the most telling on. */
typedef enum hwi_metrics_of {
    HWI_OF_FRAME,
    HWI_OF_CROSS,
    HWI_OF_VALIDATION,
    HWI_OF_TRAINING,
    HWI_N_OF
} hwi_metrics_of;

/* "frame", "cross_validation", "validation", "training". */
const char *hwi_metrics_of_name(hwi_metrics_of of);

/* The curve of true against false positives. */
typedef struct hwi_roc {
    int64_t n;
    double *fpr, *tpr; /* (n) */
} hwi_roc;

typedef struct hwi_compared {
    char *name, *command; /* command NULL: unknown */
    hw_params *params;    /* as given; NULL: unknown */
    int64_t n_weights;
    double epochs, seconds;
    double *values[HWI_N_OF]; /* (hwi_named_n(category)), NULL without */
    hwi_roc roc[HWI_N_OF];    /* binomial */
    hw_table *history;        /* or NULL */
    hw_table *folds;          /* the summary of the cross-validation, or NULL */
    char **shown;             /* (n_params) texts of the parameters shown; filled by sorting */
} hwi_compared;

typedef struct hwi_compared_failure {
    char *name, *reason;
    char *values; /* "hidden 20,20  l1 0.1" */
} hwi_compared_failure;

struct hw_comparison {
    hw_category category; /* of the first model */
    char *response, *title;
    int32_t n_classes;
    char **classes;        /* (n_classes); NULL without */
    hwi_compared **models; /* in the order of the sort */
    int32_t n_models, capacity;
    hwi_compared_failure *failures;
    int32_t n_failures, failure_capacity;
    char **params; /* names of the parameters shown */
    int32_t n_params;
    bool has_own_params; /* set by the caller */
    hwi_metrics_of sort_of;
    int32_t sort_metric; /* as of hwi_named_name */
};

/* NaN without. */
double hwi_compared_value(const hwi_compared *model, hwi_metrics_of of, int32_t metric);
/* Of the sort metric. */
double hwi_compared_key(const hw_comparison *c, const hwi_compared *model);
/* How many models have these metrics. */
int32_t hwi_comparison_count(const hw_comparison *c, hwi_metrics_of of);
/* What the category is judged by, best known first: numbers as of hwi_named_name; their count. */
enum { HWI_MAX_HEADLINE = 4 };
int32_t hwi_headline_metrics(hw_category category, int32_t out[HWI_MAX_HEADLINE]);

/* The page (comparison_page.c). */
hw_status hwi_comparison_write_html(const hw_comparison *c, hwi_buffer *out,
                                    hw_error *err) HW_MUST_USE;
