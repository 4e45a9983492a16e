/* SPDX-License-Identifier: Apache-2.0 */
#include "export/source_text.h"

#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

void hwi_append_real(hwi_buffer *out, double x)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_real(x, text);
    hwi_buffer_append_text(out, text);
}

void hwi_append_real_float(hwi_buffer *out, float x)
{
    char text[HWI_NUMBER_TEXT_BYTES];
    hwi_format_real_float(x, text);
    hwi_buffer_append_text(out, text);
    hwi_buffer_append_char(out, 'f');
}

void hwi_append_c_string(hwi_buffer *out, const char *text)
{
    hwi_buffer_append_char(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        /* A question mark could begin a trigraph. */
        if (*c == '"' || *c == '\\' || *c == '?')
            hwi_buffer_printf(out, "\\%c", *c);
        else if (*c < ' ' || *c > '~')
            hwi_buffer_printf(out, "\\%03o", *c);
        else
            hwi_buffer_append_char(out, (char)*c);
    }
    hwi_buffer_append_char(out, '"');
}

static void append_java_char(hwi_buffer *out, uint32_t code)
{
    if (code == '"' || code == '\\')
        hwi_buffer_printf(out, "\\%c", (char)code);
    else if (code < ' ' || code == 0x7f)
        hwi_buffer_printf(out, "\\%03o", (unsigned)code);
    else if (code < 0x7f)
        hwi_buffer_append_char(out, (char)code);
    else if (code < 0x10000)
        hwi_buffer_printf(out, "\\u%04x", (unsigned)code);
    else
        hwi_buffer_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
                          (unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
}

void hwi_append_java_string(hwi_buffer *out, const char *text, int max_chars)
{
    int n_chars = 0;
    hwi_buffer_append_char(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; n_chars++) {
        int n = hwi_utf8_length(c);
        if (n_chars > 0 && n_chars % max_chars == 0)
            hwi_buffer_append_text(out, "\".concat(\"");
        append_java_char(out, n > 0 ? hwi_utf8_decode(c, n) : 0xfffd);
        c += n > 0 ? n : 1;
    }
    hwi_buffer_append_char(out, '"');
    for (int i = max_chars; i < n_chars; i += max_chars)
        hwi_buffer_append_char(out, ')');
}

void hwi_append_comment(hwi_buffer *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool is_plain = *c >= ' ' && *c <= '~' && !strchr("*/\\?", *c);
        hwi_buffer_append_char(out, is_plain ? *c : '_');
    }
}

void hwi_append_separator(hwi_buffer *out, int64_t i, int32_t per_line)
{
    if (i > 0)
        hwi_buffer_append_char(out, ',');
    hwi_buffer_append_text(out, i % per_line == 0 ? "\n    " : " ");
}

static void fill_line(const hwi_template *template, const char *line, size_t n, hwi_buffer *out)
{
    static const char mark[] = "@NAME@";
    const size_t n_mark = sizeof mark - 1;
    for (size_t i = 0; i < n;) {
        if (n - i >= n_mark && memcmp(line + i, mark, n_mark) == 0) {
            hwi_buffer_append_text(out, template->name);
            i += n_mark;
        } else {
            hwi_buffer_append_char(out, line[i++]);
        }
    }
}

static bool is_flag_on(const hwi_template *template, const char *flag)
{
    return flag[0] == '!' ? !template->has(flag + 1, template->ctx)
                          : template->has(flag, template->ctx);
}

hw_status hwi_template_fill(const hwi_template *template, hwi_buffer *out, hw_error *err)
{
    int depth = 0, n_hidden = 0; /* open ifs, and those of them within one that is off */
    for (const char *line = template->text; *line;) {
        size_t n = strcspn(line, "\n") + 1;
        HW_AUTO(char) *word = NULL;
        if (strncmp(line, "//@if ", 6) == 0) {
            word = hwi_strndup(line + 6, n - 7);
            HW_CHECK_ALLOC(err, word);
            depth++;
            if (n_hidden > 0 || !is_flag_on(template, word))
                n_hidden++;
        } else if (strncmp(line, "//@end", 6) == 0) {
            depth--;
            n_hidden -= n_hidden > 0;
        } else if (n_hidden == 0 && strncmp(line, "//@put ", 7) == 0) {
            word = hwi_strndup(line + 7, n - 8);
            HW_CHECK_ALLOC(err, word);
            template->put(word, template->ctx, out);
        } else if (n_hidden == 0) {
            fill_line(template, line, n, out);
        }
        line += n;
    }
    HW_ASSERT(depth == 0);
    return hwi_buffer_check(out, err);
}
