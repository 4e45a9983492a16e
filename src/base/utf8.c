/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

int hwi_utf8_length(const unsigned char *text)
{
    int n = text[0] < 0x80   ? 1
            : text[0] < 0xc2 ? 0
            : text[0] < 0xe0 ? 2
            : text[0] < 0xf0 ? 3
            : text[0] < 0xf5 ? 4
                             : 0;
    for (int i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool is_overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool is_surrogate = text[0] == 0xed && text[1] >= 0xa0;
    bool is_beyond = text[0] == 0xf4 && text[1] >= 0x90;
    return n > 1 && (is_overlong || is_surrogate || is_beyond) ? 0 : n;
}

uint32_t hwi_utf8_decode(const unsigned char *text, int n)
{
    uint32_t code = n == 1 ? text[0] : text[0] & (0x7fu >> n);
    for (int i = 1; i < n; i++)
        code = code << 6 | (text[i] & 0x3fu);
    return code;
}

bool hwi_utf8_is_valid(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        int n = hwi_utf8_length(c);
        if (n == 0)
            return false;
        c += n;
    }
    return true;
}
