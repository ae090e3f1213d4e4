/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formatter against the host's snprintf with random formats; log lines, cut and compiled out.
 * With CONFIG_LOG_LEVEL=2.
 */
#include <string.h>
#include <tn/compiler.h>
#include <tn/format.h>
#include <tn/log.h>
#include <tn/test.h>

#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat"

static char written[1000];
static size_t written_size;
static enum tn_log_level written_level;

void tn_log_write(enum tn_log_level level, const char *line, size_t size)
{
    memcpy(written, line, size);
    written[size] = '\0';
    written_size = size;
    written_level = level;
}

/* Both must give the same text and length for a buffer of any size. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours[100], theirs[100];                                                               \
        size_t size = tn_test_below(sizeof(ours)) + 1;                                             \
                                                                                                   \
        TN_CHECK((int)tn_format(ours, size, __VA_ARGS__) == snprintf(theirs, size, __VA_ARGS__));  \
        TN_CHECK(strcmp(ours, theirs) == 0);                                                       \
    } while (0)

static void random_numbers(void)
{
    static const char *const lengths[] = {"hh", "h", "", "l", "ll", "z", "j", "t"};

    for (int i = 0; i < 100000; i++) {
        uint64_t value = tn_test_random() >> tn_test_below(64);
        const char *length = lengths[tn_test_below(TN_ARRAY_SIZE(lengths))];
        char format[40], flags[3] = "", width[8] = "";

        value = tn_test_below(2) ? value : -value;
        if (tn_test_below(2) != 0) {
            strcat(flags, tn_test_below(2) ? "-" : "0");
        }
        if (tn_test_below(2) != 0) {
            snprintf(width, sizeof(width), "%u", (unsigned)tn_test_below(30));
        }
        snprintf(format, sizeof(format), "a%%%s%s%s%cb", flags, width, length,
                 "diux"[tn_test_below(4)]);
        if (strlen(length) == 0 || length[0] == 'h') {
            SAME(format, (int)value);
        } else {
            SAME(format, value);
        }
    }
}

static void text(void)
{
    static int object;

    SAME("");
    SAME("plain %% text");
    SAME("%s|%10s|%-10s|%.2s|%.*s|%*s|%-*s|", "abc", "abc", "abc", "abc", 1, "abc", 5, "abc", 6,
         "abc");
    SAME("%c%3c%-3c.", 'x', 'y', 'z');
    SAME("%p", (void *)&object);
    SAME("%d %lld %llu %x", INT32_MIN, (long long)INT64_MIN, (unsigned long long)UINT64_MAX, 0);
    SAME("%.3s", "ab");
}

static void odd_formats(void)
{
    char buffer[40];

    TN_CHECK(tn_format(buffer, 40, "%s", (char *)NULL) == 6 && strcmp(buffer, "(null)") == 0);
    TN_CHECK(tn_format(buffer, 40, "%d %f %s", 1, 2.0, "x") == 7 && strcmp(buffer, "1 %f %s") == 0);
    TN_CHECK(tn_format(buffer, 40, "50%") == 3 && strcmp(buffer, "50%") == 0);
    TN_CHECK(tn_format(buffer, 40, "a%-08l") == 6 && strcmp(buffer, "a%-08l") == 0);
    TN_CHECK(tn_format(buffer, 4, "%99999999999d", 1) == 1024 && strcmp(buffer, "   ") == 0);
    TN_CHECK(tn_format(NULL, 0, "%d", 12345) == 5);
}

static void lines(void)
{
    int evaluated = 0;

    tn_log_error("code %d", -5);
    TN_CHECK(strcmp(written, "E: code -5\n") == 0 && written_level == TN_LOG_ERROR);
    tn_log_warning("plain");
    TN_CHECK(strcmp(written, "W: plain\n") == 0 && written_size == 9);
    tn_log_info("%d", evaluated++);
    tn_log_debug("%d", evaluated++);
    TN_CHECK(evaluated == 0 && strcmp(written, "W: plain\n") == 0);
}

static void long_lines(void)
{
    char text[TN_LOG_LINE + 20];

    for (size_t length = TN_LOG_LINE - 10; length < sizeof(text); length++) {
        memset(text, 'x', length);
        text[length] = '\0';
        tn_log_error("%s", text);
        if (length <= TN_LOG_LINE - 4) {
            TN_CHECK(written_size == length + 4 && written[written_size - 2] == 'x');
        } else {
            TN_CHECK(written_size == TN_LOG_LINE);
            TN_CHECK(strcmp(written + TN_LOG_LINE - 6, "xx...\n") == 0);
        }
        TN_CHECK(strlen(written) == written_size && strchr(written, '\n')[1] == '\0');
    }
}

int main(void)
{
    tn_test_begin();
    TN_RUN(random_numbers);
    TN_RUN(text);
    TN_RUN(odd_formats);
    TN_RUN(lines);
    TN_RUN(long_lines);
    return tn_test_end();
}
