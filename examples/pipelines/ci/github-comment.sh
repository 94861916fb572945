#!/bin/sh
# Shows comment.md on a pull request: in its first run as a new comment, afterwards in the place of that one.
#
# GITHUB_API_URL and GITHUB_REPOSITORY are GitHub's; GITHUB_TOKEN and PULL_REQUEST come from the job.
set -eu
base="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY"

# The token goes by a pipe: command lines are seen by everybody on a machine.
api() {
  printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" | curl --config - --silent --show-error --fail-with-body \
    --max-time 60 --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' "$@"
}

# Ours is the one that a workflow wrote and that begins with the marker: anybody may quote it.
# shellcheck disable=SC2016 # the variables are jq's
mine='.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith($marker)) | .id'
marker=$(head -n 1 comment.md)
found=''
page=1
while [ -z "$found" ]; do
  api "$base/issues/$PULL_REQUEST/comments?per_page=100&page=$page" > comments.json
  found=$(jq --raw-output --arg marker "$marker" "$mine" comments.json | head -n 1)
  [ "$(jq length comments.json)" = 100 ] || break
  page=$((page + 1))
done

jq --null-input --rawfile body comment.md '{ body: $body }' > comment.json
if [ -n "$found" ]; then
  api --request PATCH --data @comment.json "$base/issues/comments/$found" > comments.json
else
  api --request POST --data @comment.json "$base/issues/$PULL_REQUEST/comments" > comments.json
fi
jq --raw-output '"The report is at \(.html_url)"' comments.json
