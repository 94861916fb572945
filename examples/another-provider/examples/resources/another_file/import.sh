terraform import another_file.greeting /tmp/greeting.txt
