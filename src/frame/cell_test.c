/* SPDX-License-Identifier: Apache-2.0
 *
 * What single cells say. Values and times are H2O 3.46.0.12's answers unless a comment says
 * otherwise. */
#include "frame/cell.h"

#include "support/hw_test.h"

#include <string.h>

static hwi_cell cell_of(const char *text)
{
    return (hwi_cell){text, strlen(text), false};
}

static double number_of(const char *text)
{
    hwi_cell cell = cell_of(text);
    hwi_number number = hwi_cell_number(&cell);
    if (number.kind == HWI_NUMBER_NONE)
        return NAN;
    return number.kind == HWI_NUMBER_INT ? (double)number.i : number.d;
}

/* Long numbers, where H2O's arithmetic is not correct rounding. */
static void test_cell_number_rounds_as_h2o(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"47283487593.0249657e167", 0x1.2ab6289ca613cp+590},
        {"917631902830911000e25", 0x1.a55b1c9e592e2p+142},
        {"467682000608300000e27", 0x1.4f8b9dfce3ed6p+148},
        {"650183006896571894e-112", 0x1.15c1a9a3ae0a7p-313},
        {"-663669404557621e-131", -0x1.0bc668d8f293ap-386},
        {"866982143733174725e-40", 0x1.a33f30df4c9f2p-74},
        {"068429887230670190e20", 0x1.497a591d2e027p+122},
        {"272926550195377080e-24", 0x1.250d7a9709a43p-22},
        {"009114828688832663e16", 0x1.1f9cfff203327p+106},
        {"147.04303542191287485", 0x1.261608bd235efp+7},
        {"079840738179516445e19", 0x1.33890bd6885ddp+119},
        {"-765639533144069e287", -0x1.c94ecf7d7f365p+1002},
        {"020335137962041046e40", 0x1.0962cc84b1a81p+187},
        {"77449e-270", 0x1.3fa7c42b2db4fp-881},
        {"863610333483413221e-5", 0x1.f6aff7c6ec888p+42},
        {"-1431088397965499e-25", -0x1.3ab31d5cd32d7p-33},
        {"0000.00000009577407654071262883", 0x1.9b58b5f6ba654p-24},
        {"17118193912695430e33", 0x1.76cecb9d3450dp+163},
        {"791612858908495862e25", 0x1.6b7da4f555df8p+142},
        {"341875869062528727e27", 0x1.ea915c38a2fd0p+147},
        {"436527835045332e34", 0x1.7e50ecf2e7e85p+161},
        {"-75344855215665.101628", -0x1.121a5d52b8c46p+46},
        {"9495136087485000e-27", 0x1.4e14952b3a67fp-37},
        {"-923858.7370161727203637951e51", -0x1.2d6c483c39d3ep+189},
        {"00.0009121311540195633", 0x1.de382bcf35c34p-11},
        {"951345240238165000e-31", 0x1.ac72a379d23d7p-44},
        {"-88.602e-29", -0x1.18ca7b734d28dp-90},
        {"915138349649367472e-17", 0x1.24d82233d305dp+3},
        {"5.e-252", 0x1.25432b14ecea2p-835},
        {"-91577681.949736401556e19", -0x1.7ac1a46e2659ep+89},
        {"026453564066605510e-34", 0x1.8662bd4bf86b8p-59},
        {"8240452296.79029927", 0x1.eb2b52c8ca510p+32},
        {"-306.0074654192377585424331e-105", -0x1.5ee9f20599f8cp-341},
        {"95365216834499300e37", 0x1.3e9c695c01ea5p+179},
        {"-9806213582421825.1e-7", -0x1.d398c171effd7p+29},
        {"-2143.118708949167510250711e24", -0x1.bb2fc280703e9p+90},
        {".3e71", 0x1.1630c2126556ep+234},
        {".1266435475290833899123859e-14", 0x1.6d0671c3d1ef3p-50},
        {"524993592989529600e23", 0x1.349041a0830bap+135},
        {"416896576220363040e-30", 0x1.d56241c976f0dp-42},
        {"8.e-193", 0x1.d331a4b10d3f5p-639},
        {"-736161416552.69174", -0x1.56cd478ad1622p+39},
        {"00000000.0000000000079084169112481861602e136", 0x1.de88491a65845p+414},
        {"692197733380313273e-16", 0x1.14e10c430d825p+6},
        {"0000000000000000001387168105.53613878e-19", 0x1.310a9f3e01edcp-33},
        {"00000000000000000000000866.269504356174758725513722131", 0x1.b1227f1e65f33p+9},
        {"647501593059520000e5", 0x1.b6c39f1576ecdp+75},
        {"000000066226096764.4255e276", 0x1.bd5cb25869ef4p+952},
        {"8.", 0x1.0000000000000p+3},
        {"85683539.4633977687", 0x1.46db54dda84f2p+26},
        {"433738184326809070", 0x1.813ca52894a18p+58},
        {"96223", 0x1.77df000000000p+16},
        {"08156726318057.7365994723256955", 0x1.dac8b194fa6f2p+42},
        {"826181806318858400e-34", 0x1.7d0254ef11f97p-54},
        {"109968488819841321", 0x1.86afc20897d93p+56},
        {"344601918290551500e22", 0x1.440fe4e812567p+131},
        {"689226668297777190", 0x1.32140019b3ae0p+59},
        {"980322010194137900e15", 0x1.82ab3a0722007p+109},
        {"406202941483940560e14", 0x1.00599fe5db39fp+105},
        {"814838874970493085e25", 0x1.7627d974a03c3p+142},
        {"89216272618870400e-20", 0x1.d3c00dda80a58p-11},
        {"-74836277996180.4801", -0x1.1040b710aa51fp+46},
        {"904165949275083130", 0x1.9187c47e11723p+59},
        {"-85583.9075436022128955", -0x1.4e4fe854c70b3p+16},
        {"29.687e-240", 0x1.8be81cc427884p-793},
        {"599246987167203107", 0x1.0a1e7eb75a5fep+59},
        {"40290457304678", 0x1.2526d329f3300p+45},
        {"723379759777872300e12", 0x1.242bb6cf45236p+99},
        {"679.71500940495660e161", 0x1.2e2b229c40cc7p+544},
        {"0094897.1793732498636e-4", 0x1.2fabc4f3a269ap+3},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++)
        if (number_of(cases[i].text) != cases[i].value)
            fail_msg("%s is %a, not %a", cases[i].text, number_of(cases[i].text), cases[i].value);
}

static void test_cell_number_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        hwi_number_kind kind;
    } cases[] = {
        {"1", 1, HWI_NUMBER_INT},
        {"-1", -1, HWI_NUMBER_INT},
        {"+1", 1, HWI_NUMBER_INT},
        {"1.0", 1, HWI_NUMBER_INT},
        {"1.", 1, HWI_NUMBER_INT},
        {"-.5", -0.5, HWI_NUMBER_REAL},
        {"007", 7, HWI_NUMBER_INT},
        {"1e5", 100000, HWI_NUMBER_INT},
        {"1E+5", 100000, HWI_NUMBER_INT},
        {"1e-5", 1e-5, HWI_NUMBER_REAL},
        {"1e00005", 100000, HWI_NUMBER_INT},
        {"1e22", 1e22, HWI_NUMBER_REAL},
        {"1e400", INFINITY, HWI_NUMBER_REAL},
        {"-1e400", -INFINITY, HWI_NUMBER_REAL},
        {"1e99999999999", INFINITY, HWI_NUMBER_REAL},
        {"1e-99999999999", 0, HWI_NUMBER_INT},
        {"0e5", 0, HWI_NUMBER_INT},
        {"-0", 0, HWI_NUMBER_INT},
        {" 1 ", 1, HWI_NUMBER_INT},
        {"\t1\t", 1, HWI_NUMBER_INT},
        {"$1", 1, HWI_NUMBER_INT},
        {"$-2.5", -2.5, HWI_NUMBER_REAL},
        {"5%", 0.05, HWI_NUMBER_REAL},
        {"5 % ", 0.05, HWI_NUMBER_REAL},
        {"100%", 1, HWI_NUMBER_INT},
        {"1e5%", 1000, HWI_NUMBER_INT},
        {"9007199254740993", 9007199254740992.0, HWI_NUMBER_INT},
        {"9223372036854775807", 0x1p63, HWI_NUMBER_INT},
        {"12345678901234567890", 1.2345678901234567e19, HWI_NUMBER_REAL},
        {"123456789012345678901234567890", 1.2345678901234568e29, HWI_NUMBER_REAL},
        /* H2O loses the sign and two digits */
        {"-9223372036854775808", -0x1p63, HWI_NUMBER_REAL},
        /* H2O's power of ten overflows: 0 */
        {"4.9e-324", 4.9e-324, HWI_NUMBER_REAL},
        {"2.2250738585072014e-308", 2.2250738585072014e-308, HWI_NUMBER_REAL},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++) {
        hwi_cell cell = cell_of(cases[i].text);
        hwi_number number = hwi_cell_number(&cell);
        if (number.kind != cases[i].kind || number_of(cases[i].text) != cases[i].value)
            fail_msg("'%s' is %.17g of kind %d", cases[i].text, number_of(cases[i].text),
                     number.kind);
    }
}

static void test_cell_number_refuses_other_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "NA",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "--1",
        "+-1",
        "-",
        ".",
        "-.",
        "1e",
        "1e+",
        "1d5",
        "1f",
        "0x1F",
        "1_000",
        "1 0",
        "1x",
        "-$1",
        "$ 1",
        "1$",
        "%5",
        "5%x",
        "5%%",
        "1.2.3",
        "1-2",
        "1e1.5",
        "e5",
        "(1)",
        "true",
        "1,5",
        "$",
        "+",
        "%",
        "$%",
        "$-",
        "1e5e",
        ("\xc2\xa0"
         "1"),
    };
    for (size_t i = 0; i < HW_COUNT(texts); i++)
        if (!isnan(number_of(texts[i])))
            fail_msg("'%s' is the number %g", texts[i], number_of(texts[i]));
    hwi_cell quoted = {"2 ", 2, true};
    assert_int_equal(hwi_cell_number(&quoted).kind, HWI_NUMBER_NONE);
}

static const int64_t NOT_TIME = INT64_MIN;

static int64_t time_of(const char *text, bool is_lenient)
{
    hwi_cell cell = cell_of(text);
    int64_t ms;
    return hwi_cell_time(&cell, is_lenient, &ms) ? ms : NOT_TIME;
}

static const struct {
    const char *text;
    int64_t ms;
} h2o_times[] = {
    {"2020-01-02", 1577923200000},
    {"2020-1-2", 1577923200000},
    {"20-01-02", NOT_TIME},
    {"2020-01-32", NOT_TIME},
    {"2020-02-30", NOT_TIME},
    {"2021-02-29", NOT_TIME},
    {"2020-00-10", NOT_TIME},
    {"2020-13-01", NOT_TIME},
    {"2020-01-02 03:04:05", 1577934245000},
    {"2020-01-02 3:4:5", 1577934245000},
    {"2020-01-02 03:04", NOT_TIME},
    {"2020-01-02 03", NOT_TIME},
    {"2020-01-02 03:04:05.678", 1577934245678},
    {"2020-01-02 03:04:05.6789", 1577934245678},
    {"2020-01-02 03:04:05.678901234", 1577934245678},
    {"2020-01-02 03:04:05:678", 1577934245678},
    {"2020-01-02 03:04:05.", 1577934245000},
    {"2020-01-02T03:04:05", NOT_TIME},
    {"2020-01-02T03:04:05Z", NOT_TIME},
    {"2020-01-02 03:04:05Z", NOT_TIME},
    {"2020-01-02 03:04:05 AM", 1577934245000},
    {"2020-01-02 03:04:05 PM", 1577977445000},
    {"2020-01-02 13:04:05 PM", NOT_TIME},
    {"2020-01-02 03:04:05PM", 1577977445000},
    {"2020-01-02 03:04:05 pm", NOT_TIME},
    {"2020-01-02 03:04 PM", NOT_TIME},
    {"2020-01-02  03:04:05", 1577934245000},
    {"2020-01-02 24:00:00", NOT_TIME},
    {"2020-01-02 23:60:00", NOT_TIME},
    {"2020-01-02 23:59:60", NOT_TIME},
    {"2020-01-02 ", 1577923200000},
    {"2020-01-02x", NOT_TIME},
    {"2020-01-02-03", NOT_TIME},
    {"2020-01", 1577836800000},
    {"2020-1", 1577836800000},
    {"2020-13", NOT_TIME},
    {"2020-00", NOT_TIME},
    {"20-01", NOT_TIME},
    {"1899-12-31", -2209075200000},
    {"1900-01-01", -2208988800000},
    {"1000-01-01", -30610224000000},
    {"0001-01-01", -62135596800000},
    {"999-01-01", NOT_TIME},
    {"10000-01-01", NOT_TIME},
    {"1969-12-31", -86400000},
    {"2100-01-01", 4102444800000},
    {"01/02/2020", 1577923200000},
    {"1/2/2020", 1577923200000},
    {"12/31/20", 1609372800000},
    {"1/2/20", 1577923200000},
    {"1/2/69", -31449600000},
    {"1/2/70", 86400000},
    {"1/2/99", 915235200000},
    {"1/2/00", 946771200000},
    {"1/2/68", 3092688000000},
    {"1/2/49", 2493158400000},
    {"1/2/50", 2524694400000},
    {"13/01/2020", NOT_TIME},
    {"31/12/2020", NOT_TIME},
    {"02/30/2020", NOT_TIME},
    {"01/02/2020 03:04:05", 1577934245000},
    {"01/02/2020 03:04:05 PM", 1577977445000},
    {"01/02/2020 03:04", NOT_TIME},
    {"1/2/2020 3:04", NOT_TIME},
    {"01/02/20 03:04:05", 1577934245000},
    {"01/02/20 03:04:05.678", 1577934245678},
    {"01-02-2020", 1577923200000},
    {"1-2-2020", 1577923200000},
    {"01-02-20", 1577923200000},
    {"12-31-20", 1609372800000},
    {"31-12-2020", NOT_TIME},
    {"13-01-2020", NOT_TIME},
    {"01-02-2020 03:04:05", 1577934245000},
    {"2020/01/02", NOT_TIME},
    {"20200102 030405", NOT_TIME},
    {"02-Jan-20", 1577923200000},
    {"2-Jan-20", 1577923200000},
    {"02-jan-20", 1577923200000},
    {"02-JAN-20", 1577923200000},
    {"02-Jan-2020", 1577923200000},
    {"2-Jan-2020", 1577923200000},
    {"02-January-2020", 1577923200000},
    {"02-Janu-20", NOT_TIME},
    {"02-Jan-69", -31449600000},
    {"02-Jan-68", 3092688000000},
    {"02-Jan-70", 86400000},
    {"02-Jan-99", 915235200000},
    {"02-Jan-00", 946771200000},
    {"30-Feb-20", NOT_TIME},
    {"32-Jan-20", NOT_TIME},
    {"02-Jan-20 03:04:05", 1577934245000},
    {"02-Jan-2020 03:04:05", 1577934245000},
    {"02-Jan-2020 03:04:05.678", 1577934245678},
    {"02-Jan-2020 03:04:05 PM", 1577977445000},
    {"02-Jan-2020 03:04", NOT_TIME},
    {"02/Jan/20", NOT_TIME},
    {"02/Jan/2020", NOT_TIME},
    {"02 Jan 2020", NOT_TIME},
    {"2 Jan 2020", NOT_TIME},
    {"Jan 2 2020", NOT_TIME},
    {"Jan-02-2020", NOT_TIME},
    {"Jan-2020", 1577836800000},
    {"Jan-20", 1577836800000},
    {"02-Jan", 1009843200000},
    {"02Jan20", 1577923200000},
    {"02Jan2020", 1577923200000},
    {"Thu Jan 2 2020", NOT_TIME},
    {"03:04", NOT_TIME},
    {"03:04:05", 11045000},
    {"3:4:5", 11045000},
    {"03:04:05.678", 11045678},
    {"23:59:59", 86399000},
    {"24:00:00", NOT_TIME},
    {"03:04:05 PM", 54245000},
    {"03:04 PM", NOT_TIME},
    {"03:04:05.678 PM", 54245678},
    {"03:04:05:678", 11045678},
    {"-03:04:05", NOT_TIME},
    {" 2020-01-02", 1577923200000},
    {"2020-01-02 03:04:05 +0100", NOT_TIME},
    {"2020-01-02 03:04:05 UTC", NOT_TIME},
    {"2020-01-02 03:04:05 PMx", NOT_TIME},
    {"x", NOT_TIME},
    {"2020-01-02T03:04:05.678", NOT_TIME},
    {"2020-06-02 03:04:05.678 PM", 1591110245678},
    {"15-Sep-99", 937353600000},
    {"15-Sept-99", NOT_TIME},
    {"15-Okt-99", NOT_TIME},
    {"2020-1-02", 1577923200000},
    {"2020-01-2", 1577923200000},
    {"02-01-Jan", NOT_TIME},
    {"1-Feb-03", 1044057600000},
    {"2020-Jan-02", NOT_TIME},
    {"2020Jan02", NOT_TIME},
    {"2020-Feb-2", NOT_TIME},
    {"12/31/1999 23:59:59.999", 946684799999},
    {"1/1/1", NOT_TIME},
    {"2020-01-02 3:04:05", 1577934245000},
    {"2020-01-02 03:4:05", 1577934245000},
    {"2020-01-02 03:04:5", 1577934245000},
    {"1:02:03", 3723000},
    {"01/2/2020", 1577923200000},
    {"1/02/2020", 1577923200000},
    {"1/02/20", 1577923200000},
    {"01/2/20", 1577923200000},
    {"1/2/020", NOT_TIME},
    {"9999-12-31", 253402214400000},
    {"0/1/2020", NOT_TIME},
    {"1/0/2020", NOT_TIME},
    {"02-Ja-20", NOT_TIME},
    {"-Jan-20", NOT_TIME},
    {"Jan 02", NOT_TIME},
    /* a fraction is one: H2O reads .6 as 6 ms */
    {"2020-01-02 03:04:05.6", 1577934245600},
    {"2020-01-02 03:04:05.67", 1577934245670},
    /* midnight and noon: H2O swaps them */
    {"2020-01-02 12:04:05 AM", 1577923445000},
    {"2020-01-02 12:04:05 PM", 1577966645000},
    {"12:00:00 AM", 0},
    /* no date; H2O makes something up */
    {"20-1-2", NOT_TIME},
    {"1.2.3", NOT_TIME},
    {"", NOT_TIME},
};

static void test_cell_time_reads_what_h2o_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < HW_COUNT(h2o_times); i++)
        if (time_of(h2o_times[i].text, false) != h2o_times[i].ms)
            fail_msg("'%s' is %lld, not %lld", h2o_times[i].text,
                     (long long)time_of(h2o_times[i].text, false), (long long)h2o_times[i].ms);
}

/* Where the user says that a column is one of times, more forms are read than H2O knows. */
static void test_cell_time_lenient_reads_iso_8601(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2020-01-02T03:04:05", 1577934245000},
        {"2020-01-02T03:04:05.678901Z", 1577934245678},
        {"2020-01-02T03:04:05+01:00", 1577930645000},
        {"2020-01-02T03:04:05-0130", 1577939645000},
        {"2020-01-02T03:04Z", 1577934240000},
        {"2020/01/02", 1577923200000},
        {"2020-01-02 03:04", 1577934240000},
        {"2020-01-02", 1577923200000},
        {"2020/01", NOT_TIME},
        {"2020-01-02T25:00:00", NOT_TIME},
        {"2020-01-02T03:04:05+1", NOT_TIME},
    };
    for (size_t i = 0; i < HW_COUNT(cases); i++)
        if (time_of(cases[i].text, true) != cases[i].ms)
            fail_msg("'%s' is %lld", cases[i].text, (long long)time_of(cases[i].text, true));
}

static void test_cell_uuid_and_words(void **state)
{
    (void)state;
    hwi_cell cell = cell_of(" 0e034ecc-0000-4000-8000-319D982EC535 ");
    assert_true(hwi_cell_is_uuid(&cell));
    static const char *const others[] = {
        "",
        "0e034ecc00004000800319d982ec535",
        "0e034ecc-0000-4000-8000-319d982ec53",
        "0e034ecc-0000-4000-8000-319d982ec5355",
        "ge034ecc-0000-4000-8000-319d982ec535",
        "0e034ecc+0000-4000-8000-319d982ec535",
    };
    for (size_t i = 0; i < HW_COUNT(others); i++) {
        cell = cell_of(others[i]);
        assert_false(hwi_cell_is_uuid(&cell));
    }
    cell = cell_of(" NA ");
    assert_true(hwi_cell_is_neutral(&cell));
    cell = cell_of("NaN");
    assert_false(hwi_cell_is_neutral(&cell));
    assert_true(hwi_cell_is_missing_word(&cell));
    cell = cell_of("oops");
    assert_false(hwi_cell_is_missing_word(&cell));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cell_number_rounds_as_h2o),
        cmocka_unit_test(test_cell_number_forms),
        cmocka_unit_test(test_cell_number_refuses_other_texts),
        cmocka_unit_test(test_cell_time_reads_what_h2o_reads),
        cmocka_unit_test(test_cell_time_lenient_reads_iso_8601),
        cmocka_unit_test(test_cell_uuid_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
