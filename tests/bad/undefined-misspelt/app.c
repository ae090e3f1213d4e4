int pirntf(const char *format, ...);

int main(void)
{
    return pirntf("hello\n");
}
