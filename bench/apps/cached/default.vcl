vcl 4.1;

backend default {
    .host = "nginx";
    .port = "80";
}

sub vcl_backend_response {
    if (bereq.url ~ "^/page/") {
        set beresp.ttl = 120s;
    }
}

sub vcl_deliver {
    set resp.http.X-Cache = "miss";
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
    }
}
