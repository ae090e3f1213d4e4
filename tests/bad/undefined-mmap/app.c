#include <sys/mman.h>

int main(void)
{
    return mmap(0, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}
