static volatile char samples[1 << 20];

int main(void)
{
    return samples[12345];
}
