<?php
// Reads two versions a line, separated by a tab; writes the sign of their comparison by Composer (php-composer-semver).
require 'Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    [$one, $other] = explode("\t", rtrim($line, "\n"));
    try {
        echo version_compare($parser->normalize($one), $parser->normalize($other)), "\n";
    } catch (UnexpectedValueException $error) {
        echo "x\n";
    }
}
