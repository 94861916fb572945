#!/bin/sh
# Plans, and changes nothing. Afterwards there are
#
#   tfplan       the plan, which is what is applied later (PLANFILE names another place for it)
#   plan.json    the same for policies
#   plan.txt     the same for people
#   changes      `true` when it changes anything, else `false`
#   report.json  a plan that is thrown away, for policies
#   report.md    from that one: what the sync would do to people
#
# The report has a plan of its own since an output that is kept in the state would change as people come and go, and would
# make a change of every nightly plan. Nothing is locked: whoever plans may write nothing, not even a lock, and a plan that
# another apply has overtaken is refused when it is applied.
set -eu
tofu=${TOFU:-tofu}
plan=${PLANFILE:-tfplan}

code=0
"$tofu" plan -input=false -lock=false -detailed-exitcode -out="$plan" || code=$?
case $code in
  0) echo false > changes ;;
  2) echo true > changes ;;
  *) exit "$code" ;;
esac
"$tofu" show -no-color "$plan" > plan.txt
"$tofu" show -json "$plan" > plan.json

"$tofu" plan -input=false -lock=false -var=report=true -out=report.tfplan > report.log 2>&1 || { cat report.log >&2; exit 1; }
"$tofu" show -json report.tfplan > report.json
unknown='What the sync would do to people is not known yet: the preview needs something that this plan only makes.'
jq --raw-output --arg unknown "$unknown" '.planned_values.outputs.report.value // $unknown' report.json > report.md
