/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of each partition at boot, for an image that asks for it (`verify = "sha256"`). */
#include <tn/hv/partition.h>
#include <tn/hv/report.h>
#include <tn/image.h>

static void verify(const struct tn_hv_boot *boot)
{
    for (unsigned i = 0; i < boot->image.toc->partition_count; i++) {
        if (tn_image_check_digest(&boot->image, i) != TN_IMAGE_OK) {
            tn_hv_text("mortise: partition ");
            tn_hv_decimal(i);
            tn_hv_text(" \"");
            tn_hv_text(boot->image.partitions[i].name);
            tn_hv_text("\": SHA-256 does not match");
            tn_hv_stop();
        }
    }
}

TN_HV_BOOT_CHECK(verify);
