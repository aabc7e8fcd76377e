#!/bin/sh
echo "Content-Type: text/plain"
echo
echo "$REQUEST_METHOD $QUERY_STRING"
head -c "${CONTENT_LENGTH:-0}"
