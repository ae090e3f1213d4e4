/* SPDX-License-Identifier: Apache-2.0 */
/* One cause and one cure for each rule of tn/image.h. */
#include "reason.h"

#include <stddef.h>

#include <tn/image.h>

static const struct {
    const char *cause;
    const char *cure;
} reasons[TN_IMAGE_ERRORS] = {
    [TN_IMAGE_OK] = {"nothing is wrong", "go on"},
    [TN_IMAGE_TRUNCATED] = {"too short for the headers of an image", "build it again"},
    [TN_IMAGE_UNALIGNED] = {"not aligned to 8 bytes in memory", "load it at a 2 MiB boundary"},
    [TN_IMAGE_NOT_ARM64] = {"not an arm64 Image", "give an image that tnimage built"},
    [TN_IMAGE_NOT_TENON] = {"an arm64 Image, but not a TenonOS one",
                            "give an image that tnimage built"},
    [TN_IMAGE_VERSION_BAD] = {"another version of the image format",
                              "use the tnimage that built it, or build it again"},
    [TN_IMAGE_INFO_CRC] = {"the CRC-32 of the headers is wrong", "build it again"},
    [TN_IMAGE_HEADER] = {"a field of the arm64 Image header is wrong", "build it again"},
    [TN_IMAGE_INFO_FIELD] = {"an unknown flag is set, or a reserved field is not 0",
                             "use flags of this version only"},
    [TN_IMAGE_FILE_SIZE] = {"the headers say another size than the file has", "build it again"},
    [TN_IMAGE_MEMORY_SIZE] = {"the memory size is smaller than the file",
                              "give the image more memory"},
    [TN_IMAGE_HV_BSS] = {"Mortise's .bss is not page-aligned between file and memory size",
                         "move it behind the file or give the image more memory"},
    [TN_IMAGE_TOC_BOUNDS] = {"the table of contents is not whole inside the file",
                             "move it to a multiple of 8 behind the headers"},
    [TN_IMAGE_TOC_CRC] = {"the CRC-32 of the table of contents is wrong", "build it again"},
    [TN_IMAGE_TOC_COUNTS] = {"1..32 partitions, up to 128 segments and 1..64 CPUs are possible",
                             "use fewer"},
    [TN_IMAGE_TOC_NAME] = {"a name is 1 to 31 printable characters without blanks", "rename it"},
    [TN_IMAGE_PART_NAME] = {"a name is 1 to 31 printable characters without blanks", "rename it"},
    [TN_IMAGE_PART_SEGMENTS] = {"its segments do not follow those of the partition before",
                                "give each partition at least one segment"},
    [TN_IMAGE_PART_DESC] = {"its descriptor is not whole inside the file at a multiple of 8",
                            "move it behind the headers"},
    [TN_IMAGE_SEG_OWNER] = {"it belongs to another partition than the table says",
                            "build it again"},
    [TN_IMAGE_SEG_ALIGN] = {"it does not begin at a page", "move it to a multiple of 0x1000"},
    [TN_IMAGE_SEG_BOUNDS] = {"it is empty or not inside the file", "move it behind the headers"},
    [TN_IMAGE_REPORT_BOUNDS] = {"the report is not inside the file", "move it behind the headers"},
    [TN_IMAGE_OVERLAP] = {"two parts overlap", "move one of them"},
    [TN_IMAGE_SEG_CRC] = {"its CRC-32 is wrong", "build it again"},
    [TN_IMAGE_REPORT_CRC] = {"the CRC-32 of the report is wrong", "build it again"},
    [TN_IMAGE_DIGEST] = {"its SHA-256 is wrong", "build it again"},
    [TN_IMAGE_DESC_CRC] = {"the CRC-32 of its descriptor is wrong", "build it again"},
    [TN_IMAGE_DESC_NAME_DIFF] = {"its descriptor has another name", "use one name in both"},
    [TN_IMAGE_CPUS_LACKING] = {"the image needs more CPUs than there are",
                               "build it for this board"},

    [TN_DESC_MAGIC_BAD] = {"not a partition descriptor", "give one that the template made"},
    [TN_DESC_VERSION_BAD] = {"another version of the descriptor",
                             "make it with the tnimage of this image"},
    [TN_DESC_SIZE] = {"the descriptor's size does not match its counts", "make it again"},
    [TN_DESC_COUNTS] = {"1..64 regions and up to 256 interrupts are possible", "use fewer"},
    [TN_DESC_FIELD] = {"a reserved field or the padding is not 0", "clear it"},
    [TN_DESC_CAPS] = {"a bit of its capabilities is none that there is",
                      "use those of tn/abi/cap.h"},
    [TN_DESC_RESTART] = {"unknown restart policy, or not 1..16 times for one",
                         "use never, fault or always"},
    [TN_DESC_NAME] = {"a name is 1 to 31 printable characters without blanks", "rename it"},
    [TN_DESC_MODE] = {"unknown mode", "use bypass or tenon"},
    [TN_DESC_CPUS] = {"it has no CPU, or one beyond the image's CPU count",
                      "give it a CPU that exists"},
    [TN_DESC_REGION_ALIGN] = {"not whole pages", "align it and its size to 0x1000"},
    [TN_DESC_REGION_IPA] = {"beyond the guest-physical address space", "move it down"},
    [TN_DESC_REGION_ACCESS] = {"this access is not allowed (none, W with X, a device with X, or "
                               "image bytes with W)",
                               "split it by access"},
    [TN_DESC_REGION_KIND] = {"unknown kind, or colours that it cannot have",
                             "use image, memory or device"},
    [TN_DESC_REGION_SEGMENT] = {"not inside one of the partition's own segments",
                                "map its own segments only"},
    [TN_DESC_REGION_MEMORY] = {"not between the end of the file and the memory size",
                               "move it or give the image more memory"},
    [TN_DESC_REGION_HV_BSS] = {"it overlaps Mortise's .bss", "move one of them"},
    [TN_DESC_REGION_DEVICE] = {"not the physical address of a device",
                               "use the device addresses of the board"},
    [TN_DESC_REGION_RAM] = {"not the physical address of RAM outside the image",
                            "place it above the image"},
    [TN_DESC_REGION_LOAD] = {"what it copies does not go into one RAM region",
                             "copy it into RAM of the partition"},
    [TN_DESC_REGION_OVERLAP] = {"it overlaps another region in guest-physical space",
                                "move one of them"},
    [TN_DESC_REGION_TWICE] = {"it has the memory or registers of another region", "map them once"},
    [TN_DESC_ENTRY] = {"the entry is not an instruction in an executable region",
                       "set it to the start of the text"},
    [TN_DESC_IRQ] = {"INTID is not 16..1019, or its flags are wrong",
                     "use the interrupts of the board"},
    [TN_DESC_IRQ_TWICE] = {"the INTID is in the list before", "list it once"},
    [TN_DESC_DOORBELL] = {"the doorbell's INTID is not 32..1019, or is in the lists before",
                          "list it once"},

    [TN_PARTS_CPU] = {"one of its CPUs belongs to another partition", "give each its own CPUs"},
    [TN_PARTS_REGION] = {"it belongs to another partition", "give it to one of them"},
    [TN_PARTS_SPI] = {"it belongs to another partition", "give it to one of them"},
    [TN_PARTS_DOORBELL] = {"no other partition hears it, or two ring it",
                           "give a channel one sender and one receiver"},
};

const char *tn_image_reason(int code)
{
    enum tn_image_error rule = tn_image_rule(code);

    return rule < TN_IMAGE_ERRORS ? reasons[rule].cause : "unknown code";
}

const char *tn_image_cure(int code)
{
    enum tn_image_error rule = tn_image_rule(code);

    return rule < TN_IMAGE_ERRORS ? reasons[rule].cure : "report this";
}
