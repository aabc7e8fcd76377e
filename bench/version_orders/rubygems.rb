# Reads two versions a line, separated by a tab; writes the sign of their comparison by RubyGems.
STDIN.each_line(chomp: true) do |line|
  one, other = line.split("\t", -1)
  puts((Gem::Version.new(one) <=> Gem::Version.new(other)))
rescue ArgumentError
  puts "x"
end
