import {
  to = another_file.greeting
  id = "/tmp/greeting.txt"
}
