/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tnpack pack: lay out what the specification places, fill in headers and table, verify the
 * result as anybody else would, and only then give it its name.
 */
#include "tnpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tn/compiler.h>
#include <tn/crc32.h>

#include "reason.h"

#define HEADERS_SIZE (TN_IMAGE_INFO_OFFSET + (uint32_t)sizeof(struct tn_image_info))

static uint64_t toc_size(const struct spec *spec)
{
    return sizeof(struct tn_image_toc) + spec->partition_count * sizeof(struct tn_image_partition) +
           spec->segment_count * sizeof(struct tn_image_segment);
}

static uint64_t piece_size(const struct spec *spec, const struct piece *piece)
{
    return piece->kind == PIECE_TOC ? toc_size(spec) : piece->file.size;
}

static uint64_t piece_end(const struct spec *spec, const struct piece *piece)
{
    return piece->offset + piece_size(spec, piece);
}

static const char *piece_name(const struct piece *piece)
{
    return piece->path != NULL ? piece->path : "the table of contents";
}

static uint64_t file_size(const struct spec *spec)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < spec->piece_count; i++) {
        uint64_t here = piece_end(spec, &spec->pieces[i]);

        end = here > end ? here : end;
    }
    return end;
}

static int check_alignment(const struct spec *spec, const struct piece *piece)
{
    uint32_t align = piece->kind == PIECE_SEGMENT  ? TN_IMAGE_PAGE
                     : piece->kind == PIECE_REPORT ? 1
                                                   : 8;

    if (piece->offset % align != 0) {
        return refuse_line(EXIT_SPEC, spec, piece->line,
                           "offset %#x of %s is not a multiple of %#x; move it to %#llx",
                           piece->offset, piece_name(piece), align,
                           TN_ALIGN_UP((unsigned long long)piece->offset, align));
    }
    if (piece->kind == PIECE_MORTISE && piece->file.size <= HEADERS_SIZE) {
        return refuse_line(EXIT_SPEC, spec, piece->line,
                           "%s has %zu bytes, no more than the headers; link Mortise at %#x",
                           piece->path, piece->file.size, HEADERS_SIZE);
    }
    return EXIT_OK;
}

static int check_overlaps(const struct spec *spec, unsigned index)
{
    const struct piece *a = &spec->pieces[index];

    for (unsigned i = 0; i < index; i++) {
        const struct piece *b = &spec->pieces[i];

        if (a->offset < piece_end(spec, b) && b->offset < piece_end(spec, a)) {
            return refuse_line(EXIT_FIT, spec, a->line,
                               "%s at %#x..%#llx overlaps %s at %#x..%#llx of line %u; "
                               "move one of them",
                               piece_name(a), a->offset, (unsigned long long)piece_end(spec, a) - 1,
                               piece_name(b), b->offset, (unsigned long long)piece_end(spec, b) - 1,
                               b->line);
        }
    }
    return EXIT_OK;
}

static int check_memory(const struct spec *spec)
{
    uint64_t end = file_size(spec);
    uint64_t bss_end = (uint64_t)spec->bss_offset + spec->bss_size;

    if (end > spec->memory_size) {
        return refuse_line(EXIT_FIT, spec, spec->memory_line,
                           "the file has %llu bytes, its memory %u; give the image more memory",
                           (unsigned long long)end, spec->memory_size);
    }
    if (spec->bss_offset < end) {
        return refuse_line(EXIT_FIT, spec, spec->mortise_line,
                           "Mortise's .bss at %#x overlaps the file, which ends at %#llx; "
                           "move it to %#llx",
                           spec->bss_offset, (unsigned long long)end,
                           (unsigned long long)TN_ALIGN_UP(end, TN_IMAGE_PAGE));
    }
    if (spec->bss_offset % TN_IMAGE_PAGE != 0) {
        return refuse_line(EXIT_SPEC, spec, spec->mortise_line,
                           "Mortise's .bss at %#x is not at a page; move it to %#x",
                           spec->bss_offset, TN_ALIGN_UP(spec->bss_offset, TN_IMAGE_PAGE));
    }
    if (bss_end > spec->memory_size) {
        return refuse_line(EXIT_FIT, spec, spec->mortise_line,
                           "Mortise's .bss ends at %#llx, the memory at %#x; "
                           "give the image more memory",
                           (unsigned long long)bss_end, spec->memory_size);
    }
    return EXIT_OK;
}

static int check_plan(const struct spec *spec)
{
    int code = EXIT_OK;

    for (unsigned i = 0; code == EXIT_OK && i < spec->piece_count; i++) {
        code = check_alignment(spec, &spec->pieces[i]);
        if (code == EXIT_OK) {
            code = check_overlaps(spec, i);
        }
    }
    return code == EXIT_OK ? check_memory(spec) : code;
}

/* Copy one piece in and enter it into the table. */
static void place(const struct spec *spec, const struct piece *piece, uint8_t *bytes,
                  struct tn_image_partition *partitions, struct tn_image_segment *segments)
{
    struct tn_image_info *info = (void *)(bytes + TN_IMAGE_INFO_OFFSET);
    uint32_t size = (uint32_t)piece_size(spec, piece);
    struct tn_image_partition *partition = &partitions[piece->partition];
    struct tn_image_segment *segment;

    if (piece->kind != PIECE_TOC) {
        memcpy(bytes + piece->offset, piece->file.bytes, size);
    }
    switch (piece->kind) {
    case PIECE_MORTISE:
        segments[0].offset = HEADERS_SIZE;
        segments[0].size = size - HEADERS_SIZE;
        segments[0].partition = TN_SEGMENT_MORTISE;
        break;
    case PIECE_DESC:
        memcpy(partition->name, spec->partition_name[piece->partition], TN_IMAGE_NAME_MAX);
        partition->desc_offset = piece->offset;
        partition->desc_size = size;
        break;
    case PIECE_SEGMENT:
        if (partition->segment_count++ == 0) {
            partition->first_segment =
                (uint16_t)(piece->partition == 0
                               ? 1
                               : partition[-1].first_segment + partition[-1].segment_count);
        }
        segment = &segments[partition->first_segment + partition->segment_count - 1];
        segment->offset = piece->offset;
        segment->size = size;
        segment->partition = (uint16_t)piece->partition;
        break;
    case PIECE_TOC:
        info->toc_offset = piece->offset;
        info->toc_size = size;
        break;
    case PIECE_REPORT:
        info->report_offset = piece->offset;
        info->report_size = size;
        break;
    }
}

/* The fields that do not depend on any other. */
static void fill_headers(const struct spec *spec, uint8_t *bytes)
{
    struct tn_arm64_header *header = (void *)bytes;
    struct tn_image_info *info = (void *)(bytes + TN_IMAGE_INFO_OFFSET);

    /* code0 and code1 are Mortise's branch to its entry. */
    memset(&header->text_offset, 0, HEADERS_SIZE - offsetof(struct tn_arm64_header, text_offset));
    header->image_size = spec->memory_size;
    header->flags = TN_ARM64_FLAGS;
    header->magic = TN_ARM64_MAGIC;
    memcpy(info->magic, TN_IMAGE_MAGIC, sizeof(info->magic));
    info->version = TN_IMAGE_VERSION;
    info->info_size = sizeof(*info);
    info->flags = spec->flags;
    info->file_size = (uint32_t)file_size(spec);
    info->memory_size = spec->memory_size;
    info->hv_bss_offset = spec->bss_offset;
    info->hv_bss_size = spec->bss_size;
}

/* Checksums from the inside out: the table's covers the others, the info's the table's. */
static void fill_checksums(const struct tn_image *image, uint8_t *bytes,
                           struct tn_image_partition *partitions, struct tn_image_segment *segments)
{
    struct tn_image_info *info = (void *)(bytes + TN_IMAGE_INFO_OFFSET);

    for (unsigned i = 0; i < image->toc->segment_count; i++) {
        segments[i].crc = tn_crc32(0, bytes + segments[i].offset, segments[i].size);
    }
    for (unsigned i = 0; i < image->toc->partition_count; i++) {
        partitions[i].desc_crc =
            tn_crc32(0, bytes + partitions[i].desc_offset, partitions[i].desc_size);
        tn_image_digest(image, i, partitions[i].sha256);
    }
    info->report_crc = tn_crc32(0, bytes + info->report_offset, info->report_size);
    info->toc_crc = tn_crc32(0, bytes + info->toc_offset, info->toc_size);
    info->info_crc =
        tn_crc32(0, bytes, TN_IMAGE_INFO_OFFSET + offsetof(struct tn_image_info, info_crc));
}

static void fill_image(const struct spec *spec, uint8_t *bytes)
{
    const struct tn_image_info *info = (void *)(bytes + TN_IMAGE_INFO_OFFSET);
    struct tn_image_toc *toc = NULL;
    struct tn_image_partition *partitions;
    struct tn_image_segment *segments;

    for (unsigned i = 0; i < spec->piece_count; i++) {
        if (spec->pieces[i].kind == PIECE_TOC) {
            toc = (void *)(bytes + spec->pieces[i].offset);
        }
    }
    memcpy(toc->board, spec->board, sizeof(toc->board));
    memcpy(toc->name, spec->name, sizeof(toc->name));
    toc->partition_count = (uint16_t)spec->partition_count;
    toc->segment_count = (uint16_t)spec->segment_count;
    toc->cpu_count = spec->cpu_count;
    partitions = (void *)(toc + 1);
    segments = (void *)(partitions + spec->partition_count);
    /* Mortise's file first: the headers go over its beginning. */
    for (unsigned i = 0; i < spec->piece_count; i++) {
        if (spec->pieces[i].kind == PIECE_MORTISE) {
            place(spec, &spec->pieces[i], bytes, partitions, segments);
        }
    }
    fill_headers(spec, bytes);
    for (unsigned i = 0; i < spec->piece_count; i++) {
        if (spec->pieces[i].kind != PIECE_MORTISE) {
            place(spec, &spec->pieces[i], bytes, partitions, segments);
        }
    }
    fill_checksums(&(struct tn_image){bytes, info, toc, partitions, segments}, bytes, partitions,
                   segments);
}

/* The line to blame for a code of verify(): the descriptor's, or the image's own. */
static unsigned line_of_code(const struct spec *spec, int code)
{
    enum tn_image_error rule = tn_image_rule(code);

    if (rule == TN_IMAGE_HV_BSS) {
        return spec->mortise_line;
    }
    if (rule < TN_IMAGE_DIGEST) {
        return spec->image_line;
    }
    for (unsigned i = 0; i < spec->piece_count; i++) {
        if (spec->pieces[i].kind == PIECE_DESC &&
            spec->pieces[i].partition == tn_image_partition(code)) {
            return spec->pieces[i].line;
        }
    }
    return 0;
}

/* Whether a rule is about things that overlap or do not fit. */
static bool is_about_room(enum tn_image_error rule)
{
    switch (rule) {
    case TN_DESC_REGION_MEMORY:
    case TN_DESC_REGION_HV_BSS:
    case TN_DESC_REGION_OVERLAP:
    case TN_DESC_REGION_TWICE:
    case TN_PARTS_CPU:
    case TN_PARTS_REGION:
    case TN_PARTS_SPI:
    case TN_PARTS_DOORBELL:
        return true;
    default:
        return false;
    }
}

/* Read back what was written and check it like any image. */
static int check_written(const struct spec *spec, const char *path)
{
    struct verdict verdict;
    struct file file;
    int error = file_read(&file, path);
    int code;

    if (error != 0) {
        return refuse(EXIT_SPEC, path, "cannot read it back: %s; try again", strerror(error));
    }
    code = verify(&verdict, &file);
    free(file.bytes);
    if (code == 0) {
        return EXIT_OK;
    }
    return refuse_line(is_about_room(tn_image_rule(code)) ? EXIT_FIT : EXIT_VERIFY, spec,
                       line_of_code(spec, code), "%s; %s", verdict.text, tn_image_cure(code));
}

static int write_image(const struct spec *spec, const char *out_path)
{
    size_t size = file_size(spec);
    uint8_t *bytes = calloc(size, 1);
    char *name;
    int code;

    if (bytes == NULL) {
        return refuse(EXIT_SPEC, out_path, "not enough memory for %zu bytes; free some", size);
    }
    fill_image(spec, bytes);
    name = file_write_beside(out_path, bytes, size);
    free(bytes);
    if (name == NULL) {
        return refuse(EXIT_SPEC, out_path, "cannot write it: %s; choose another place",
                      strerror(errno));
    }
    code = check_written(spec, name);
    if (code == EXIT_OK && rename(name, out_path) != 0) {
        code = refuse(EXIT_SPEC, out_path, "cannot write it: %s; choose another place",
                      strerror(errno));
    }
    if (code != EXIT_OK) {
        unlink(name);
    }
    free(name);
    return code;
}

int pack(const char *spec_path, const char *out_path)
{
    static struct spec spec;
    int code = spec_read(&spec, spec_path);

    if (code == EXIT_OK) {
        code = check_plan(&spec);
    }
    if (code == EXIT_OK) {
        code = write_image(&spec, out_path);
    }
    spec_free(&spec);
    return code;
}
