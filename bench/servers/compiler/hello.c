#include <stdio.h>

int main(void)
{
	int sum = 0;
	for (int n = 1; n <= 6; n++)
		sum += n * 2;
	printf("%d as expected\n", sum);
	return sum != 42;
}
