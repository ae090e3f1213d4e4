/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tnpack: writes and reads boot images on the host, with the library that Mortise boots with.
 * Built from the root of the tree with
 *
 *   cc -std=gnu11 -O2 -o tnpack -Iimage/include -Icore/abi/include -Icore/base/include \
 *      -Icore/crc32/include -Icore/sha256/include \
 *      image/image.c image/check.c image/desc.c image/digest.c image/host/[a-z]*.c \
 *      core/sha256/sha256.c
 *
 * The specification of `pack`, with # comments, offsets in bytes from the image's beginning:
 *
 *   image NAME BOARD CPU_COUNT FLAGS     FLAGS: TN_IMAGE_SHA256_AT_BOOT or 0
 *   memory MEMORY_SIZE
 *   mortise FILE BSS_OFFSET BSS_SIZE     lies at 0, its first 0x80 bytes are for the headers
 *   partition NAME DESC_FILE DESC_OFFSET
 *   segment FILE OFFSET                  of the partition above; at least one
 *   toc OFFSET
 *   report FILE OFFSET                   may be left out
 */
#include "tnpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: tnpack pack SPEC OUT     write the image OUT after the specification SPEC\n"
    "       tnpack verify IMAGE      check everything in it\n"
    "       tnpack inspect IMAGE     print what is in it as JSON\n"
    "       tnpack report IMAGE      print its build report, a zlib stream\n";

static int on_verify(const char *path, const struct tn_image *image)
{
    printf("%s: ok, %u partition%s, %u bytes\n", path, image->toc->partition_count,
           image->toc->partition_count == 1 ? "" : "s", image->info->file_size);
    return EXIT_OK;
}

static int on_inspect(const char *path, const struct tn_image *image)
{
    (void)path;
    inspect(image);
    return EXIT_OK;
}

static int on_report(const char *path, const struct tn_image *image)
{
    if (image->info->report_size == 0) {
        return refuse(EXIT_VERIFY, path, "there is no build report in it; build it again");
    }
    fwrite(image->bytes + image->info->report_offset, 1, image->info->report_size, stdout);
    return EXIT_OK;
}

static const struct reader {
    const char *name;
    int (*run)(const char *path, const struct tn_image *image);
} readers[] = {{"verify", on_verify}, {"inspect", on_inspect}, {"report", on_report}};

/* Nothing is shown of an image that does not pass every check. */
static int read_image(const struct reader *reader, const char *path)
{
    struct verdict verdict;
    struct file file;
    int error = file_read(&file, path);
    int code;

    if (error != 0) {
        return refuse(EXIT_SPEC, path, "cannot read it: %s; name an image", strerror(error));
    }
    if (file.size == 0) {
        code = refuse(EXIT_VERIFY, path, "the file is empty; build it again");
        goto out;
    }
    code = verify(&verdict, &file);
    if (code != 0) {
        code = refuse(EXIT_VERIFY, path, "%s; %s", verdict.text, verify_cure(code));
        goto out;
    }
    code = reader->run(path, &verdict.image);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        code = refuse(EXIT_SPEC, "standard output", "cannot write: %s; try again", strerror(errno));
    }
out:
    free(file.bytes);
    return code;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_OK;
    }
    if (argc == 4 && strcmp(argv[1], "pack") == 0) {
        return pack(argv[2], argv[3]);
    }
    for (size_t i = 0; argc == 3 && i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (strcmp(argv[1], readers[i].name) == 0) {
            return read_image(&readers[i], argv[2]);
        }
    }
    fputs(usage, stderr);
    return EXIT_USAGE;
}
