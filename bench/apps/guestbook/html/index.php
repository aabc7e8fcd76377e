<?php
$db = new mysqli(getenv('DB_HOST') ?: 'mariadb', getenv('DB_USER') ?: 'app', getenv('DB_PASSWORD') ?: 'app', 'app');
$db->query('create table if not exists notes (id int auto_increment primary key, text varchar(200) not null)');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $add = $db->prepare('insert into notes (text) values (?)');
    $add->bind_param('s', $_POST['text']);
    $add->execute();
    http_response_code(201);
    echo $db->insert_id, "\n";
    exit;
}
foreach ($db->query('select text from notes order by id desc limit 5') as $row) {
    echo htmlspecialchars($row['text']), "\n";
}
