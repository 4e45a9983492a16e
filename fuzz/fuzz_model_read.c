/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading models. An input that starts with "PK" is the file itself. Any other is the text of its
 * entries, each after a line "=== NAME": zip's checksums would keep a fuzzer from ever reaching
 * what is inside. The checksums of the networks' entries are put right for the same reason. A model
 * that could be read must write, and read and write again to the same bytes. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "model/mojo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

enum { MAX_ENTRIES = 24, MAX_BYTES = 1 << 18 };

static void put_u32(uint8_t *at, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(x >> 8 * i);
}

static void mend_optimizer(uint8_t *entry, size_t n)
{
    if (n < 28)
        return;
    put_u32(entry + 16, (uint32_t)(n - 28));
    put_u32(entry + 20, 0);
    put_u32(entry + n - 4, (uint32_t)crc32(0, entry, (uInt)(n - 4)));
}

/* The next "=== " at the start of a line, or end. */
static char *next_mark(char *from, char *end)
{
    for (char *c = from; c + 4 <= end; c++)
        if (memcmp(c, "=== ", 4) == 0 && (c == from || c[-1] == '\n'))
            return c;
    return end;
}

static bool build(char *text, size_t n_bytes, hwi_buffer *out)
{
    hwi_zip_entry entries[MAX_ENTRIES];
    int32_t n = 0;
    char *end = text + n_bytes;
    for (char *mark = next_mark(text, end); mark < end && n < MAX_ENTRIES;) {
        char *name = mark + 4;
        char *line_end = memchr(name, '\n', (size_t)(end - name));
        if (!line_end || line_end == name || memchr(name, '\0', (size_t)(line_end - name)))
            break;
        *line_end = '\0';
        char *begin = line_end + 1;
        mark = next_mark(begin, end);
        if (strcmp(name, HWI_OPTIMIZER_ENTRY) == 0 || strcmp(name, HWI_BEST_ENTRY) == 0 ||
            strcmp(name, HWI_TRAINED_ENTRY) == 0)
            mend_optimizer((uint8_t *)begin, (size_t)(mark - begin));
        entries[n++] = (hwi_zip_entry){name, begin, (size_t)(mark - begin), 1};
    }
    return hwi_zip_build(entries, n, out, NULL) == HW_OK;
}

/* A file in memory with a path of its own. */
static hw_status read_bytes(const void *bytes, size_t n_bytes, hw_model **out, hw_error *err)
{
    static int fd = -1;
    char path[64];
    if (fd < 0)
        fd = memfd_create("model.zip", 0);
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, bytes, n_bytes, 0) != (ssize_t)n_bytes)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return hw_model_read(path, out, err);
}

static void check(const hw_model *model)
{
    hw_error err = {0};
    HW_AUTO(hw_model)
    *back = NULL;
    HW_AUTO_BUFFER(first);
    HW_AUTO_BUFFER(second);
    HW_AUTO_BUFFER(json);
    if (hwi_model_write_json(model, &json, &err) != HW_OK)
        abort();
    if (hwi_model_write_archive(model, &first, &err) != HW_OK ||
        read_bytes(first.data, first.size, &back, &err) != HW_OK ||
        hwi_model_write_archive(back, &second, &err) != HW_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0)
        abort();
}

/* Given by libFuzzer; absent in the driver that replays. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n_bytes, size_t max_bytes) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n_bytes, size_t max_bytes, unsigned seed);

/* Mostly changes one entry from inside and leaves the others and all names whole. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n_bytes, size_t max_bytes, unsigned seed)
{
    char *text = (char *)data, *end = text + n_bytes;
    char *marks[MAX_ENTRIES + 1];
    int32_t n = 0;
    for (char *mark = next_mark(text, end); mark < end && n < MAX_ENTRIES;) {
        marks[n++] = mark;
        mark = next_mark(mark + 4, end);
    }
    if (seed % 8 == 0 || n == 0 || max_bytes <= n_bytes)
        return LLVMFuzzerMutate(data, n_bytes, max_bytes);
    marks[n] = end;
    int32_t chosen = (int32_t)(seed / 8 % (unsigned)n);
    char *line_end = memchr(marks[chosen], '\n', (size_t)(marks[chosen + 1] - marks[chosen]));
    if (!line_end)
        return LLVMFuzzerMutate(data, n_bytes, max_bytes);
    char *begin = line_end + 1, *past = marks[chosen + 1];
    size_t n_entry = (size_t)(past - begin), n_rest = (size_t)(end - past);
    HW_AUTO_BUFFER(rest);
    hwi_buffer_append(&rest, past, n_rest);
    size_t n_new = LLVMFuzzerMutate((uint8_t *)begin, n_entry, max_bytes - (n_bytes - n_entry) - 1);
    /* The next name begins a line. */
    if (n_rest > 0 && (n_new == 0 || begin[n_new - 1] != '\n'))
        begin[n_new++] = '\n';
    if (n_rest > 0)
        memcpy(begin + n_new, rest.data, n_rest);
    return (size_t)(begin - text) + n_new + n_rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
    hw_error err = {0};
    HW_AUTO(hw_model)
    *model = NULL;
    HW_AUTO_BUFFER(input);
    HW_AUTO_BUFFER(archive);
    if (n_bytes > MAX_BYTES)
        return 0;
    hwi_buffer_append(&input, data, n_bytes);
    if (n_bytes >= 2 && memcmp(data, "PK", 2) == 0)
        hwi_buffer_append(&archive, data, n_bytes);
    else if (!build(input.data, n_bytes, &archive))
        return 0;
    hw_status status = read_bytes(archive.data, archive.size, &model, &err);
    if ((status == HW_OK) != (model != NULL) || (status != HW_OK && !*err.message))
        abort();
    if (model)
        check(model);
    return 0;
}
