static int main(void)
{
    return 0;
}

int (*entry)(void) = main;
