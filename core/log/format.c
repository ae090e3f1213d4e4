/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter.  Characters beyond the buffer are counted and dropped. */
#include <stdbool.h>
#include <stdint.h>
#include <tn/compiler.h>
#include <tn/format.h>

#define DIGITS 20u  /* of 2^64 - 1 */
#define WIDTH 1024u /* more is a mistake in the format */

struct out {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text */
};

struct spec {
    bool left, zero;
    size_t width;
    size_t precision; /* of a string */
    int longs;        /* 0: int, 1: 64 bits, -1: short, -2: char */
};

static void put(struct out *o, char c)
{
    if (o->length + 1 < o->size) {
        o->buffer[o->length] = c;
    }
    o->length++;
}

static void pad(struct out *o, char c, size_t from, size_t to)
{
    for (; from < to; from++) {
        put(o, c);
    }
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
    size_t length = 0;

    text = text != NULL ? text : "(null)";
    while (length < s->precision && text[length] != '\0') {
        length++;
    }
    if (!s->left) {
        pad(o, ' ', length, s->width);
    }
    for (size_t i = 0; i < length; i++) {
        put(o, text[i]);
    }
    if (s->left) {
        pad(o, ' ', length, s->width);
    }
}

/* `prefix` stands before zeroes that fill the width, but behind spaces. */
static void put_number(struct out *o, const struct spec *s, uint64_t value, unsigned base,
                       const char *prefix)
{
    char digits[DIGITS];
    size_t count = 0, length;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    length = count;
    for (const char *p = prefix; *p != '\0'; p++) {
        length++;
    }
    if (!s->left && !s->zero) {
        pad(o, ' ', length, s->width);
    }
    for (; *prefix != '\0'; prefix++) {
        put(o, *prefix);
    }
    if (!s->left && s->zero) {
        pad(o, '0', length, s->width);
    }
    while (count != 0) {
        put(o, digits[--count]);
    }
    if (s->left) {
        pad(o, ' ', length, s->width);
    }
}

/* A number or * at *format. */
static size_t get_number(const char **format, va_list *arguments)
{
    size_t n = 0;

    if (**format == '*') {
        int value = va_arg(*arguments, int);

        ++*format;
        n = value > 0 ? (size_t)value : 0;
    }
    for (; **format >= '0' && **format <= '9'; ++*format) {
        n = n < WIDTH ? n * 10 + (size_t)(**format - '0') : n;
    }
    return n < WIDTH ? n : WIDTH;
}

/* What stands between % and the conversion's letter. */
static struct spec get_spec(const char **format, va_list *arguments)
{
    struct spec s = {.precision = SIZE_MAX};

    for (;; ++*format) {
        if (**format == '-') {
            s.left = true;
        } else if (**format == '0') {
            s.zero = true;
        } else {
            break;
        }
    }
    s.width = get_number(format, arguments);
    if (**format == '.') {
        ++*format;
        s.precision = get_number(format, arguments);
    }
    for (;; ++*format) {
        if (**format == 'l' || **format == 'z' || **format == 'j' || **format == 't') {
            s.longs = 1;
        } else if (**format == 'h') {
            s.longs--;
        } else {
            return s;
        }
    }
}

static int64_t get_signed(const struct spec *s, va_list *arguments)
{
    int64_t value = s->longs > 0 ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);

    return s->longs == -1 ? (int16_t)value : s->longs < -1 ? (int8_t)value : value;
}

static uint64_t get_unsigned(const struct spec *s, va_list *arguments)
{
    uint64_t value = s->longs > 0 ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);

    return s->longs == -1 ? (uint16_t)value : s->longs < -1 ? (uint8_t)value : value;
}

/* One conversion; false if it is unknown. */
static bool convert(struct out *o, const struct spec *s, char letter, va_list *arguments)
{
    int64_t value;
    char text[2] = "";

    switch (letter) {
    case 'd':
    case 'i':
        value = get_signed(s, arguments);
        put_number(o, s, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0 ? "-" : "");
        return true;
    case 'u':
        put_number(o, s, get_unsigned(s, arguments), 10, "");
        return true;
    case 'x':
        put_number(o, s, get_unsigned(s, arguments), 16, "");
        return true;
    case 'p':
        put_number(o, s, (uintptr_t)va_arg(*arguments, void *), 16, "0x");
        return true;
    case 's':
        put_text(o, s, va_arg(*arguments, const char *));
        return true;
    case 'c':
        text[0] = (char)va_arg(*arguments, int);
        put_text(o, s, text);
        return true;
    case '%':
        put(o, '%');
        return true;
    default:
        return false;
    }
}

size_t tn_vformat(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct out o = {buffer, size, 0};
    va_list list;

    va_copy(list, arguments); /* so that its address can be passed on, whatever type it is */
    while (*format != '\0') {
        const char *percent = format;
        struct spec s;

        if (*format++ != '%') {
            put(&o, *percent);
            continue;
        }
        s = get_spec(&format, &list);
        if (*format == '\0' || !convert(&o, &s, *format++, &list)) {
            for (; *percent != '\0'; percent++) {
                put(&o, *percent);
            }
            break;
        }
    }
    va_end(list);
    if (size != 0) {
        buffer[o.length < size ? o.length : size - 1] = '\0';
    }
    return o.length;
}

size_t tn_format(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = tn_vformat(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
