# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
begin
  registry['dir'] = '/srv'
rescue
  registry['dir'] = '/mnt'
end
registry['log_formatter'] = 'text'
