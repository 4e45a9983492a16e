/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests: whether a page is well-formed and loads nothing. */
#pragma once

#include "support/hw_test.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_TAG = 32 };

static inline bool is_void_tag(const char *tag)
{
    return strcmp(tag, "meta") == 0 || strcmp(tag, "!DOCTYPE") == 0;
}

/* Reads the attributes of a tag up to its '>', each in double quotes. Returns the position behind
 * it; *is_closed for "/>". */
static inline const char *check_attributes(const char *p, bool *is_closed)
{
    *is_closed = false;
    for (;;) {
        p += strspn(p, " \n");
        if (*p == '>')
            return p + 1;
        if (strncmp(p, "/>", 2) == 0) {
            *is_closed = true;
            return p + 2;
        }
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789");
        if (n == 0)
            fail_msg("no attribute name at: %.60s", p);
        p += n;
        if (*p != '=')
            continue;
        if (p[1] != '"')
            fail_msg("attribute without quotes at: %.60s", p);
        const char *end = strchr(p + 2, '"');
        assert_non_null(end);
        if (memchr(p + 2, '<', (size_t)(end - p - 2)))
            fail_msg("'<' inside an attribute at: %.60s", p);
        p = end + 1;
    }
}

/* Every tag is closed in order; nothing but known entities after '&'. */
static inline void check_well_formed(const char *html)
{
    char open[MAX_DEPTH][MAX_TAG];
    int depth = 0;
    for (const char *p = html; *p;) {
        if (*p == '&') {
            static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
            bool is_known = false;
            for (size_t i = 0; i < HW_COUNT(entities); i++)
                is_known |= strncmp(p, entities[i], strlen(entities[i])) == 0;
            if (!is_known)
                fail_msg("bare '&' at: %.60s", p);
        }
        if (*p != '<') {
            p++;
            continue;
        }
        bool is_end = p[1] == '/', is_closed;
        const char *name = p + 1 + is_end;
        size_t n = strspn(name, "!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        assert_in_range(n, 1, MAX_TAG - 1);
        char tag[MAX_TAG];
        snprintf(tag, sizeof tag, "%.*s", (int)n, name);
        p = check_attributes(name + n, &is_closed);
        if (is_end) {
            if (depth == 0 || strcmp(open[--depth], tag) != 0)
                fail_msg("</%s> closes <%s> before: %.60s", tag, open[depth], p);
        } else if (!is_closed && !is_void_tag(tag)) {
            assert_in_range(depth, 0, MAX_DEPTH - 1);
            memcpy(open[depth++], tag, MAX_TAG);
            if (strcmp(tag, "style") == 0 || strcmp(tag, "script") == 0)
                p = strstr(p, strcmp(tag, "style") == 0 ? "</style>" : "</script>");
            assert_non_null(p);
        }
    }
    assert_int_equal(depth, 0);
}

static inline int count(const char *html, const char *needle)
{
    int n = 0;
    for (const char *p = html; (p = strstr(p, needle)); p += strlen(needle))
        n++;
    return n;
}

/* The page loads nothing, runs only its own script, and its links lead to sections of its own. */
static inline void check_self_contained(const char *html)
{
    static const char *const forbidden[] = {"http://", "https://", " src=", "<link",      "<img",
                                            "<iframe", "@import",  "url(",  "javascript:"};
    for (size_t i = 0; i < HW_COUNT(forbidden); i++)
        if (strstr(html, forbidden[i]))
            fail_msg("the page holds %s", forbidden[i]);
    assert_int_equal(count(html, "<script"), 1);
    for (const char *p = html; (p = strstr(p, "href=\"")); p++) {
        char id[64];
        const char *target = p + 6;
        assert_int_equal(*target, '#');
        snprintf(id, sizeof id, "id=\"%.*s\"", (int)(strchr(target, '"') - target - 1), target + 1);
        if (count(html, id) != 1)
            fail_msg("%d elements of %s", count(html, id), id);
    }
}
