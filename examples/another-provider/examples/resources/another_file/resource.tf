resource "another_file" "greeting" {
  path    = "/tmp/greeting.txt"
  content = "Good morning.\n"
  mode    = "0600"
}
