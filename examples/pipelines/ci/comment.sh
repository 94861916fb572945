#!/bin/sh
# Writes comment.md, what a forge shows on a change, from what ci/plan.sh has left: the report, and the plan below it. The first
# line, which nobody sees, is how the comment is found again.
#
#   ci/comment.sh [BYTES]   as many as the forge takes, 65536 unless said
set -eu
room=${1:-65536}
export LC_ALL=C

marker='<!-- proofpoint: plan -->'
if [ "$(cat changes)" = true ]; then says='The plan'; else says='The plan, which changes nothing'; fi
{
  printf '%s\n' "$marker"
  cat report.md
  printf '\n<details><summary>%s</summary>\n\n<pre>\n' "$says"
} > comment.md

# A plan quotes names from the directory. Within <pre>, and with these three spelt out, nothing of it is markup.
sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' plan.txt > plan.html
end='</pre></details>'
cut='... the rest is in the log of the job.'
room=$((room - $(wc -c < comment.md) - ${#end} - ${#cut} - 2))
awk -v room="$room" -v cut="$cut" '
  { room -= length($0) + 1 }
  room < 0 { print cut; exit }
  { print }
' plan.html >> comment.md
printf '%s\n' "$end" >> comment.md
