#!/bin/sh
# Looks, and changes nothing. Fails on an error; with 2, as `-detailed-exitcode` does, on what nobody has applied; and with 3 when
# a check of the configuration fails, which is no more than a warning of a plan: the sync stands still, or its secret or its
# consent needs attention.
set -eu
tofu=${TOFU:-tofu}

code=0
"$tofu" plan -input=false -lock=false -detailed-exitcode -out=nightly.tfplan || code=$?
[ "$code" = 0 ] || [ "$code" = 2 ] || exit "$code"
"$tofu" show -json nightly.tfplan > nightly.json
failed='.checks[]? | select(.status == "fail" or .status == "error") | .address.to_display'
# On its own line, so that a jq which fails is an error, and no good news.
jq --raw-output "$failed" nightly.json > failed.txt
if [ -s failed.txt ]; then
  sed 's/^/Failed: /' failed.txt >&2
  exit 3
fi
exit "$code"
