/* SPDX-License-Identifier: Apache-2.0
 *
 * When training becomes unstable (spec 7.8): H2O's limits of weights and biases, what to say, and
 * the state to fall back on. Looked at before each scoring. */
#include <math.h>

#include "base/buffer.h"
#include "base/number.h"
#include "kernels/kernels.h"
#include "train/trainer.h"

static const double weight_limit = 1e10, bias_limit = 1e5;

/* What is wrong with a layer; text NULL when nothing is. */
typedef struct fault {
    const char *text;
    double value, limit;
} fault;

/* Mean and root mean square deviation, with H2O's root; in one pass, which is good enough for
 * limits. NaN and infinity stay what they are. */
typedef struct spread {
    double sum, square;
} spread;

static double rms_of(const spread *s, double n)
{
    double mean = s->sum / n, variance = s->square / n - mean * mean;
    return isnan(variance) ? variance : hwk_approx_sqrt_f64(fmax(0, variance));
}

static spread weights_of(const hwi_layer *layer)
{
    enum { LANES = 8 };
    double sum[LANES] = {0}, square[LANES] = {0};
    /* The padding of panels is 0 and adds nothing. */
    for (int64_t i = 0; i < hwi_layer_n_entries(layer); i += LANES) {
        for (int32_t k = 0; k < LANES; k++) {
            double x = (double)layer->weights[i + k];
            sum[k] += x;
            square[k] += x * x;
        }
    }
    spread all = {0, 0};
    for (int32_t k = 0; k < LANES; k++) {
        all.sum += sum[k];
        all.square += square[k];
    }
    return all;
}

static fault fault_of(const hwi_layer *layer)
{
    spread weights = weights_of(layer), biases = {0, 0};
    for (int32_t r = 0; r < layer->n_rows; r++) {
        if (!isfinite(layer->biases[r]))
            return (fault){"a bias", layer->biases[r], bias_limit};
        biases.sum += layer->biases[r];
        biases.square += layer->biases[r] * layer->biases[r];
    }
    double n_weights = (double)layer->n_in * layer->n_rows;
    const fault looks[] = {{"the mean weight", weights.sum / n_weights, weight_limit},
                           {"the RMS of the weights", rms_of(&weights, n_weights), weight_limit},
                           {"the mean bias", biases.sum / layer->n_rows, bias_limit},
                           {"the RMS of the biases", rms_of(&biases, layer->n_rows), bias_limit}};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (!(fabs(looks[i].value) <= looks[i].limit))
            return looks[i];
    return (fault){NULL, 0, 0};
}

/* --- What to change --------------------------------------------------------------------------- */

enum { MAX_HINTS = 3 };

static void hint(hwi_buffer *out, int *n_hints, const char *format, const double *value)
{
    char text[HWI_NUMBER_TEXT_BYTES] = "";
    if (*n_hints == MAX_HINTS)
        return;
    if (value)
        hwi_format_double(*value, text);
    hwi_buffer_append_text(out, (*n_hints)++ ? ", " : "");
    hwi_buffer_printf(out, format, text);
}

/* Two or three parameters that are not yet as they should be, the likeliest cause first. */
static void append_hints(hwi_buffer *out, const hw_params *p)
{
    int n = 0;
    bool is_bounded =
        p->activation == HW_ACTIVATION_TANH || p->activation == HW_ACTIVATION_TANH_WITH_DROPOUT;
    if (p->initial_weight_distribution != HW_INITIAL_WEIGHT_DISTRIBUTION_UNIFORM_ADAPTIVE)
        hint(out, &n, "initial_weight_scale below %s", &p->initial_weight_scale);
    if (!p->standardize && !p->autoencoder)
        hint(out, &n, "standardize true%s", NULL);
    if (!p->adaptive_rate)
        hint(out, &n, "rate below %s", &p->rate);
    else if (p->epsilon > 1e-8)
        hint(out, &n, "epsilon below %s", &p->epsilon);
    if (!is_bounded)
        hint(out, &n, "activation Tanh%s", NULL);
    if (!((double)p->max_w2 <= 10))
        hint(out, &n, "max_w2 10%s", NULL);
    if (p->l2 < 1e-5)
        hint(out, &n, "l2 1e-5%s", NULL);
    hint(out, &n, "hidden with fewer or smaller layers%s", NULL);
}

static hw_status name_fault(const hwi_trainer *trainer, int32_t layer, const fault *found,
                            hw_error *err)
{
    HW_AUTO_BUFFER(hints);
    append_hints(&hints, trainer->params);
    HW_TRY(hwi_buffer_check(&hints, err));
    char value[HWI_NUMBER_TEXT_BYTES], limit[HWI_NUMBER_TEXT_BYTES];
    hwi_format_general(found->value, 4, value);
    hwi_format_general(found->limit, 1, limit);
    HW_FAIL(err, HW_EUNSTABLE, trainer->params->adaptive_rate ? "activation" : "rate",
            "training diverged by sample %lld: %s of layer %d is %s, the limit is %s; try %s",
            (long long)(trainer->bad_sample > 0 ? trainer->bad_sample : trainer->processed),
            found->text, layer + 2, value, limit, hwi_buffer_text(&hints));
}

hw_status hwi_trainer_check_stability(const hwi_trainer *trainer, hw_error *err)
{
    const hwi_network *network = trainer->published;
    for (int32_t l = 0; l < network->n_layers; l++) {
        fault found = fault_of(&network->layers[l]);
        if (found.text)
            return name_fault(trainer, l, &found, err);
    }
    return HW_OK;
}

/* --- The last good state ---------------------------------------------------------------------- */

hw_status hwi_trainer_keep_good(hwi_trainer *trainer, hw_error *err)
{
    if (trainer->best) /* which is what is fallen back on */
        return HW_OK;
    if (trainer->good)
        hwi_network_assign(trainer->good, trainer->published);
    else
        HW_TRY(hwi_network_copy(trainer->published, &trainer->good, err));
    trainer->good_samples = trainer->processed;
    trainer->good_iterations = trainer->iterations;
    return HW_OK;
}

hw_status hwi_trainer_fall_back(hwi_trainer *trainer, hw_error *diverged, hw_error *err)
{
    const hwi_network *good = trainer->best ? trainer->best : trainer->good;
    if (!good) {
        if (err)
            *err = *diverged;
        return HW_EUNSTABLE;
    }
    HW_AUTO_BUFFER(text);
    hwi_buffer_printf(&text, "%s; ", diverged->message);
    if (trainer->best) {
        hwi_buffer_append_text(&text, "the model is the best state before that");
    } else {
        trainer->processed = trainer->good_samples;
        trainer->iterations = trainer->good_iterations;
        if (trainer->processed == 0)
            hwi_buffer_append_text(&text, "the model is the untrained network, since nothing was "
                                          "scored before that");
        else
            hwi_buffer_printf(&text, "the model is the last good state, after %lld sample%s",
                              (long long)trainer->processed, trainer->processed == 1 ? "" : "s");
    }
    HW_TRY(hwi_buffer_check(&text, err));
    snprintf(diverged->message, sizeof diverged->message, "%s", hwi_buffer_text(&text));
    hwi_network_assign(trainer->published, good);
    trainer->bad_sample = 0;
    trainer->ending = HW_ENDED_UNSTABLE;
    return hwi_trainer_score(trainer, err);
}
