#include <tn/memory.h>

int main(void)
{
    return tn_memory_ask(4096) == 0;
}
