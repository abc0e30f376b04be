# What Ruby makes of files: reads their paths, answers each with a line of JSON:
# {"syntax": what the compiler says or null, "refused": why evaluation failed or null, "settings": {…} or null}
#
# usage: ruby batch.rb SCRIPT [ARGUMENT…]
# SCRIPT is run as SCRIPT ARGUMENT… FILE, in a process of its own, and prints the settings as a JSON object.
%w[json yaml optparse securerandom uri timeout].each { |library| require library } # once, for all forks

SECONDS = 5
script, *arguments = ARGV
$VERBOSE = nil

def syntax_error(file)
  RubyVM::InstructionSequence.compile(File.read(file), file)
  nil
rescue SyntaxError => e
  e.message.scrub
end

def evaluated(script, arguments)
  reader, writer = IO.pipe
  child = fork do
    STDIN.reopen(File::NULL)
    STDOUT.reopen(writer)
    STDERR.reopen(File::NULL)
    Process.setrlimit(:CPU, SECONDS)
    ARGV.replace(arguments)
    Timeout.timeout(SECONDS) { load script }
  end
  writer.close
  output = reader.read
  Process.wait(child)
  [output, $?.success?]
end

$stdout.sync = true
$stdin.each_line(chomp: true) do |file|
  answer = { syntax: syntax_error(file), refused: nil, settings: nil }
  unless answer[:syntax]
    output, success = evaluated(script, [*arguments, file])
    if success
      answer[:settings] = JSON.parse(output, allow_nan: true)
    else
      answer[:refused] = output.scrub[0, 1000].gsub(/\s+/, ' ')
    end
  end
  puts JSON.generate(answer, allow_nan: true)
end
