/* SPDX-License-Identifier: Apache-2.0 */
#include "heavywater/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "heavywater/app.h"

static volatile sig_atomic_t is_caught;
static struct sigaction old_interrupt, old_terminate, old_hang_up;

static void on_signal(int number)
{
    (void)number;
    if (is_caught)
        _exit(APP_EXIT_INTERRUPTED);
    is_caught = 1;
}

void app_signals_init(void)
{
    /* A file larger than the limit of the shell is then EFBIG, reported like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
}

void app_signals_catch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    is_caught = 0;
    sigaction(SIGINT, &action, &old_interrupt);
    /* A job in the background of a shell does not get the terminal's Ctrl-C; leave it so. */
    if (old_interrupt.sa_handler == SIG_IGN)
        sigaction(SIGINT, &old_interrupt, NULL);
    sigaction(SIGTERM, &action, &old_terminate);
    /* A closed terminal must not cost the run; nohup's wish to ignore it stands. */
    sigaction(SIGHUP, &action, &old_hang_up);
    if (old_hang_up.sa_handler == SIG_IGN)
        sigaction(SIGHUP, &old_hang_up, NULL);
}

void app_signals_restore(void)
{
    sigaction(SIGINT, &old_interrupt, NULL);
    sigaction(SIGTERM, &old_terminate, NULL);
    sigaction(SIGHUP, &old_hang_up, NULL);
}

bool app_signals_caught(void)
{
    return is_caught;
}
