<?php
$cache = new Memcached();
$cache->addServer(getenv('CACHE') ?: 'memcached', 11211);
$db = new PDO('mysql:host=db;dbname=app', 'app', 'app');
$db->exec('create table if not exists posts (slug varchar(60) primary key, title varchar(100), body text)');
$path = explode('/', trim($_GET['path'] ?? '', '/'));
if ($_SERVER['REQUEST_METHOD'] === 'PUT') {
    $db->prepare('replace into posts values (?, ?, ?)')->execute([$path[0], "Post {$path[0]}", file_get_contents('php://input')]);
    $cache->delete("post:{$path[0]}");
    http_response_code(201);
    exit;
}
if ($path[0] === '') {
    foreach ($db->query('select title from posts order by slug limit 100') as $row) {
        echo $row['title'], "\n";
    }
    exit;
}
$body = $cache->get("post:{$path[0]}");
header('X-Cache: ' . ($body === false ? 'miss' : 'hit'));
if ($body === false) {
    $find = $db->prepare('select body from posts where slug = ?');
    $find->execute([$path[0]]);
    $body = $find->fetchColumn();
    if ($body === false) {
        http_response_code(404);
        exit("no such post\n");
    }
    $cache->set("post:{$path[0]}", $body, 60);
}
echo $body;
