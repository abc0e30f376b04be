# The registry of this host
external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
registry['enable'] = true
<<<<<<< HEAD
registry['log_level'] = 'info'
=======
registry['log_level'] = 'warn'
>>>>>>> main
registry['log_formatter'] = 'text'
