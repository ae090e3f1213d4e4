char *initstate(unsigned seed, char *state, unsigned long size);

static char state[64];

int main(void)
{
    return initstate(1, state, sizeof state) == 0;
}
