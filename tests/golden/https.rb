# Many settings at once, with values that need quotes.
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'

registry['http_secret'] = 'an: "example" # of a {secret}'
registry['internal_key'] = "-----BEGIN EXAMPLE-----\nkey\n-----END EXAMPLE-----\n"
registry['internal_certificate'] = "-----BEGIN EXAMPLE-----\ncertificate\n-----END EXAMPLE-----\n"

registry['username'] = 'images'
registry['group'] = 'images'
registry['dir'] = '/srv/registry/home'
registry['env'] = { 'HTTPS_PROXY' => 'http://proxy.example.com:3128', 'PROXY_PASSWORD' => 'an example' }
registry['log_level'] = 'warn'
registry['log_formatter'] = 'json'
registry['debug_addr'] = '127.0.0.1:5001'
registry['http_draintimeout'] = '60s'
registry['autoredirect'] = 'off'
registry['validation_enabled'] = true
registry['storage'] = {
  's3' => { 'accesskey' => 'AKIAEXAMPLE', 'secretkey' => "1e3\n", 'bucket' => 'images', 'region' => 'eu-central-1' },
  'redirect' => { 'disable' => true },
}
registry['middleware'] = { 'storage' => [{ 'name' => 'cloudfront', 'options' => { 'baseurl' => 'https://cdn.example.com/' } }] }
registry['notifications'] = [
  { 'name' => 'events', 'url' => 'https://events.example.com/', 'headers' => { 'Authorization' => ['Bearer example'] } },
]
registry['redis'] = { cache: { enabled: true, addr: 'redis.example.com:6379' } }
registry['database'] = { 'enabled' => 'prefer', 'password' => 'example' }
registry['gc'] = { 'disabled' => false }
registry['svlogd_size'] = 1000000
registry['svlogd_filter'] = false
gitlab_rails['registry_issuer'] = 'an issuer'
logging['log_group'] = 'adm'
logging['svlogd_udp'] = '192.0.2.1:514'

registry['nginx']['listen_addresses'] = ['*', '[::]']
registry['nginx']['redirect_http_to_https'] = true
registry['nginx']['http2_enabled'] = true
registry['nginx']['proxy_protocol'] = true
registry['nginx']['real_ip_trusted_addresses'] = ['192.0.2.0/24']
registry['nginx']['ssl_client_certificate'] = '/etc/gitlab/ssl/clients of ours.crt'
registry['nginx']['ssl_verify_client'] = 'on'
registry['nginx']['ssl_dhparam'] = '/etc/gitlab/ssl/dhparam.pem'
registry['nginx']['hsts_include_subdomains'] = true
registry['nginx']['proxy_set_headers'] = { 'X-Quoted' => 'say "hi"; {now}', 'X-Real-IP' => nil }
registry['nginx']['custom_gitlab_server_config'] = "location = /health {\n  return 204;\n}"

nginx['worker_processes'] = 2
nginx['gzip_enabled'] = false
nginx['log_format'] = '{"time": "$time_iso8601", "status": "$status"}'
nginx['log_format_escape'] = 'json'
nginx['custom_nginx_config'] = 'server_names_hash_max_size 1024;'
nginx['status']['options'] = { 'allow' => ['127.0.0.1', '192.0.2.0/24'] }
