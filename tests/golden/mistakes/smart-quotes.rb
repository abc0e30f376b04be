# The registry of this host
external_url 'https://gitlab.example.com'
registry['enable'] = true
registry_external_url “https://registry.example.com”
registry['log_formatter'] = 'text'
