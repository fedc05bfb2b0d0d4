#!/bin/sh
# The calls that the vendor documents for its developers, as curl commands, sent to an Appyard in the order of an app's
# life, each with the status that is documented for it. Ends with 1 at the first one that is answered otherwise. Needs
# curl and node.
#
#   APPYARD=http://localhost:3000 ORGANIZATION=SUBDOMAIN DEVELOPER=TOKEN REVIEWER=TOKEN sh test/e2e/os1-curls.sh
#
# DEVELOPER is a token of an admin of the account, REVIEWER one of an operator. What is left behind is a depreciated app;
# its listing id is taken from then on, and LISTING names another one.
set -eu

: "${APPYARD:?is the address of the server, for example http://localhost:3000}"
: "${ORGANIZATION:?is the subdomain of the account}"
: "${DEVELOPER:?is a token of an admin}"
: "${REVIEWER:?is a token of an operator}"
listing=${LISTING:-vehicle-tracker}
apps="$APPYARD/developer/apps"

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# send NAME STATUS TOKEN CURL-ARGUMENT...: prints the documented status and the one that came.
send() {
  name=$1 documented=$2 token=$3
  shift 3
  got=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' \
    --header "x-developerplatform-access: $token" --header 'Content-Type: application/json' "$@") || got=none
  printf '%-20s documented %s, got %s\n' "$name" "$documented" "$got"
  [ "$got" = "$documented" ] && return
  cat "$answer"
  exit 1
}

# field NAME: a member of what was answered last.
field() {
  node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1])).data[process.argv[2]])' "$answer" "$1"
}

# act STATUS TOKEN ACTION
act() {
  send UpdateAppStates "$1" "$2" -X PUT "$apps/versions/$version/states" -d '{"action": "'"$3"'"}'
}

send RegisterApp 201 "$DEVELOPER" -X POST "$apps?organizationId=$ORGANIZATION&teamId=fleet" -d '{
  "displayName": "Vehicle Tracker",
  "type": "WEB",
  "listingId": "'"$listing"'",
  "version": "1.0.0",
  "isConsoleCompatible": true,
  "visibility": {"isPrivate": true},
  "url": {"relativePath": "/vehicle-tracker", "stackId": "*", "server": "https://tracker.example.com", "interface": "/"},
  "longDescription": "To be written"
}'
app=$(field appId)
version=$(field appVersionId)

# What the page announces and does not show: an update of displayName, shortDescription and listingId.
send UpdateApp 200 "$DEVELOPER" -X PATCH "$apps/versions/$version" -d '{
  "displayName": "Vehicle Tracker Pro",
  "shortDescription": "Shows where all vehicles are",
  "listingId": "'"$listing"'"
}'

# Adds, modifies and removes in one call.
send UpdateApp 200 "$DEVELOPER" -X PATCH "$apps/versions/$version" -d '{
  "longDescription": null,
  "visibility": {"isPrivate": false, "permissionType": "DENY", "orgIdentifiers": ["nobody"]},
  "url": {"server": null, "userGuide": "https://tracker.example.com/guide"},
  "categories": ["fleet", "maps"],
  "menu": [{"displayName": "Live map", "displayOrder": 1, "relativePath": "/map"}],
  "packageName": ".com.example.test"
}'

# Null is for attributes, not for items of a list; the listing id stays.
send UpdateApp 400 "$DEVELOPER" -X PATCH "$apps/versions/$version" -d '{"categories": ["fleet", null]}'
send UpdateApp 400 "$DEVELOPER" -X PATCH "$apps/versions/$version" -d '{"listingId": "another"}'
send UpdateApp 404 "$DEVELOPER" -X PATCH "$apps/versions/appversion:none" -d '{}'

send GetAppVersion 200 "$DEVELOPER" "$apps/versions/$version"

act 200 "$DEVELOPER" SUBMIT_FOR_TECH_REVIEW
act 403 "$DEVELOPER" APPROVE_TECH_REVIEW
act 200 "$REVIEWER" APPROVE_TECH_REVIEW
act 200 "$DEVELOPER" SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW
act 200 "$REVIEWER" APPROVE_MARKETPLACE_PUBLISH
send GetApp 200 "$DEVELOPER" "$apps/$app"

send AddAppVersion 201 "$DEVELOPER" -X POST "$apps/$app/versions" -d '{"version": "1.1.0", "parentVersion": "1.0.0"}'
next=$(field appVersionId)
send DeleteAppVersion 200 "$DEVELOPER" -X DELETE "$apps/versions/$next"

act 200 "$REVIEWER" DEPRECIATE

echo 'Every command was answered as documented.'
