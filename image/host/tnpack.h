/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of tnpack share. */
#ifndef IMAGE_HOST_TNPACK_H
#define IMAGE_HOST_TNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tn/image.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the image is written as it is in memory");

/* Exit codes, those of tnimage. */
#define EXIT_OK 0
#define EXIT_USAGE 2
#define EXIT_SPEC 3 /* also: a file that cannot be read or written */
#define EXIT_FIT 6
#define EXIT_VERIFY 8

/* A whole file in memory; `bytes` is malloc'ed, also when it is empty. */
struct file {
    uint8_t *bytes;
    size_t size;
};

/* A piece of the image: what a line of the specification places. */
enum piece_kind { PIECE_MORTISE, PIECE_DESC, PIECE_SEGMENT, PIECE_TOC, PIECE_REPORT };

struct piece {
    enum piece_kind kind;
    unsigned line;
    unsigned partition; /* of a descriptor or a segment */
    char *path;         /* NULL: the table of contents, which is made here */
    uint32_t offset;
    struct file file;
};

#define SPEC_MAX_PIECES (TN_IMAGE_MAX_SEGMENTS + TN_IMAGE_MAX_PARTITIONS + 2)

struct spec {
    const char *path;
    char name[TN_IMAGE_NAME_MAX], board[TN_IMAGE_NAME_MAX];
    uint32_t cpu_count, flags;
    uint32_t memory_size;
    uint32_t bss_offset, bss_size;
    unsigned image_line, memory_line, mortise_line; /* 0: not there */
    unsigned partition_count, segment_count;        /* segments with Mortise's */
    char partition_name[TN_IMAGE_MAX_PARTITIONS][TN_IMAGE_NAME_MAX];
    unsigned piece_count;
    struct piece pieces[SPEC_MAX_PIECES];
};

/* file.c: print "where: ..." as one line on standard error and return `code`. */
int refuse(int code, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, where being a line of the specification; line 0 is the file as a whole. */
int refuse_line(int code, const struct spec *spec, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Read a whole file; 0, or errno. */
int file_read(struct file *file, const char *path);

/* Write `size` bytes to a new file beside `path`; its name, malloc'ed, or NULL with errno. */
char *file_write_beside(const char *path, const void *bytes, size_t size);

/* spec.c: read the specification and every file that it names; an exit code. */
int spec_read(struct spec *spec, const char *path);
void spec_free(struct spec *spec);

/* pack.c: the command; an exit code. */
int pack(const char *spec_path, const char *out_path);

/* Rules that only whole files have, numbered behind those of the library. */
enum { VERIFY_TRAILING = TN_IMAGE_ERRORS, VERIFY_GAP };

/*
 * verify.c: every check there is.  0 and an open image, or a code as in tn/image.h, and what is
 * wrong where in `text` ("place: cause", or "cause").
 */
struct verdict {
    struct tn_image image;
    char text[512];
};
int verify(struct verdict *verdict, const struct file *file);

/* What can be done about a code of verify() by who did not make the image. */
const char *verify_cure(int code);

/* inspect.c: the image as JSON on standard output. */
void inspect(const struct tn_image *image);

#endif
