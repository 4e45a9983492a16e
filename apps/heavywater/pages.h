/* SPDX-License-Identifier: Apache-2.0
 *
 * Manual pages and completions, written at build time from the same tables as --help: the
 * subcommands (commands.c) and the parameters of the library. Each function appends a whole file.
 */
#pragma once

#include "base/buffer.h"
#include "heavywater/app.h"

/* What follows an option, as far as a shell can help with it. */
typedef enum pages_value {
    PAGES_SWITCH, /* nothing */
    PAGES_TEXT,   /* something to type */
    PAGES_FILE,
    PAGES_FOLDER,
    PAGES_WORDS /* one of words */
} pages_value;

enum { PAGES_MAX_OPTION_BYTES = 64, PAGES_MAX_WORDS_BYTES = 512 };

/** An option of a subcommand, be it of its table or a parameter. */
typedef struct pages_option {
    char name[PAGES_MAX_OPTION_BYTES]; /* without "--" */
    const char *value_word;            /* "" for a switch */
    pages_value value;
    char words[PAGES_MAX_WORDS_BYTES]; /* of WORDS, with blanks between */
    const char *help;
} pages_option;

/* Option i of a command: its own, its parameters that this version supports (a switch that is on
 * by default also as no_NAME), and help last. False past the last. */
bool pages_option_at(const app_command *command, int i, pages_option *out);
/* What a positional argument of a command is; words of `params` are the parameters' names. */
pages_value pages_positional(const app_command *command);

/* The part of a text in front of its first full stop that ends a sentence. */
int pages_sentence_bytes(const char *text);

void pages_append_man_overview(hwi_buffer *out);
void pages_append_man_command(hwi_buffer *out, const app_command *command);
void pages_append_bash(hwi_buffer *out);
void pages_append_zsh(hwi_buffer *out);
void pages_append_fish(hwi_buffer *out);
