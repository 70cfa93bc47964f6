//go:build foreign && linux

package foreign

import (
	"fmt"
	"net/url"
	"testing"
)

// nginxConf is one server of nginx, for a folder and an address, around what is
// asked of it: what stands outside of the server block, and what in it.
const nginxConf = `
# Ignored unless nginx is started by root, whose folder others may not enter.
user root;
worker_processes 1;
daemon off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log crit;
events { worker_connections 2048; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  %[3]s
  server {
    listen %[2]s;
    server_name all;
    location / {
      %[4]s
    }
  }
}
`

// startNginx starts nginx, with what is to stand outside of the server block and in its
// location; {dir} is its folder.
func startNginx(t *testing.T, dir, outside, inside string) *url.URL {
	t.Helper()
	at := address(t)
	conf := write(t, dir, "nginx.conf", fmt.Sprintf(nginxConf, dir, at, outside, inside))
	return program{
		name: "nginx", install: "on Debian, apt-get install nginx-light",
		args: []string{"-c", conf, "-p", dir, "-e", dir + "/error.log"}, listens: at, log: dir,
	}.start(t)
}
