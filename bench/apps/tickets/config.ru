require 'json'
require 'pg'
require 'redis'
require 'sinatra/base'

class Tickets < Sinatra::Base
  set :environment, :production
  disable :protection

  def db
    Thread.current[:db] ||= PG.connect(dbname: 'postgres')
  end

  def store
    Thread.current[:store] ||= Redis.new
  end

  before do
    unless self.class.instance_variable_get(:@made)
      db.exec('select pg_advisory_lock(1)')
      db.exec('create table if not exists tickets (id serial primary key, title text, state text)')
      db.exec('select pg_advisory_unlock(1)')
      self.class.instance_variable_set(:@made, true)
    end
  end

  get('/health') { store.ping }

  post '/tickets' do
    title = JSON.parse(request.body.read)['title']
    row = db.exec_params("insert into tickets (title, state) values ($1, 'open') returning id", [title])
    store.incr('opened')
    status 201
    row[0]['id']
  end

  post '/tickets/:id/:state' do
    db.exec_params('update tickets set state = $2 where id = $1', [params[:id], params[:state]])
    status 204
  end

  get '/tickets/:id' do
    rows = db.exec_params('select title, state from tickets where id = $1', [params[:id]])
    halt 404, 'none' if rows.ntuples.zero?
    rows[0].to_json
  end

  get('/opened') { store.get('opened') || '0' }
end

run Tickets
