#!/bin/sh
# What the vendor documents as requests, sent to an Appyard in the order of its page, each with the status that is
# documented for it; then the failures that it documents. Ends with 1 at the first one that is answered otherwise.
# Needs curl and node.
#
#   id=$(npx appyard environment create --account acme --name Curls)
#   role() { npx appyard role create --account acme --environment "$id" --name "$1" --codename "$1" --id "$2"; }
#   role first f47e5241-9b34-4586-9ef7-caac6d2f2ebe
#   role second f8f0b5cb-f5b7-42e8-af85-fbdab3ddfacf
#   for name in new_allowed_role_codename_to_add allowed_role_codename_to_remove allowed_role_codename; do
#     role "$name" "$(node -p 'crypto.randomUUID()')"
#   done
#   APPYARD=http://localhost:3000 KEY=TOKEN ENVIRONMENT_ID=$id sh test/e2e/kontent-curls.sh
#
# It leaves nothing behind but the entries in the audit log.
set -eu

: "${APPYARD:?is the address of the server, for example http://localhost:3000}"
: "${KEY:?is the token of an admin}"
: "${ENVIRONMENT_ID:?is an environment with the roles of the samples}"

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
apps=$APPYARD/v2/projects/$ENVIRONMENT_ID/custom-apps
unknown=f4b3fc05-e988-4dae-9ac1-a94aba566474

# send NAME STATUS CURL-ARGUMENT...: prints the documented status, the one that came, and the answer.
send() {
  name=$1 documented=$2
  shift 2
  got=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' \
    --header "Authorization: Bearer $KEY" --header 'Content-Type: application/json' "$@") || got=none
  printf '%-36s documented %s, got %s\n' "$name" "$documented" "$got"
  cat "$answer"
  echo
  [ "$got" = "$documented" ] || exit 1
}

# field NAME: a member of the last answer.
field() {
  node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1]))[process.argv[2]])' "$answer" "$1"
}

send 'Add a custom app' 201 --request POST "$apps" --data '
{
  "name": "My custom app",
  "codename": "custom_app_codename",
  "source_url": "https://customapp.net",
  "config": "{\"theme\":{\"color\":\"#007BFF\",\"logo_url\":\"https://assets.customapp.net/logo.png\"},\"features\":{\"enable_notifications\":true,\"enable_advanced_mode\":false}}",
  "allowed_roles": [
    { "id": "f47e5241-9b34-4586-9ef7-caac6d2f2ebe" },
    { "codename": "project-manager" }
  ]
}'
id=$(field id)

send 'Get custom apps' 200 --request GET "$apps"
send 'Get custom apps, with a slash' 200 --request GET "$apps/"
send 'Get a custom app' 200 --request GET "$apps/$id"
send 'Get a custom app, by codename' 200 --request GET "$apps/codename/custom_app_codename"

send 'Modify a custom app' 200 --request PATCH "$apps/$id" --data '
[
  {
    "op": "addInto",
    "property_name": "allowed_roles",
    "value": [{ "codename": "new_allowed_role_codename_to_add" }]
  },
  {
    "op": "remove",
    "property_name": "allowed_roles",
    "value": [{ "codename": "allowed_role_codename_to_remove" }]
  },
  { "op": "replace", "property_name": "name", "value": "New Custom App Name" },
  { "op": "replace", "property_name": "codename", "value": "new_custom_app_codename" },
  { "op": "replace", "property_name": "source_url", "value": "https://newcustomapplication.net" },
  { "op": "replace", "property_name": "config", "value": null },
  {
    "op": "replace",
    "property_name": "allowed_roles",
    "value": [{ "codename": "allowed_role_codename" }, { "id": "f8f0b5cb-f5b7-42e8-af85-fbdab3ddfacf" }]
  }
]'

send 'Modify a custom app, wrongly' 400 --request PATCH "$apps/$id" --data '
[{ "op": "replace", "property_name": "name", "value": null }]'
send 'Get a custom app that is not there' 404 --request GET "$apps/$unknown"
send 'Modify one that is not there' 404 --request PATCH "$apps/$unknown" --data '[]'
send 'Delete one that is not there' 404 --request DELETE "$apps/$unknown"
send 'Delete a custom app' 204 --request DELETE "$apps/$id"
send 'Delete a custom app, by codename' 404 --request DELETE "$apps/codename/new_custom_app_codename"
echo 'Every request was answered as documented.'
