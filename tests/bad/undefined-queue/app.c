#include <mqueue.h>

int main(void)
{
    return (int)mq_open("/queue", O_RDWR);
}
