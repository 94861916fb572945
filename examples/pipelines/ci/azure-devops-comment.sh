#!/bin/sh
# Shows comment.md on a pull request: in its first run as a new thread, afterwards in the place of that one.
#
# The SYSTEM_ and BUILD_ variables are those of Azure Pipelines, but SYSTEM_ACCESSTOKEN, which a step must be given. The build
# service needs the permission *Contribute to pull requests* on the repository.
set -eu
base="$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis/git/repositories/$BUILD_REPOSITORY_ID"
threads="$base/pullRequests/$SYSTEM_PULLREQUEST_PULLREQUESTID/threads"

# The token goes by a pipe: command lines are seen by everybody on a machine.
api() {
  printf 'header = "Authorization: Bearer %s"\n' "$SYSTEM_ACCESSTOKEN" | curl --config - --silent --show-error \
    --fail-with-body --max-time 60 --header 'Content-Type: application/json' "$@"
}

# Ours begins with the marker. Anybody may quote it, but nobody can change another's comment: then there is a new thread.
# shellcheck disable=SC2016 # the variables are jq's
mine='.value[] | select(.isDeleted | not) | . as $thread | .comments[0] | select(.content // "" | startswith($marker))
  | "\($thread.id)/comments/\(.id)"'
marker=$(head -n 1 comment.md)
api "$threads?api-version=7.1" > comments.json
found=$(jq --raw-output --arg marker "$marker" "$mine" comments.json)

jq --null-input --rawfile content comment.md '{ content: $content }' > comment.json
for one in $found; do
  if api --request PATCH --data @comment.json "$threads/$one?api-version=7.1" > comments.json; then
    echo "The report is in thread ${one%%/*}"
    exit 0
  fi
done
jq '{ comments: [{ parentCommentId: 0, commentType: "text", content }], status: "closed" }' comment.json > thread.json
api --request POST --data @thread.json "$threads?api-version=7.1" > comments.json
jq --raw-output '"The report is in thread \(.id)"' comments.json
