#!/bin/sh
# Holds the plan, and the report beside it, against policy/: with Conftest where it is installed, else with its image.
set -eu
if command -v conftest > conftest.path; then
  conftest test --policy policy plan.json report.json
else
  docker run --rm --volume "$PWD:/project:ro" openpolicyagent/conftest:v0.71.1 test --policy policy plan.json report.json
fi
