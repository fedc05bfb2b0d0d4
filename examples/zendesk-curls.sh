#!/bin/sh
# What the vendor documents as curl commands, sent to an Appyard in the order of its page, each with the status that is
# documented for it. Ends with 1 at the first one that is answered otherwise. Needs curl and node.
#
#   npx appyard pack examples/helpful-app helpful-app.zip
#   APPYARD=http://localhost:3000 APPYARD_USER=EMAIL:PASSWORD sh examples/zendesk-curls.sh helpful-app.zip
#
# It leaves nothing behind but the entries in the audit log.
set -eu

: "${APPYARD:?is the address of the server, for example http://localhost:3000}"
: "${APPYARD_USER:?is EMAIL:PASSWORD of an admin}"
package=${1:?Give the package to upload, for example helpful-app.zip}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# Of polls, one a second.
limit=60

# send NAME STATUS CURL-ARGUMENT...: prints the documented status and the one that came.
send() {
  name=$1 documented=$2
  shift 2
  got=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' --user "$APPYARD_USER" "$@") || got=none
  printf '%-32s documented %s, got %s\n' "$name" "$documented" "$got"
  [ "$got" = "$documented" ] && return
  cat "$answer"
  exit 1
}

# field NAME: a member of the last answer.
field() {
  node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1]))[process.argv[2]])' "$answer" "$1"
}

# poll NAME PATH: asks until the job has ended; its last answer stays.
poll() {
  for _ in $(seq "$limit"); do
    send "$1" 200 "$APPYARD$2"
    case $(field status) in
    completed) return ;;
    queued | working) sleep 1 ;;
    *) break ;;
    esac
  done
  echo "$1: $(field status), $(field message)"
  exit 1
}

send 'List All Apps' 200 "$APPYARD/api/sell/apps.json"

# The page has its commands in an order in which they cannot all work: a build needs an upload.
send 'Upload App Package' 201 "$APPYARD/api/sell/apps/uploads.json" \
  -F "uploaded_data=@$package" -X POST
upload=$(field id)

send 'Create App' 202 "$APPYARD/api/apps.json" \
  -d '{"name":"My App", "short_description":"My App description", "upload_id":"'"$upload"'"}' \
  -H "Content-Type: application/json" -X POST
build=$(field job_id)
# And an installation needs the app that the build makes.
poll 'Get job status' "/api/sell/apps/job_statuses/$build.json"
app=$(field app_id)

send 'List App Installations' 200 "$APPYARD/api/sell/apps/installations.json?include=app"
send 'List App Installations' 200 "$APPYARD/api/sell/apps/installations.json"

send 'Install App' 201 "$APPYARD/api/sell/apps/installations.json" \
  -d '{"app_id": "'"$app"'", "settings": {"name": "Helpful App", "api_token": "53xjt93n6tn4321p", "use_ssl": true}}' \
  -H "Content-Type: application/json" -X POST
installation=$(field id)
job=$(field pending_job_id)

poll 'Get Requirements Install Status' "/api/sell/apps/installations/job_statuses/$job.json"

send 'Show App Installation' 200 "$APPYARD/api/sell/apps/installations/$installation.json"

send 'Update App Installation' 200 "$APPYARD/api/sell/apps/installations/$installation.json" \
  -d '{"settings": {"name": "Helpful App - Updated", "api_token": "659323ngt4ut9an"}}' \
  -H "Content-Type: application/json" -X PUT

send 'Remove App Installation' 204 "$APPYARD/api/sell/apps/installations/$installation.json" -X DELETE

poll 'Get job status' "/api/sell/apps/job_statuses/$build.json"

send 'List Owned Apps' 200 "$APPYARD/api/sell/apps/owned.json?exclude=parameters"
send 'List Owned Apps' 200 "$APPYARD/api/sell/apps/owned.json"

send 'Upload App Package' 201 "$APPYARD/api/sell/apps/uploads.json" \
  -F "uploaded_data=@$package" -X POST
upload=$(field id)

# Without the -v of the page: it would show the credentials.
send 'Get Information About App' 200 "$APPYARD/api/sell/apps/$app.json"

send 'Update App' 200 "$APPYARD/api/sell/apps/$app.json" \
  -d '{"name":"My App", "short_description":"My App description", "upload_id":"'"$upload"'"}' \
  -H "Content-Type: application/json" -X PUT
build=$(field job_id)
poll 'Get job status' "/api/sell/apps/job_statuses/$build.json"

send 'Delete App' 204 "$APPYARD/api/sell/apps/$app.json" -X DELETE

echo 'Every command was answered as documented.'
