#!/bin/sh
# Plans, and changes nothing. Afterwards there are
#
#   tfplan       the plan, which is what is applied later (PLANFILE names another place for it)
#   plan.json    the same for policies
#   plan.txt     the same for people
#   changes      `true` when it changes anything, `false`, or `refused` where there is no plan since something stands against it
#   report.json  a plan that is thrown away, for policies
#   report.md    from that one: what the sync would do to people
#
# The report has a plan of its own since an output that is kept in the state would change as people come and go, and would
# make a change of every nightly plan. Nothing is locked: whoever plans may write nothing, not even a lock, and a plan that
# has gone stale because of another apply is refused when it is applied.
#
# Where the plan is refused, as by `max_removals`, plan.txt has the reason, there is a report all the same, and this fails at its
# end: whoever shows both on a change does it before the job fails.
set -eu
tofu=${TOFU:-tofu}
plan=${PLANFILE:-tfplan}

# What an earlier run has left says nothing of this one.
rm -f "$plan" plan.json plan.txt changes report.tfplan report.json report.md

code=0
"$tofu" plan -input=false -lock=false -no-color -detailed-exitcode -out="$plan" 2> reason.txt || code=$?
cat reason.txt >&2
case $code in
  0) echo false > changes ;;
  2) echo true > changes ;;
  *) echo refused > changes ;;
esac
if [ "$(cat changes)" = refused ]; then
  # It may be there, though nothing would apply it.
  rm -f "$plan"
  cp reason.txt plan.txt
else
  "$tofu" show -no-color "$plan" > plan.txt
  "$tofu" show -json "$plan" > plan.json
fi

if ! "$tofu" plan -input=false -lock=false -var=report=true -out=report.tfplan > report.log 2>&1; then
  # Refused as the other one was, it has its outputs nevertheless, unless it failed before.
  [ "$(cat changes)" = refused ] || { cat report.log >&2; exit 1; }
fi
if [ -f report.tfplan ]; then
  "$tofu" show -json report.tfplan > report.json
  unknown='What the sync would do to people is not known yet: the preview needs something that this plan only makes.'
  jq --raw-output --arg unknown "$unknown" '.planned_values.outputs.report.value // $unknown' report.json > report.md
else
  echo 'There is no report: the plan failed before.' > report.md
fi
[ "$(cat changes)" != refused ] || exit "$code"
