/* SPDX-License-Identifier: Apache-2.0 */
#include "frame/cell.h"

#include <string.h>

/* A position in the text; every reader leaves it alone when it does not match. */
typedef struct cursor {
    const char *p;
    const char *end;
} cursor;

typedef struct date {
    int year, month, day;
} date;

static bool eat(cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted)
        return false;
    c->p++;
    return true;
}

static void eat_blanks(cursor *c)
{
    while (c->p < c->end && *c->p == ' ')
        c->p++;
}

/* An unsigned number of min_digits to max_digits digits that is not followed by another digit. */
static bool eat_number(cursor *c, int min_digits, int max_digits, int *out)
{
    const char *p = c->p;
    int value = 0, n = 0;
    while (p < c->end && *p >= '0' && *p <= '9' && n <= max_digits) {
        value = value * 10 + (*p++ - '0');
        n++;
    }
    if (n < min_digits || n > max_digits)
        return false;
    c->p = p;
    *out = value;
    return true;
}

/* Joda's pivot: two digits lie between 1969 and 2068. */
static int full_year(int two_digits)
{
    return two_digits < 69 ? 2000 + two_digits : 1900 + two_digits;
}

/* Four digits, or two. */
static bool eat_year(cursor *c, int *out)
{
    if (eat_number(c, 4, 4, out))
        return true;
    if (!eat_number(c, 2, 2, out))
        return false;
    *out = full_year(*out);
    return true;
}

/* Jan or January, in any case. */
static bool eat_month_name(cursor *c, int *out)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    const char *p = c->p;
    char word[16] = "";
    size_t n = 0;
    while (p < c->end && n < sizeof(word) && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')))
        word[n++] = (char)(*p++ | 0x20);
    for (int i = 0; i < 12; i++) {
        if ((n == 3 || n == strlen(names[i])) && memcmp(word, names[i], n) == 0) {
            c->p = p;
            *out = i + 1;
            return true;
        }
    }
    return false;
}

/* ---- dates; every form starts over at the same place ---- */

/* yyyy-MM-dd and yyyy-MM; lenient: yyyy/MM/dd. */
static bool eat_year_first(cursor *c, bool is_lenient, date *out)
{
    cursor at = *c;
    out->day = 1;
    if (!eat_number(&at, 4, 4, &out->year))
        return false;
    char separator = at.p < at.end ? *at.p : '\0';
    if (separator != '-' && !(is_lenient && separator == '/'))
        return false;
    at.p++;
    if (!eat_number(&at, 1, 2, &out->month))
        return false;
    bool has_day = eat(&at, separator);
    if (has_day ? !eat_number(&at, 1, 2, &out->day) : separator == '/')
        return false;
    *c = at;
    return true;
}

/* MM/dd/yyyy, MM/dd/yy, and the same with dashes. */
static bool eat_month_first(cursor *c, date *out)
{
    cursor at = *c;
    if (!eat_number(&at, 1, 2, &out->month) || at.p == at.end || (*at.p != '/' && *at.p != '-'))
        return false;
    char separator = *at.p++;
    if (!eat_number(&at, 1, 2, &out->day) || !eat(&at, separator) || !eat_year(&at, &out->year))
        return false;
    *c = at;
    return true;
}

/* dd-MMM-yyyy, dd-MMM-yy, both without dashes; MMM-yyyy, MMM-yy; yy-MMM. */
static bool eat_named_month(cursor *c, date *out)
{
    cursor at = *c;
    out->day = 1;
    bool has_day = eat_number(&at, 1, 2, &out->day);
    int n_digits = (int)(at.p - c->p);
    bool has_dash = has_day && eat(&at, '-');
    if (!eat_month_name(&at, &out->month))
        return false;
    if (has_dash && n_digits == 2 && (at.p == at.end || *at.p == ' ')) {
        out->year = full_year(out->day);
        out->day = 1;
    } else {
        bool wants_dash = has_dash || !has_day;
        if (eat(&at, '-') != wants_dash || !eat_year(&at, &out->year))
            return false;
    }
    *c = at;
    return true;
}

static bool is_date(const date *d)
{
    static const int n_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d->month < 1 || d->month > 12 || d->day < 1)
        return false;
    bool is_leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
    return d->day <= n_days[d->month - 1] + (is_leap && d->month == 2);
}

/* Days since 1970-01-01 in the Gregorian calendar (years counted from March, eras of 400). */
static int64_t days_of(const date *d)
{
    int64_t y = d->month <= 2 ? d->year - 1 : d->year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d->month + (d->month > 2 ? -3 : 9)) + 2) / 5 + d->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* ---- times of day ---- */

/* .6 is 600 ms; digits behind the third are dropped. */
static void eat_fraction(cursor *c, int *out_ms)
{
    int ms = 0, unit = 100;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
        ms += (*c->p - '0') * unit;
        unit /= 10;
    }
    *out_ms = ms;
}

/* HH:mm:ss, then .SSS or :SSS, then AM or PM; lenient: HH:mm. */
static bool eat_time(cursor *c, bool is_lenient, int64_t *out_ms)
{
    cursor at = *c;
    int hour, minute, second = 0, ms = 0;
    if (!eat_number(&at, 1, 2, &hour) || !eat(&at, ':') || !eat_number(&at, 1, 2, &minute))
        return false;
    if (eat(&at, ':')) {
        if (!eat_number(&at, 1, 2, &second))
            return false;
        if (eat(&at, '.') || eat(&at, ':'))
            eat_fraction(&at, &ms);
    } else if (!is_lenient) {
        return false;
    }
    cursor behind = at;
    eat_blanks(&behind);
    if (behind.end - behind.p >= 2 && (behind.p[0] == 'A' || behind.p[0] == 'P') &&
        behind.p[1] == 'M') {
        if (hour < 1 || hour > 12)
            return false;
        hour = hour % 12 + (behind.p[0] == 'P' ? 12 : 0);
        behind.p += 2;
        at = behind;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *out_ms = ((hour * INT64_C(60) + minute) * 60 + second) * 1000 + ms;
    *c = at;
    return true;
}

/* Z, or +hh:mm, +hhmm, +hh: what is to be subtracted. */
static bool eat_zone(cursor *c, int64_t *out_ms)
{
    *out_ms = 0;
    if (c->p == c->end || eat(c, 'Z'))
        return true;
    bool is_west = *c->p == '-';
    if (!is_west && *c->p != '+')
        return false;
    c->p++;
    int hours, minutes = 0;
    if (eat_number(c, 4, 4, &hours)) {
        minutes = hours % 100;
        hours /= 100;
    } else if (!eat_number(c, 2, 2, &hours) || (eat(c, ':') && !eat_number(c, 2, 2, &minutes))) {
        return false;
    }
    int64_t ms = (hours * INT64_C(60) + minutes) * 60000;
    *out_ms = is_west ? -ms : ms;
    return true;
}

bool hwi_cell_time(const hwi_cell *cell, bool is_lenient, int64_t *out_ms)
{
    hwi_cell trimmed = hwi_cell_trim(cell);
    if (trimmed.n_bytes < 5) /* a cheap way out for short words; the shortest form is yy-MMM */
        return false;
    cursor c = {trimmed.text, trimmed.text + trimmed.n_bytes};
    int64_t time_ms = 0, zone_ms = 0;
    date d;
    if (eat_time(&c, is_lenient, &time_ms)) {
        *out_ms = time_ms;
        return c.p == c.end;
    }
    if (!eat_year_first(&c, is_lenient, &d) && !eat_month_first(&c, &d) && !eat_named_month(&c, &d))
        return false;
    if (!is_date(&d))
        return false;
    if (c.p < c.end) {
        if (is_lenient && *c.p == 'T')
            c.p++;
        else if (*c.p == ' ')
            eat_blanks(&c);
        else
            return false;
        if (!eat_time(&c, is_lenient, &time_ms) || (is_lenient && !eat_zone(&c, &zone_ms)))
            return false;
    }
    *out_ms = days_of(&d) * INT64_C(86400000) + time_ms - zone_ms;
    return c.p == c.end;
}
