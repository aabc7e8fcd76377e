modules_enabled = { "roster", "saslauth", "disco", "ping", "offline", "presence", "message", "iq" }
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
interfaces = { "0.0.0.0" }
authentication = "internal_hashed"
log = { info = "*console" }
pidfile = "/run/prosody/prosody.pid"
VirtualHost "localhost"
