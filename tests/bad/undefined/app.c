int fetch_sample(int channel);

int main(void)
{
    return fetch_sample(3);
}
