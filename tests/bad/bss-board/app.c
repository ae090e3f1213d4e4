static volatile char samples[200 << 20];

int main(void)
{
    return samples[12345];
}
