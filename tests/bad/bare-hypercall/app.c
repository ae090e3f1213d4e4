#include <tn/partition.h>

int main(void)
{
    return tn_partition_start(1);
}
