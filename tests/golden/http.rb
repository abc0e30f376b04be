# The smallest file that makes a registry; its secrets only so that they are the same every time.
external_url 'http://gitlab.example.com'
registry_external_url 'http://registry.example.com:5050'
registry['http_secret'] = 'an-example'
registry['internal_key'] = "-----BEGIN EXAMPLE-----\nkey\n-----END EXAMPLE-----\n"
registry['internal_certificate'] = "-----BEGIN EXAMPLE-----\ncertificate\n-----END EXAMPLE-----\n"
