#include "sensor.h"

int main(void)
{
    return 0;
}
