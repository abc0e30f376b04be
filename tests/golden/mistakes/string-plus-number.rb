# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
registry['registry_http_addr'] = 'localhost:' + 5000
registry['log_formatter'] = 'text'
