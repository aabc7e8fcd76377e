<?php
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
switch ($_GET['do'] ?? 'hello') {
    case 'hello':
        echo "hello from php";
        break;
    case 'visits':
        echo $_SESSION['visits'];
        break;
    case 'sqlite':
        $base = new PDO('sqlite:' . tempnam(sys_get_temp_dir(), 'bench'));
        $base->exec('create table t (n int)');
        $base->exec('insert into t values (20), (22)');
        echo $base->query('select sum(n) from t')->fetchColumn();
        break;
    case 'upload':
        echo md5_file($_FILES['file']['tmp_name']);
        break;
    case 'post':
        echo strrev($_POST['text']);
        break;
    case 'shell':
        echo trim(shell_exec('echo from the shell'));
        break;
    case 'mb':
        echo mb_strtoupper('grüße');
        break;
    case 'zip':
        echo strlen(gzuncompress(gzcompress(str_repeat('x', 100000))));
        break;
    case 'fail':
        http_response_code(500);
        throw new RuntimeException('failed on purpose');
}
