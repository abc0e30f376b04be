# What gitlab.rb files contain beside plain settings, for mutations to begin with.
external_url "https://gitlab.example.com"
roles ['application_role', 'monitoring_role']
host = ENV['HOST'] || 'example.com'
registry_external_url "https://registry.#{host}:#{5000 + 50}"
registry['log_level'] = host == 'example.com' ? 'info' : "debug"
registry['health_storagedriver_threshold'] = (2 + 1) * 4 - 10 / 5 % 2
nginx['worker_processes'] = -2.5.abs.to_i
registry['storage'] = {
  's3' => { bucket: 'images', "region": 'eu-west-1', 'v4auth' => true, :secure => !false },
  'cache' => { 'blobdescriptor' => 'redis', }, # the last comma is fine
}
chunk ||= 5 * 1024 * 1024; registry['storage']['s3']['chunksize'] = chunk
gitlab_rails['time_zone'] = "Europe/" 'Berlin'
gitlab_rails['a'] = gitlab_rails['b'] = 0644
gitlab_rails['c'] = [1_000, 0x1f, 0b101, 1e3, nil, :word, %w(a b), %i[c d], "\t\u00e9\x41\101"]
gitlab_rails['ldap_servers'] = YAML.load <<-'EOS'
  main:
    label: 'LDAP'
    port: 636
    hosts: [a, b, 12:30]
    verify: yes
  EOS
nginx['custom_nginx_config'] = <<~EOS
  proxy_cache off;
    server_name #{host};
EOS
if host.end_with?('.com') && !host.empty?
  nginx['listen_port'] = 8080
elsif host =~ /\Aregistry\.(\w+)$/i
  nginx['listen_port'] = 8081
else
  nginx['listen_port'] = nil
end
nginx['enable'] = true unless host.nil? or host == ''
case host
when 'a', /^b/ then registry['debug_addr'] = 'localhost:5001'
else registry['debug_addr'] = "127.0.0.1:5001"
end
%w[one two].each_with_index do |name, at|
  registry['env'][name.upcase] = "#{at}-#{name}".tr('-', '_')
end
gitlab_rails['trusted_proxies'] = '10.0.0.0/8, ::1'.split(',').map(&:strip).reject { |x| x.empty? }
gitlab_rails['d'] = { 'b' => 2, 'a' => 1 }.merge('c' => 3).select { |key, value| value > 1 && key != 'b' }
gitlab_rails['e'] = ['x'] + %q(it's (so)).gsub(/[aeiou]/, 'o').chars.uniq.sort
gitlab_rails['f'] = ENV.fetch('NOPE', 'fallback').sub('f', '') + `hostname`.strip
gitlab_rails['g'] = JSON.parse('{"a": [1, 2.5, null]}').to_a.flatten.join("\n").inspect
gitlab_rails['h'] = node['fqdn'].to_s; Gitlab['nginx']['i'] = 1
gitlab_rails['j'] = File.join('/etc', File.basename('/a/b.txt', '.txt'))
gitlab_rails['k'] = [3, 1, 2].sort.each_with_object([]) { |x, all| all << x * 2 }
gitlab_rails.merge!({ 'l' => 'debug', "m" => :symbol })
self.external_url = 'http://gitlab.example.com'
git_data = { 'default' => { 'path' => '/mnt' } }
gitlab_rails['n'] = git_data.to_h { |key, value| [key.to_sym, value['path']] }
first, *others = %w[a b c]
gitlab_rails['o'] = [*others, first[0, 1], 'text'[1..2], [1, 2, 3][-2], (1..3).to_a, *1...3]
gitlab_rails['p'] = { **{ 'a' => 1 }, 'b' => format('%05.1f|%s', 2.5, :x), 'c' => '%d' % 4 }
at = 0
while at < 3 do at += 1; next if at == 2; break unless at < 5 end
(1..2).each { |n| gitlab_rails["q#{n}"] = n }
double = ->(x) { x * 2 }
gitlab_rails['r'] = [1, 2].map(&double) + [begin; at; end] + [defined?(at)]
list = []; list << 'a'; list.push('b', 'c').map! { |x| x.upcase }; gitlab_rails['s'] = list
gitlab_rails['t'] = case when at > 1 then 'big' else 'small' end
