#include <stdio.h>

int mian(void)
{
    puts("hello");
    return 0;
}
