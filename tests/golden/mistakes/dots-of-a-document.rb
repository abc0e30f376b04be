# Pasted from a page that leaves things out
external_url 'https://gitlab.example.com'
...
registry_external_url 'https://registry.example.com'
registry['storage'] = {
  's3' => {
    'bucket' => 'images',
    ...
  }
}
registry['log_level'] = 'warm'
