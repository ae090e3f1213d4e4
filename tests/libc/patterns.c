/* SPDX-License-Identifier: Apache-2.0 */
/* What newlib has of POSIX but builds for other targets only: regex, fnmatch, libgen. */
#include <fnmatch.h>
#include <libgen.h>
#include <regex.h>
#include <stdio.h>

int main(void)
{
    char one[] = "/a/b/c.txt", two[] = "/a/b/c.txt";
    regmatch_t match[3];
    regex_t regex;

    if (regcomp(&regex, "([a-z]+)=([0-9]+)", REG_EXTENDED) != 0) {
        return 1;
    }
    printf("regex %d", regexec(&regex, "foo bar=427;", 3, match, 0));
    for (int i = 0; i < 3; i++) {
        printf(" %d-%d", (int)match[i].rm_so, (int)match[i].rm_eo);
    }
    printf("\nregex %d\n", regexec(&regex, "nothing", 0, NULL, 0));
    regfree(&regex);
    printf("fnmatch %d %d %d\n", fnmatch("*.c", "x.c", 0), fnmatch("*.c", "x.h", 0),
           fnmatch("[a-c]?", "bz", 0));
    printf("path %s %s\n", basename(one), dirname(two));
    return 0;
}
