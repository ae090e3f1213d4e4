#include <stdint.h>

const volatile uint8_t table[100000] = { 1 };

int main(void)
{
    return table[99999];
}
