#!/bin/sh
# Shows comment.md on a merge request: in its first run as a new note, afterwards in the place of that one.
#
# The CI_ variables are GitLab's. REPORT_TOKEN is a project access token with the scope `api`, since a job's own token may not
# write notes.
set -eu
notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"

# The token goes by a pipe: command lines are seen by everybody on a machine.
api() {
  printf 'header = "PRIVATE-TOKEN: %s"\n' "$REPORT_TOKEN" | curl --config - --silent --show-error --fail-with-body \
    --max-time 60 --header 'Content-Type: application/json' "$@"
}

# Ours is the one that the token's user wrote and that begins with the marker: anybody may quote it.
# shellcheck disable=SC2016 # the variables are jq's
mine='.[] | select(.author.id == $me) | select(.body | startswith($marker)) | .id'
me=$(api "$CI_API_V4_URL/user" | jq .id)
marker=$(head -n 1 comment.md)
found=''
page=1
while [ -z "$found" ]; do
  api "$notes?per_page=100&page=$page" > comments.json
  found=$(jq --raw-output --argjson me "$me" --arg marker "$marker" "$mine" comments.json | head -n 1)
  [ "$(jq length comments.json)" = 100 ] || break
  page=$((page + 1))
done

jq --null-input --rawfile body comment.md '{ body: $body }' > comment.json
if [ -n "$found" ]; then
  api --request PUT --data @comment.json "$notes/$found" > comments.json
else
  api --request POST --data @comment.json "$notes" > comments.json
fi
jq --raw-output '"The report is note \(.id)"' comments.json
