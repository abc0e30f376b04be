# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
raise 'set HOST first' unless ENV['NO_SUCH_VARIABLE']
registry['log_formatter'] = 'text'
