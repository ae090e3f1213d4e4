int count = 2;
