from alpine:3.20 as base
user app
from base
