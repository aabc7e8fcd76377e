require "sinatra/base"
require "json"
require "digest"
require "tempfile"

class Bench < Sinatra::Base
  get("/") { "hello from puma" }
  post("/sum") { content_type :json; { sum: JSON.parse(request.body.read).sum }.to_json }
  post("/digest") { Digest::SHA256.hexdigest(request.body.read) }
  get("/name/:name") { "hello #{params[:name]}" }
  get("/erb") { erb "<%= 6 * 7 %>" }
  get("/file") { Tempfile.create("bench") { |file| file.write("x" * 1000); file.flush; File.size(file.path).to_s } }
  get("/shell") { `echo from the shell` }
  get("/fail") { halt 418, "teapot" }
end

run Bench
