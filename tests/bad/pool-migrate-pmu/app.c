#include <tn/pmu.h>

int main(void)
{
    tn_pmu_start();
    return tn_pmu_cycles() == 0;
}
