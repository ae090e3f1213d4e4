/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification: a text file, one directive a line, fields separated by blanks.  A field
 * with blanks in it stands in double quotes; # begins a comment.  File names are relative to
 * the working directory.  tnpack.c lists the directives.
 */
#include "tnpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 8

struct line {
    struct spec *spec;
    unsigned number;
    unsigned count;
    char *fields[MAX_FIELDS]; /* the first is the directive */
};

/* Cut `text` into fields, in place; -1 when a quote is open or there are too many. */
static int split(struct line *line, char *text)
{
    line->count = 0;
    for (;;) {
        bool quoted;

        text += strspn(text, " \t\r");
        if (*text == '\0' || *text == '#') {
            return 0;
        }
        if (line->count == MAX_FIELDS) {
            return -1;
        }
        quoted = *text == '"';
        text += quoted;
        line->fields[line->count++] = text;
        text += strcspn(text, quoted ? "\"" : " \t\r");
        if (*text == '\0') {
            return quoted ? -1 : 0;
        }
        *text++ = '\0';
    }
}

/* A number of 32 bits: decimal, or hexadecimal with 0x. */
static int get_number(const struct line *line, unsigned field, uint32_t *value)
{
    const char *text = line->fields[field];
    char *end = NULL;
    unsigned long long number;

    errno = 0;
    number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number > UINT32_MAX) {
        return refuse_line(EXIT_SPEC, line->spec, line->number,
                           "'%s' is not a number of 32 bits; write it as 4096 or 0x1000", text);
    }
    *value = (uint32_t)number;
    return EXIT_OK;
}

static int get_name(const struct line *line, unsigned field, char *name)
{
    const char *text = line->fields[field];
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            length = 0;
        }
    }
    if (length == 0 || length >= TN_IMAGE_NAME_MAX) {
        return refuse_line(EXIT_SPEC, line->spec, line->number,
                           "'%s' is not a name; use 1 to 31 printable characters without blanks",
                           text);
    }
    memcpy(name, text, length + 1); /* the rest is 0 already */
    return EXIT_OK;
}

/* Add a piece; `path` NULL when it comes from no file. */
static int add_piece(const struct line *line, enum piece_kind kind, const char *path,
                     uint32_t offset)
{
    struct spec *spec = line->spec;
    struct piece *piece = &spec->pieces[spec->piece_count];
    int error;

    piece->kind = kind;
    piece->line = line->number;
    piece->partition = spec->partition_count != 0 ? spec->partition_count - 1 : 0;
    piece->offset = offset;
    if (path == NULL) {
        spec->piece_count++;
        return EXIT_OK;
    }
    error = file_read(&piece->file, path);
    if (error != 0) {
        return refuse_line(EXIT_SPEC, spec, line->number, "cannot read '%s': %s; build it first",
                           path, strerror(error));
    }
    spec->piece_count++;
    piece->path = strdup(path);
    if (piece->file.size == 0) {
        return refuse_line(EXIT_SPEC, spec, line->number, "'%s' is empty; build it again", path);
    }
    return EXIT_OK;
}

static int once(const struct line *line, unsigned *first)
{
    if (*first != 0) {
        return refuse_line(EXIT_SPEC, line->spec, line->number,
                           "'%s' is in line %u already; keep one", line->fields[0], *first);
    }
    *first = line->number;
    return EXIT_OK;
}

static int on_image(const struct line *line)
{
    struct spec *spec = line->spec;
    int code = once(line, &spec->image_line);

    if (code == EXIT_OK) {
        code = get_name(line, 1, spec->name);
    }
    if (code == EXIT_OK) {
        code = get_name(line, 2, spec->board);
    }
    if (code == EXIT_OK) {
        code = get_number(line, 3, &spec->cpu_count);
    }
    return code == EXIT_OK ? get_number(line, 4, &spec->flags) : code;
}

static int on_memory(const struct line *line)
{
    int code = once(line, &line->spec->memory_line);

    return code == EXIT_OK ? get_number(line, 1, &line->spec->memory_size) : code;
}

static int on_mortise(const struct line *line)
{
    struct spec *spec = line->spec;
    int code = once(line, &spec->mortise_line);

    if (code == EXIT_OK) {
        code = get_number(line, 2, &spec->bss_offset);
    }
    if (code == EXIT_OK) {
        code = get_number(line, 3, &spec->bss_size);
    }
    if (code == EXIT_OK) {
        code = add_piece(line, PIECE_MORTISE, line->fields[1], 0);
    }
    return code;
}

static int on_partition(const struct line *line)
{
    struct spec *spec = line->spec;
    uint32_t offset;
    int code;

    if (spec->partition_count == TN_IMAGE_MAX_PARTITIONS) {
        return refuse_line(EXIT_FIT, spec, line->number,
                           "an image holds %u partitions; leave some out", TN_IMAGE_MAX_PARTITIONS);
    }
    code = get_name(line, 1, spec->partition_name[spec->partition_count]);
    for (unsigned i = 0; code == EXIT_OK && i < spec->partition_count; i++) {
        if (strcmp(line->fields[1], spec->partition_name[i]) == 0) {
            code = refuse_line(EXIT_SPEC, spec, line->number,
                               "there is a partition '%s' already; rename one", line->fields[1]);
        }
    }
    if (code == EXIT_OK) {
        code = get_number(line, 3, &offset);
    }
    if (code == EXIT_OK) {
        spec->partition_count++;
        code = add_piece(line, PIECE_DESC, line->fields[2], offset);
    }
    return code;
}

static int on_segment(const struct line *line)
{
    struct spec *spec = line->spec;
    uint32_t offset;
    int code;

    if (spec->partition_count == 0) {
        return refuse_line(EXIT_SPEC, spec, line->number,
                           "a segment before any partition; put it behind its partition's line");
    }
    if (spec->segment_count == TN_IMAGE_MAX_SEGMENTS) {
        return refuse_line(EXIT_FIT, spec, line->number, "an image holds %u segments; join some",
                           TN_IMAGE_MAX_SEGMENTS);
    }
    code = get_number(line, 2, &offset);
    if (code == EXIT_OK) {
        spec->segment_count++;
        code = add_piece(line, PIECE_SEGMENT, line->fields[1], offset);
    }
    return code;
}

static unsigned line_of(const struct spec *spec, enum piece_kind kind)
{
    for (unsigned i = 0; i < spec->piece_count; i++) {
        if (spec->pieces[i].kind == kind) {
            return spec->pieces[i].line;
        }
    }
    return 0;
}

static int on_toc(const struct line *line)
{
    unsigned first = line_of(line->spec, PIECE_TOC);
    uint32_t offset;
    int code = once(line, &first);

    if (code == EXIT_OK) {
        code = get_number(line, 1, &offset);
    }
    return code == EXIT_OK ? add_piece(line, PIECE_TOC, NULL, offset) : code;
}

static int on_report(const struct line *line)
{
    unsigned first = line_of(line->spec, PIECE_REPORT);
    uint32_t offset;
    int code = once(line, &first);

    if (code == EXIT_OK) {
        code = get_number(line, 2, &offset);
    }
    return code == EXIT_OK ? add_piece(line, PIECE_REPORT, line->fields[1], offset) : code;
}

static const struct directive {
    const char *name;
    const char *fields;
    unsigned count; /* fields behind the name */
    int (*read)(const struct line *line);
} directives[] = {
    {"image", "NAME BOARD CPU_COUNT FLAGS", 4, on_image},
    {"memory", "MEMORY_SIZE", 1, on_memory},
    {"mortise", "FILE BSS_OFFSET BSS_SIZE", 3, on_mortise},
    {"partition", "NAME DESC_FILE DESC_OFFSET", 3, on_partition},
    {"segment", "FILE OFFSET", 2, on_segment},
    {"toc", "OFFSET", 1, on_toc},
    {"report", "FILE OFFSET", 2, on_report},
};

static int read_line(struct line *line, char *text)
{
    if (split(line, text) != 0) {
        return refuse_line(EXIT_SPEC, line->spec, line->number,
                           "a quote is open or there are too many fields; close it");
    }
    if (line->count == 0) {
        return EXIT_OK;
    }
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        const struct directive *directive = &directives[i];

        if (strcmp(directive->name, line->fields[0]) != 0) {
            continue;
        }
        if (line->count != directive->count + 1) {
            return refuse_line(EXIT_SPEC, line->spec, line->number,
                               "'%s' has %u fields, not %u; write '%s %s'", directive->name,
                               directive->count, line->count - 1, directive->name,
                               directive->fields);
        }
        return directive->read(line);
    }
    return refuse_line(EXIT_SPEC, line->spec, line->number,
                       "unknown directive '%s'; there are image, memory, mortise, partition, "
                       "segment, toc and report",
                       line->fields[0]);
}

static int check_complete(const struct spec *spec)
{
    const char *missing = spec->image_line == 0           ? "image"
                          : spec->memory_line == 0        ? "memory"
                          : spec->mortise_line == 0       ? "mortise"
                          : spec->partition_count == 0    ? "partition"
                          : line_of(spec, PIECE_TOC) == 0 ? "toc"
                                                          : NULL;

    if (missing != NULL) {
        return refuse_line(EXIT_SPEC, spec, 0, "there is no '%s' line; add it", missing);
    }
    for (unsigned i = 0; i < spec->piece_count; i++) {
        const struct piece *desc = &spec->pieces[i];
        bool found = false;

        for (unsigned j = 0; desc->kind == PIECE_DESC && j < spec->piece_count; j++) {
            found |= spec->pieces[j].kind == PIECE_SEGMENT &&
                     spec->pieces[j].partition == desc->partition;
        }
        if (desc->kind == PIECE_DESC && !found) {
            return refuse_line(EXIT_SPEC, spec, desc->line,
                               "partition '%s' has no segment; add a 'segment' line",
                               spec->partition_name[desc->partition]);
        }
    }
    return EXIT_OK;
}

int spec_read(struct spec *spec, const char *path)
{
    struct line line = {.spec = spec};
    struct file file;
    char *text, *next;
    int error = file_read(&file, path);
    int code = EXIT_OK;

    memset(spec, 0, sizeof(*spec));
    spec->path = path;
    spec->segment_count = 1; /* Mortise's, wherever its line is */
    if (error != 0) {
        return refuse_line(EXIT_SPEC, spec, 0, "cannot read it: %s; name a specification",
                           strerror(error));
    }
    text = calloc(file.size + 1, 1);
    if (text == NULL) {
        free(file.bytes);
        return refuse_line(EXIT_SPEC, spec, 0, "not enough memory; free some");
    }
    memcpy(text, file.bytes, file.size);
    free(file.bytes);
    next = text;
    while (code == EXIT_OK && next != NULL) {
        char *here = next;

        line.number++;
        next = strchr(here, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        code = read_line(&line, here);
    }
    free(text);
    return code == EXIT_OK ? check_complete(spec) : code;
}

void spec_free(struct spec *spec)
{
    for (unsigned i = 0; i < spec->piece_count; i++) {
        free(spec->pieces[i].path);
        free(spec->pieces[i].file.bytes);
    }
}
