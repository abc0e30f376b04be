# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
registry['log_level'] = 'info'
end
registry['log_formatter'] = 'text'
