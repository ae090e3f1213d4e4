/* SPDX-License-Identifier: Apache-2.0 */
/* Result codes of tn/image.h in words; host only, so that Mortise carries no strings. */
#ifndef IMAGE_HOST_REASON_H
#define IMAGE_HOST_REASON_H

/* What is wrong: a clause without its place, a static string.  Any code is allowed. */
const char *tn_image_reason(int code);

/* What who made the image has to do about it: likewise. */
const char *tn_image_cure(int code);

#endif
