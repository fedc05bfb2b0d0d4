#!/bin/sh
# What the vendor documents as requests, sent to an Appyard in the order of its page, each with the status that is
# documented for it; then what its other pages document of instances, policies, tokens and failures. Ends with 1 at the
# first one that is answered otherwise. Needs curl and node.
#
#   APPYARD=http://localhost:3000 ACCOUNT=acme CLIENT=EMAIL TOKEN=TOKEN WEBHOOK=http://localhost:9/ sh test/e2e/xurrent-curls.sh
#
# It leaves an app offering behind: there is no way to remove one.
set -eu

: "${APPYARD:?is the address of the server, for example http://localhost:3000}"
: "${ACCOUNT:?is the name of the account}"
: "${CLIENT:?is the e-mail address of an admin}"
: "${TOKEN:?is a token of that admin}"
: "${WEBHOOK:?is where the webhook is sent to}"

answer=$(mktemp)
headers=$(mktemp)
trap 'rm -f "$answer" "$headers"' EXIT

# send NAME STATUS CURL-ARGUMENT...: prints the documented status, the one that came, and the answer.
send() {
  name=$1 documented=$2
  shift 2
  got=$(curl --silent --show-error --globoff --output "$answer" --dump-header "$headers" --write-out '%{http_code}' "$@") ||
    got=none
  printf '%-40s documented %s, got %s\n' "$name" "$documented" "$got"
  cat "$answer"
  echo
  [ "$got" = "$documented" ] || exit 1
}

# call NAME STATUS METHOD PATH CURL-ARGUMENT...: the same, with credentials.
call() {
  name=$1 documented=$2 method=$3 path=$4
  shift 4
  send "$name" "$documented" --request "$method" "$APPYARD$path" --header "Authorization: Bearer $token" \
    --header "X-4me-Account: $ACCOUNT" --header 'Content-Type: application/json' "$@"
}

# read_answer EXPRESSION: of the last answer, which is called it.
read_answer() {
  node -e 'const it = JSON.parse(require("node:fs").readFileSync(process.argv[1])); console.log(eval(process.argv[2]))' \
    "$answer" "$1"
}

send 'Get a token' 200 "$APPYARD/token" --data grant_type=client_credentials --data-urlencode "client_id=$CLIENT" \
  --data-urlencode "client_secret=$TOKEN"
token=$(read_answer it.access_token)

call 'Ping' 200 GET /v1
call 'List service instances' 200 GET /v1/service_instances
service=$(read_answer 'it[0].id')

call 'Create an app offering' 201 POST /app_offerings --data '
{
  "name": "Log Note Dispatcher Integration",
  "reference": "note-dispatcher",
  "service_instance_id": '"$service"',
  "policy_jwt_alg": "rs512",
  "webhook_uri_template": "'"$WEBHOOK"'?account={account}"
}'
id=$(read_answer it.id)
call 'List app offerings' 200 GET /app_offerings
call 'List app offerings, the usual fields' 200 GET "/v1/app_offerings/latest_internal?name=Log%20Note%20Dispatcher%20Integration"
call 'List app offerings, chosen fields' 200 GET '/v1/app_offerings?fields=name,disabled&sort=-updated_at&created_at=>2021-04-13T04:19:49-05:00'
call 'Get a single app offering' 200 GET "/app_offerings/$id"
call 'Update an app offering' 200 PATCH "/app_offerings/$id" --data '{ "features": "Sends notes on.", "disabled": false }'
call 'Publish an app offering' 200 POST "/v1/app_offerings/$id/publish"
call 'Change the reference of a published one' 422 PATCH "/v1/app_offerings/$id" --data '{ "reference": "other" }'

call 'Create a webhook policy' 201 POST /v1/webhook_policies --data '{ "app_offering_id": '"$id"' }'
policy=$(read_answer it.id)
call 'Create an app instance' 201 POST /v1/app_instances --data '{ "app_offering_id": '"$id"' }'
instance=$(read_answer it.id)
call 'List enabled app instances' 200 GET /v1/app_instances/enabled
call 'Update an app instance' 200 PATCH "/v1/app_instances/$instance" --data '{ "suspended": "true" }'
call 'List the instances of an offering' 200 GET "/v1/app_offerings/$id/app_instances"
call 'Remove an app instance' 204 DELETE "/v1/app_instances/$instance"
call 'List deliveries' 200 GET "/v1/webhook_policies/$policy/deliveries"
send 'Get the keys of a policy' 200 "$APPYARD/webhook_policies/$policy/.well-known/jwks.json"

call 'Create one of nothing' 422 POST /app_offerings --data '{}'
call 'Create one of half a text' 400 POST /app_offerings --data '{ "name": '
call 'Filter by what is no field' 400 GET '/app_offerings?colour=red'
call 'Get one that is not there' 404 GET /app_offerings/999999
call 'Ask for what is out' 404 GET "/v1/app_offerings/$id/audit"
send 'Ask as nobody' 401 "$APPYARD/app_offerings"
ACCOUNT=nobody
call 'Ask for another account' 403 GET /app_offerings
echo 'Every request was answered as documented.'
