#!/bin/sh
# What the vendor documents as requests, sent to an Appyard in the order of its page, each with the status that is
# documented for it; then what its troubleshooting advises, up to the installation of the last version. Ends with 1 at the
# first one that is answered otherwise. Needs curl and node.
#
#   APPYARD=http://localhost:3000 KEY=TOKEN sh test/e2e/kustomer-curls.sh
#
# It leaves an app with four versions and its installation: this API has nothing that deletes.
set -eu

: "${APPYARD:?is the address of the server, for example http://localhost:3000}"
: "${KEY:?is the token of an admin}"

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# Of polls, one a second.
limit=60

# send NAME STATUS METHOD PATH [BODY]: prints the documented status, the one that came, and the answer.
send() {
  name=$1 documented=$2 method=$3 path=$4
  shift 4
  if [ $# -gt 0 ]; then set -- --data-raw "$1"; fi
  got=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' \
    --location --request "$method" "$APPYARD$path" \
    --header 'Content-Type: application/json' \
    --header "Authorization: Bearer $KEY" "$@") || got=none
  printf '%-36s documented %s, got %s\n' "$name" "$documented" "$got"
  cat "$answer"
  echo
  [ "$got" = "$documented" ] || exit 1
}

# poll NAME PATH: asks until the app is neither on its way nor upgraded; its last answer stays.
poll() {
  for _ in $(seq "$limit"); do
    send "$1" 200 GET "$2"
    case $(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1])).data.attributes.state' "$answer") in
    installed) return ;;
    installing | upgrading) sleep 1 ;;
    *) break ;;
    esac
  done
  echo "$1: it is not installed"
  exit 1
}

# definition VERSION: the one of the page.
definition() {
  printf '%s' '{
    "app": "hello_world_example",
    "version": "'"$1"'",
    "title": "Hello World",
    "kviews": [{
    "name": "hello-world-example.helloworld",
        "template": "<div style={ { padding: '"'10px'"' } }>Hello, {_.get(customer, '"'name'"')}!</div>",
        "context": "smartbar-card",
        "resource": "customer",
        "meta": {
            "displayName": "Hello World",
            "icon": "earth",
            "state": "open"
        }
    }]
}'
}

send 'Register an app' 201 POST /v1/apps/available "$(definition 0.0.1)"
send 'Update an app' 201 POST /v1/apps/available "$(definition 0.0.2)"

listing='{
    "title": "Hello World!",
    "description": "A Hello World App"
}'
# The page says PATCH, its command sends POST.
send 'Update fields, by POST' 200 POST /v1/apps/available/hello_world_example-0.0.2 "$listing"
send 'Update fields, by PATCH' 200 PATCH /v1/apps/available/hello_world_example-latest "$listing"

send 'Duplicate app id' 409 POST /v1/apps/available "$(definition 0.0.2)"
send 'Install the app' 202 POST /v1/apps/install '{"app": "hello_world_example"}'
poll 'Installed app' /v1/apps/hello_world_example-latest

send 'Minimal app definition' 201 POST /v1/apps/available '{"app": "hello_world_example", "version": "0.0.3"}'
send 'Upgrade to the minimal definition' 202 POST /v1/apps/install '{"app": "hello_world_example", "version": "0.0.3"}'
poll 'Installed minimal app' /v1/apps/hello_world_example-latest
send 'Correct app definition' 201 POST /v1/apps/available "$(definition 0.0.4)"
send 'Upgrade to the correct definition' 202 POST /v1/apps/install '{"app": "hello_world_example", "version": "0.0.4"}'
poll 'Installed correct app' /v1/apps/hello_world_example-latest

send 'Available apps' 200 GET /v1/apps/available
send 'Installed apps' 200 GET /v1/apps
echo 'Every request was answered as documented.'
