use strict;
use warnings;
use Plack::Request;
use Plack::Builder;
use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempfile);

my $app = sub {
    my $request = Plack::Request->new(shift);
    my $path = $request->path;
    return [200, ['Content-Type' => 'text/plain'], ['hello from starman']] if $path eq '/';
    return [200, ['Content-Type' => 'text/plain'], [scalar reverse $request->param('text')]] if $path eq '/reverse';
    return [200, ['Content-Type' => 'text/plain'], [sha256_hex($request->content)]] if $path eq '/digest';
    return [200, ['Content-Type' => 'text/plain'], [$request->uploads->{file}->size]] if $path eq '/upload';
    return [200, ['Content-Type' => 'text/plain'], [`echo from the shell`]] if $path eq '/shell';
    if ($path eq '/file') {
        my ($handle, $name) = tempfile(UNLINK => 1);
        print $handle 'x' x 1000;
        close $handle;
        return [200, ['Content-Type' => 'text/plain'], [-s $name]];
    }
    return [404, ['Content-Type' => 'text/plain'], ['no such page']];
};

builder { enable 'ContentLength'; enable 'Deflater'; $app };
