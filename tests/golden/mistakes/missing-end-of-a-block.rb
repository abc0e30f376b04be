# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
%w[a b].each do |name|
  nginx[name] = true
registry['log_formatter'] = 'text'
