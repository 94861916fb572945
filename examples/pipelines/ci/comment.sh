#!/bin/sh
# Writes comment.md, what a forge shows on a change, from what ci/plan.sh has left: the report, and the plan below it. The first
# line, which nobody sees, is how the comment is found again.
#
#   ci/comment.sh [BYTES]   as many as the forge takes, 65536 unless said
set -eu
room=${1:-65536}
export LC_ALL=C

marker='<!-- proofpoint: plan -->'
cut='... the rest is in the log of the job.'
end='</pre></details>'
case $(cat changes) in
  true) says='<details><summary>The plan' ;;
  false) says='<details><summary>The plan, which changes nothing' ;;
  *) says='<details open><summary>There is no plan' ;;
esac

# As many whole lines of a file as fit; what is folded where it is cut is unfolded there.
fit() {
  awk -v room="$1" -v cut="$cut" '
    { room -= length($0) + 1 }
    room < 0 { while (folded-- > 0) print "</details>"; print ""; print cut; exit }
    /^<details>/ { folded++ }
    /^<\/details>/ { folded-- }
    { print }
  ' "$2"
}

# A report of one organization fits. One of many may not, and the plan shall be seen as well: it begins at least.
most=$((room - 2500))
if [ "$(wc -c < report.md)" -gt "$most" ]; then
  cat report.md
fi
{
  printf '%s\n' "$marker"
  fit "$most" report.md
  printf '\n%s</summary>\n\n<pre>\n' "$says"
} > comment.md

# A plan quotes names from the directory. Within <pre>, and with these three spelt out, nothing of it is markup.
sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' plan.txt > plan.html
taken=$(wc -c < comment.md)
fit $((room - taken - ${#end} - ${#cut} - 3)) plan.html >> comment.md
printf '%s\n' "$end" >> comment.md
